"""The ring that calls a worker for a search, once the request has committed."""

from uuid import UUID

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)
TASK = "identities.duplicates.tasks.search"
EXPIRES = 600  # seconds: the sweep rings again


def ring(group_id: UUID, *, is_whole: bool) -> None:
    """A broker that does not answer is not an error: the sweep rings again."""
    try:
        current_app.send_task(TASK, kwargs={"group_id": str(group_id), "is_whole": is_whole}, expires=EXPIRES)
    except OperationalError:
        log.warning("broker_does_not_answer", task=TASK)
