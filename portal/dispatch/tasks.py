"""The relay, the delivery of one message, the sweep that rings again, the heartbeat."""

from typing import Any
from uuid import UUID

from celery import shared_task
from django.core.cache import cache

from portal.dispatch import journal_heads
from portal.dispatch.bell import ring
from portal.dispatch.delivery import deliver, note_failure
from portal.dispatch.queries import groups_with_something_due
from portal.dispatch.relay import relay
from portal.foundation.clock import now
from portal.foundation.tenancy.tasks import ClockTask, TenantTask

HEARTBEAT = "worker-heartbeat"


class OwnDoors(TenantTask):
    """Several commits: the task opens its own doors."""

    abstract = True
    opens_door = False


class Delivering(OwnDoors):
    """Counts the attempt when a handler raised."""

    abstract = True

    def on_failure(
        self, exc: BaseException, task_id: str, args: Any, kwargs: dict[str, Any], einfo: Any
    ) -> None:
        note_failure(UUID(kwargs["group_id"]), UUID(kwargs["message_id"]))


@shared_task(base=OwnDoors, name="portal.dispatch.tasks.relay_group")
def relay_group(*, group_id: str) -> int:
    """Marks what is due, commits, then publishes one task per message."""
    return relay(UUID(group_id))


@shared_task(base=Delivering, name="portal.dispatch.tasks.deliver_message")
def deliver_message(*, group_id: str, message_id: str) -> None:
    """Does what one message asks."""
    deliver(UUID(group_id), UUID(message_id))


@shared_task(base=ClockTask, name="portal.dispatch.tasks.sweep")
def sweep() -> int:
    """Rings the groups whose messages were never rung, were lost on the way, or were left in flight."""
    groups = groups_with_something_due()
    for group_id in groups:
        ring(group_id)
    return len(groups)


@shared_task(base=ClockTask, name="portal.dispatch.tasks.beat_heart")
def beat_heart() -> None:
    """Tells the health page that a worker is alive: the moment, in the cache."""
    cache.set(HEARTBEAT, now().timestamp(), timeout=300)


@shared_task(base=ClockTask, name="portal.dispatch.tasks.send_heads")
def send_heads() -> None:
    """Sends the heads of the journal out, daily."""
    journal_heads.send_heads()
