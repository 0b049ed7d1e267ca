"""The long work of a run: what its state asks for, and the ring that calls a worker once the request has committed."""

from datetime import timedelta
from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from identities.hr_imports.models import Line, Run
from identities.hr_imports.progress import WAITING, say_progress
from identities.hr_imports.states import AT_WORK, OPEN_RUNS
from portal.foundation.clock import now
from portal.foundation.tenancy import clock, tenant

log = structlog.get_logger(__name__)

LINES_KEPT = timedelta(days=30)  # the undoing ends after 7
EXPIRES = 60  # seconds: the sweep rings again
TASK = "identities.hr_imports.tasks.carry_on"


def ring_work(run: Run) -> None:
    """A ring that is lost costs half a minute: the sweep rings again."""
    say_progress(run.pk, 0, WAITING)
    ids = {"group_id": str(run.group_id), "run_id": str(run.pk)}
    transaction.on_commit(lambda: ring(ids), robust=True)


def ring(ids: dict[str, str]) -> None:
    """Sends the task that carries the run on. A broker that does not answer is not an error: the sweep rings again."""
    try:
        current_app.send_task(TASK, kwargs=ids, expires=EXPIRES)
    except OperationalError:
        log.warning("broker_does_not_answer", task=TASK)


def forget_old_lines() -> int:
    """Deletes the lines of imports closed for 30 days, which name people; the counts stay. Says of how many imports."""
    with clock():
        closed = Run.objects.exclude(state__in=OPEN_RUNS).filter(moved_at__lt=now() - LINES_KEPT)
        found = list(closed.values_list("group_id", "id"))
    forgotten = 0
    for group_id, run_id in found:
        with tenant(group_id):
            deleted, _ = Line.objects.filter(run_id=run_id).delete()
            forgotten += bool(deleted)
    return forgotten


def runs_at_work() -> list[tuple[UUID, UUID]]:
    """Group and id of every run that a worker should be at; asked of all groups at the clock's door."""
    with clock():
        return list(Run.objects.filter(state__in=AT_WORK).values_list("group_id", "id"))
