"""What every environment shares. What is of outside has its own file: postgresql, broker, mail, journal…"""

import os
from pathlib import Path
from typing import Any

from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF

from .api import *  # noqa: F403
from .broker import *  # noqa: F403
from .directory import *  # noqa: F403
from .journal import *  # noqa: F403
from .logs import *  # noqa: F403
from .mail import *  # noqa: F403
from .postgresql import databases
from .providers import *  # noqa: F403
from .psc import *  # noqa: F403
from .psi_api import *  # noqa: F403
from .self_registration import *  # noqa: F403
from .sign_in import *  # noqa: F403

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("TROUSSEAU_HOME", ROOT / ".local"))

SECRET_KEY = os.environ.get("SECRET_KEY", "")
# Secrets at rest (TOTP seeds, remote keys): Fernet keys, newest first, separated by commas.
ENCRYPTION_KEYS = [key for key in os.environ.get("ENCRYPTION_KEYS", "").split(",") if key]
DEBUG = False
RPPS_CHECKSUM_STRICT = (
    True  # a wrong key is an error; in tests and demo, a warning (official test numbers have wrong keys)
)
DEMO = False  # demo accounts with their codes, outgoing mail page: refused in production
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "portal.foundation",
    "portal.journal",
    "portal.dispatch",
    "tenants.groups",
    "tenants.memberships",
    "tenants.sign_in",
    "tenants.identity_providers",
    "tenants.notices",
    "tenants.api_keys",
    "identities.people",
    "identities.assignments",
    "identities.hr_imports",
    "identities.national_directory",
    "identities.identity_checks",
    "identities.reviews",
    "identities.psi",
    "identities.registrations",
    "identities.rpps_plus",
    "identities.self_registrations",
    "identities.situations",
    "identities.duplicates",
    "portal.shell",
    "portal.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.foundation.request_id.RequestIdMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.memberships.sessions.SessionLimitsMiddleware",
    "tenants.memberships.sessions.SecondFactorMiddleware",
    "tenants.memberships.fresh_proof.FreshProofMiddleware",
    "tenants.sign_in.last_door.LastDoorMiddleware",
    "tenants.identity_providers.own_group.OwnGroupMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.context.shell",
            ],
        },
    }
]

DATABASES = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [("vendor/bootstrap", get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "portal.shell.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
