"""From the rows to the workers: marks what is due, commits, then publishes (never before the commit)."""

from uuid import UUID

from portal.dispatch.bell import ring, ring_messages
from portal.dispatch.delivery import CUT_SHORT
from portal.dispatch.models import Message
from portal.dispatch.pace import BATCH, WINDOW
from portal.dispatch.queries import on_their_way, to_ring
from portal.dispatch.registry import reconcilable_kinds
from portal.dispatch.states import MESSAGE_TRANSITIONS, MessageState
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant


def relay(group_id: UUID) -> int:
    """Rings one task per due message of a group, a batch at most, and says how many. What is rung twice is done once.

    After a full batch it rings itself, at the end of the queue: the next one is marked when the workers come to it, so that
    what is rung never grows old in a long queue.
    """
    with tenant(group_id):
        _doubt_the_forgotten()
    marked, more = _mark(group_id)
    if marked and ring_messages(group_id, marked) and more:
        ring(group_id)
    return len(marked)


def _mark(group_id: UUID) -> tuple[list[UUID], bool]:
    """The messages to publish, marked and committed, and whether others remain."""
    moment = now()
    with tenant(group_id):
        room = min(BATCH, max(0, WINDOW - on_their_way(moment)))
        rows = to_ring(moment).select_for_update(skip_locked=True, of=("self",))
        found = list(rows.values_list("pk", flat=True)[:room]) if room else []
        Message.objects.filter(pk__in=found).update(sent_at=moment)
    return found, len(found) == room


def _doubt_the_forgotten() -> None:
    """In flight beyond the time-out: their worker died, nobody knows whether the target received them."""
    lost = Message.objects.filter(state=MessageState.IN_FLIGHT, in_flight_until__lt=now())
    asked = lost.filter(kind__in=reconcilable_kinds())
    values = {"in_flight_until": None, "sent_at": None, "reason": CUT_SHORT}
    MESSAGE_TRANSITIONS.move(asked, MessageState.UNKNOWN, due_at=now(), **values)
    MESSAGE_TRANSITIONS.move(lost.exclude(kind__in=reconcilable_kinds()), MessageState.TO_HANDLE, **values)
