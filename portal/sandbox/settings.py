"""The stand-in's own Django: no database, no session, nothing of the portal."""

import secrets
from pathlib import Path
from typing import Any

SECRET_KEY = secrets.token_hex(32)
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "portal.sandbox.urls"
INSTALLED_APPS: list[str] = []
MIDDLEWARE = ["portal.sandbox.requests_received.RequestsReceivedMiddleware"]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parent / "templates"],
    }
]
APPEND_SLASH = False
USE_TZ = True
LANGUAGE_CODE = "fr"
LOGGING = {"version": 1, "disable_existing_loggers": False, "loggers": {"django": {"level": "ERROR"}}}
