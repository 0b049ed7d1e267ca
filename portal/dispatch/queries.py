"""Reads of the outbox: what is due, what waits for a person, what was settled, and how late the machine is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from portal.dispatch.models import Message, Settlement
from portal.dispatch.pace import RESEND_AFTER
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.tenancy import clock

WAITING = (MessageState.PENDING, MessageState.UNKNOWN)


def _first_of_each_key() -> QuerySet[Message, Any]:
    """One pass over what waits. A « no earlier one of its key » per row would be quadratic without fresh statistics."""
    keyed = Message.objects.exclude(ordering_key="").order_by("group_id", "ordering_key", "number")
    return keyed.distinct("group_id", "ordering_key").values("number")


def in_their_turn(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Those with no ordering key, or that are the first of theirs."""
    return rows.filter(Q(ordering_key="") | Q(number__in=_first_of_each_key()))


def is_behind_another(message: Message) -> bool:
    """Whether an earlier message of its ordering key is still here."""
    if not message.ordering_key:
        return False
    return Message.objects.filter(ordering_key=message.ordering_key, number__lt=message.number).exists()


def due_messages(moment: datetime) -> QuerySet[Message]:
    """To be tried or asked about, whether or not the worker was rung, their turn not looked at."""
    return Message.objects.filter(state__in=WAITING, due_at__lte=moment)


def is_due(message: Message, moment: datetime) -> bool:
    """The same of one message."""
    return message.state in WAITING and message.due_at <= moment


def to_ring(moment: datetime) -> QuerySet[Message]:
    """Due, in their turn, and never rung or rung too long ago; in order."""
    lost = Q(sent_at__isnull=True) | Q(sent_at__lt=moment - RESEND_AFTER)
    return in_their_turn(due_messages(moment).filter(lost)).order_by("number")


def on_their_way(moment: datetime) -> int:
    """How many of the current group were rung not long ago, and are still here."""
    return due_messages(moment).filter(sent_at__gte=moment - RESEND_AFTER).count()


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
    behind = ~Q(ordering_key="") & ~Q(number__in=_first_of_each_key())
    return Message.objects.exclude(state=MessageState.TO_HANDLE).annotate(is_behind=behind).order_by("number")


def settlements(outcome: str = "") -> QuerySet[Settlement]:
    """How messages ended, last first."""
    found = Settlement.objects.filter(outcome=outcome) if outcome else Settlement.objects.all()
    return found.order_by("-settled_at", "-id")


def held_behind(messages: Iterable[Message]) -> dict[str, int]:
    """Ordering key → how many messages wait behind those that are given."""
    keys = {one.ordering_key for one in messages if one.ordering_key}
    found = Message.objects.filter(ordering_key__in=keys).values_list("ordering_key").annotate(Count("pk"))
    return {key: count - 1 for key, count in found.order_by() if count > 1}


def payloads_waiting(kind: str) -> list[dict[str, Any]]:
    """Of the messages of that kind that are not settled, whatever they wait for."""
    return list(Message.objects.filter(kind=kind).values_list("payload", flat=True))


def message_exists(message_id: UUID) -> bool:
    """Whether the current group has, or had, that message."""
    rows = Message.objects.filter(pk=message_id)
    return rows.exists() or Settlement.objects.filter(message_id=message_id).exists()
