"""The long work of a run: what its state asks for, and the ring that calls a worker once the request has committed."""

from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from identities.hr_imports.models import Run
from identities.hr_imports.states import AT_WORK
from portal.foundation.tenancy import clock

log = structlog.get_logger(__name__)

EXPIRES = 60  # seconds: the sweep rings again
TASK = "identities.hr_imports.tasks.carry_on"


def ring_work(run: Run) -> None:
    """A ring that is lost costs half a minute: the sweep rings again."""
    ids = {"group_id": str(run.group_id), "run_id": str(run.pk)}
    transaction.on_commit(lambda: ring(ids), robust=True)


def ring(ids: dict[str, str]) -> None:
    """Sends the task that carries the run on. A broker that does not answer is not an error: the sweep rings again."""
    try:
        current_app.send_task(TASK, kwargs=ids, expires=EXPIRES)
    except OperationalError:
        log.warning("broker_does_not_answer", task=TASK)


def runs_at_work() -> list[tuple[UUID, UUID]]:
    """Group and id of every run that a worker should be at; asked of all groups at the clock's door."""
    with clock():
        return list(Run.objects.filter(state__in=AT_WORK).values_list("group_id", "id"))
