"""`celery -A tests.portal.dispatch.worker`: the product's worker with handlers that write into a table of the test's."""

import os
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402

from portal.celery import app  # noqa: E402
from portal.dispatch import bell, queries, relay  # noqa: E402
from portal.dispatch.registry import Delivery, Done, Result, handler, remote_handler  # noqa: E402

app.loader.import_default_modules()
queries.RESEND_AFTER = bell.RESEND_AFTER = timedelta(seconds=3)
relay.BATCH, relay.WINDOW = 50, 100
app.conf.beat_schedule = {"sweep": {"task": "portal.dispatch.tasks.sweep", "schedule": 1.0}}
if os.environ.get("KILLED_BETWEEN_COMMIT_AND_PUBLISH"):
    relay.ring_messages = lambda *_: os.kill(os.getpid(), 9)


@handler("killed_local")
def insert(delivery: Delivery) -> None:
    """Slow enough to be killed in the middle, before and after its effect."""
    time.sleep(0.005)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO effect_of_test (message_id, key) VALUES (%s, %s)",
            [delivery.message_id, delivery.payload["key"]],
        )
    time.sleep(0.005)


@remote_handler("killed_remote", time_out=timedelta(seconds=1))
def send(delivery: Delivery) -> Result:
    """The wire: a table written outside of the message's transactions; then the answer is long to come."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO wire_of_test (message_id) VALUES (%s)", [delivery.message_id])
    time.sleep(delivery.payload["seconds"])
    return Done()
