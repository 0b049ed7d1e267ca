"""Waking the workers, always after the commit. A broker that does not answer is not an error: the sweep rings again."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from portal.dispatch.pace import RESEND_AFTER

log = structlog.get_logger(__name__)

RELAY = "portal.dispatch.tasks.relay_group"
DELIVER = "portal.dispatch.tasks.deliver_message"


def ring(group_id: UUID) -> bool:
    """Wakes the relay of one group; False when the broker does not answer."""
    return _publish(RELAY, [{"group_id": str(group_id)}])


def ring_messages(group_id: UUID, message_ids: Sequence[UUID]) -> bool:
    """Publishes one task per message, already marked as rung; False when the broker does not answer."""
    return _publish(DELIVER, [{"group_id": str(group_id), "message_id": str(one)} for one in message_ids])


def _publish(task: str, calls: Sequence[dict[str, str]]) -> bool:
    """A worker drops a call so old that it was rung again since."""
    expires = RESEND_AFTER.total_seconds()
    try:
        with current_app.producer_or_acquire() as producer:
            for values in calls:
                current_app.send_task(task, kwargs=values, producer=producer, expires=expires)
    except OperationalError:
        log.warning("broker_does_not_answer", task=task)
        return False
    return True
