"""WSGI entry, for granian or gunicorn (two single-threaded processes: portal/decisions/0002-embedded-services.md)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()
