"""Reads of the outbox: what is due, what waits for a person, what was settled, and how late the machine is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from portal.dispatch.models import Message, Settlement
from portal.dispatch.pace import RESEND_AFTER
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.tenancy import clock

WAITING = (MessageState.PENDING, MessageState.UNKNOWN)


def _behind_another() -> Exists:
    """An earlier message of the same ordering key is still here."""
    earlier = Message.objects.filter(
        group_id=OuterRef("group_id"), ordering_key=OuterRef("ordering_key"), number__lt=OuterRef("number")
    )
    return Exists(earlier.values("number"))


def in_their_turn(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Those with no ordering key, or that are the first of theirs."""
    return rows.filter(Q(ordering_key="") | ~_behind_another())


def due_messages(moment: datetime) -> QuerySet[Message]:
    """To be tried or asked about, whether or not the worker was rung, their turn not looked at."""
    return Message.objects.filter(state__in=WAITING, due_at__lte=moment)


def to_ring(moment: datetime) -> QuerySet[Message]:
    """Due, in their turn, and never rung or rung too long ago; in order."""
    lost = Q(sent_at__isnull=True) | Q(sent_at__lt=moment - RESEND_AFTER)
    return in_their_turn(due_messages(moment).filter(lost)).order_by("number")


def groups_with_something_due() -> list[UUID]:
    """For the sweep, over all groups: something to ring, or in flight beyond its time-out."""
    moment = now()
    with clock():
        forgotten = Message.objects.filter(state=MessageState.IN_FLIGHT, in_flight_until__lt=moment)
        rows = to_ring(moment).order_by().values_list("group_id").union(forgotten.values_list("group_id"))
        return sorted(group_id for (group_id,) in rows)


def outbox_age() -> float:
    """Seconds since the oldest message that a machine should have settled was due, over all groups; 0 when none is late.

    Those that wait for a person, or behind one that does, are not late.
    """
    moment = now()
    late = due_messages(moment) | Message.objects.filter(state=MessageState.IN_FLIGHT, due_at__lte=moment)
    with clock():
        oldest = in_their_turn(late).aggregate(oldest=Min("due_at"))["oldest"]
    return max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0


@dataclass(frozen=True)
class Counts:
    """Of one group: the tabs of the screen. Settled ones over the last 30 days."""

    to_handle: int
    waiting: int
    done: int
    no_target: int
    given_up: int

    @property
    def settled(self) -> int:
        return self.done + self.no_target + self.given_up


def counts(*, days: int = 30) -> Counts:
    """How many messages of the current group are in each place."""
    messages = Message.objects.aggregate(
        to_handle=Count("pk", filter=Q(state=MessageState.TO_HANDLE)),
        waiting=Count("pk", filter=~Q(state=MessageState.TO_HANDLE)),
    )
    found = Settlement.objects.filter(settled_at__gte=now() - timedelta(days=days))
    ended = dict(found.values_list("outcome").annotate(Count("pk")).order_by())
    return Counts(**messages, **{str(one): ended.get(one, 0) for one in Outcome.values})


def messages_to_handle() -> QuerySet[Message]:
    """They wait for a person, oldest first."""
    return Message.objects.filter(state=MessageState.TO_HANDLE).order_by("number")


def messages_waiting() -> QuerySet[Message]:
    """Not settled and not for a person, in order; `is_behind`: an earlier one of the same key must go first."""
    behind = Q(~Q(ordering_key=""), _behind_another())
    return Message.objects.exclude(state=MessageState.TO_HANDLE).annotate(is_behind=behind).order_by("number")


def settlements(outcome: str = "") -> QuerySet[Settlement]:
    """How messages ended, last first."""
    found = Settlement.objects.filter(outcome=outcome) if outcome else Settlement.objects.all()
    return found.order_by("-settled_at", "-id")
