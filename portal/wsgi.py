"""WSGI entry, for granian or gunicorn (two single-threaded processes: portal/decisions/0002-embedded-services.md)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()

from portal.foundation.checks import refuse_unsafe_production  # noqa: E402

refuse_unsafe_production()
