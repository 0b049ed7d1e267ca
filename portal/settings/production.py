"""Production: the address, keys and services come from the environment; `manage.py check --deploy` refuses the rest."""

import os

from .base import *  # noqa: F403

# "proxy" when a TLS proxy sets X-Forwarded-Proto and strips the client's own, "direct" when the server ends TLS itself.
TLS_TERMINATION = os.environ.get("TLS_TERMINATION", "")
if TLS_TERMINATION == "proxy":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
PRODUCTION = True
