"""`celery -A tests.tenants.notices.worker`: the product's worker, its clock hurried, its mail sent to the test's server."""

import os
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402

from portal.celery import app  # noqa: E402
from portal.dispatch import bell, queries  # noqa: E402
from tenants.notices import planning  # noqa: E402

app.loader.import_default_modules()
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ["SMTP_OF_TEST"])
queries.RESEND_AFTER = bell.RESEND_AFTER = timedelta(seconds=3)
planning.WINDOW = 16  # of which six may be left in flight by those that were killed
app.conf.beat_schedule = {
    "sweep": {"task": "portal.dispatch.tasks.sweep", "schedule": 1.0},
    "plan": {"task": "tenants.notices.tasks.plan_digests", "schedule": 0.2},
    "plan again": {"task": "tenants.notices.tasks.plan_digests", "schedule": 0.3},
}
