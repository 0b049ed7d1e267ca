"""Tests: the embedded services of tests/, real PostgreSQL and broker, the application's own role."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("ENCRYPTION_KEYS", "dGVzdHMtb25seS0zMi1ieXRlcy1rZXktLi4uLi4uLi4=")

from .base import *  # noqa: E402, F403
from .base import TEMPLATES  # noqa: E402

DEMO = True
RPPS_CHECKSUM_STRICT = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "«variable absente: %s»"
LOGGING["root"]["level"] = "WARNING"  # noqa: F405
