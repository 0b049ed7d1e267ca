"""`celery -A portal.demo.bench.registrations_worker`: the product's worker, whose waits last seconds instead of minutes."""

from dataclasses import replace
from datetime import timedelta

import django

django.setup()

from identities.psi import pace as psi_pace  # noqa: E402
from identities.registrations import settling  # noqa: E402
from portal.celery import app  # noqa: E402
from portal.dispatch import bell, pace, queries, registry, relay  # noqa: E402

LETTER = "registration.send"

app.loader.import_default_modules()
pace.FIRST_WAIT, pace.LONGEST_WAIT = timedelta(seconds=0.5), timedelta(seconds=2)
relay.BATCH, relay.WINDOW = 20, 40  # what is rung is reached before it is rung again
queries.RESEND_AFTER = bell.RESEND_AFTER = timedelta(seconds=5)
registry._HANDLERS[LETTER] = replace(registry._HANDLERS[LETTER], time_out=timedelta(seconds=5))
psi_pace.PAUSE_MINUTES = 1 / 60  # type: ignore[assignment]  # a second
settling.RETRY_AFTER = timedelta(seconds=1)
app.conf.beat_schedule = {"sweep": {"task": "portal.dispatch.tasks.sweep", "schedule": 1.0}}
