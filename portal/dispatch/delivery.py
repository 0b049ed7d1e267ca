"""One message, from the queue to its settlement. A worker killed anywhere in here loses nothing and repeats nothing.

A local effect, the settlement and the deletion of the row are one commit. A remote send is claimed (one commit), made
outside of any transaction, then settled (another): between the two the row says « envoi en cours ».
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction

from portal.dispatch.bell import ring_messages
from portal.dispatch.models import Message
from portal.dispatch.operations import settle_row
from portal.dispatch.pace import MAX_ATTEMPTS, wait_after
from portal.dispatch.queries import is_behind_another, is_due
from portal.dispatch.registry import (
    Delivery,
    Done,
    Dropped,
    Handler,
    NeverArrived,
    Postponed,
    Rejected,
    Result,
    Send,
    Transient,
    Unknown,
    handler_of,
)
from portal.dispatch.states import MESSAGE_TRANSITIONS, MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant

log = structlog.get_logger(__name__)

INTERNAL_ERROR = "Erreur interne : prévenez l'exploitant de la plateforme, il en a la trace."
CUT_SHORT = "Envoi interrompu : on ignore si le destinataire l'a reçu."


@dataclass(frozen=True)
class Call:
    """A remote call to make now: `send` or `reconcile` of the handler."""

    delivery: Delivery
    ask: Send


def deliver(group_id: UUID, message_id: UUID) -> None:
    """Does what the message asks, if it is still here, due and in its turn; else nothing.

    A failure of the handler that is not one of its results is raised, and counted by `note_failure`.
    """
    try:
        with tenant(group_id):
            call = _take(message_id)
    except DomainError as refusal:
        with tenant(group_id):
            _hand_over(Message.objects.filter(pk=message_id, state=MessageState.PENDING), refusal.french)
        return
    if call is not None:
        result = call.ask(call.delivery)
        with tenant(group_id):
            settle(call.delivery, result)


def _take(message_id: UUID) -> Call | None:
    """Under the row's lock: performs a local effect to its end, or says which remote call to make after the commit."""
    rows = Message.objects.filter(
        pk=message_id
    )  # by its key alone: another condition may choose another index
    message = rows.select_for_update(skip_locked=True).first()
    if message is None or not is_due(message, now()):  # settled, being settled by another worker, or put off
        return None
    if is_behind_another(message):
        rows.update(sent_at=None)  # the one before it rings when it is settled
        return None
    found = handler_of(message.kind)
    if found is None:
        _end(message, Outcome.NO_TARGET)
    elif found.effect is not None:
        message.attempts += 1
        found.effect(_delivery(message))
        _end(message, Outcome.DONE)
    else:
        return _claim(message, found)
    return None


def _claim(message: Message, found: Handler) -> Call | None:
    rows = Message.objects.filter(pk=message.pk)
    message.attempts += 1
    if message.state == MessageState.UNKNOWN:
        if found.reconcile is None:
            _hand_over(rows, message.reason)
            return None
        moment = now()  # asked by this worker only: the next ask is put off beyond its time-out
        rows.update(attempts=message.attempts, due_at=moment + found.time_out, sent_at=moment)
        return Call(_delivery(message), found.reconcile)
    in_flight_until = now() + found.time_out
    MESSAGE_TRANSITIONS.move(
        rows, MessageState.IN_FLIGHT, attempts=message.attempts, in_flight_until=in_flight_until
    )
    return Call(_delivery(message), found.send) if found.send else None


def _delivery(message: Message) -> Delivery:
    return Delivery(
        message.pk, message.group_id, message.kind, message.target, message.payload, message.attempts
    )


def settle(delivery: Delivery, result: Result) -> None:
    """Applies the outcome of a remote call to its row, in the current door.

    Only of the attempt that made it: a late answer to an attempt that a person has since started again changes nothing.
    """
    ours = Message.objects.select_for_update().filter(pk=delivery.message_id, attempts=delivery.attempt)
    message = ours.first()
    if message is None or message.state == MessageState.PENDING:
        log.warning("late_outcome", message_id=str(delivery.message_id), outcome=type(result).__name__)
        return
    rows = Message.objects.filter(pk=message.pk)
    match result:
        case Done():  # good news is true whatever was feared meanwhile
            _end(message, Outcome.DONE)
        case Dropped(reason):
            _end(message, Outcome.GIVEN_UP, reason)
        case Rejected(reason):
            _hand_over(rows, reason)
        case NeverArrived():
            message.attempts -= 1  # the target answered: only failures are counted
            _put_off(message, MessageState.PENDING, message.reason, timedelta(0))
        case Transient(reason, retry_after):
            asked = message.state == MessageState.UNKNOWN  # the target could not be asked: still no answer
            _put_off(message, MessageState.UNKNOWN if asked else MessageState.PENDING, reason, retry_after)
        case Postponed(reason, wait):
            message.attempts -= 1
            asked = message.state == MessageState.UNKNOWN
            _put_off(message, MessageState.UNKNOWN if asked else MessageState.PENDING, reason, wait)
        case Unknown(reason):
            _doubt(message, reason)


def note_failure(group_id: UUID, message_id: UUID) -> None:
    """After a handler raised: counts the attempt of a local effect, and doubts a remote call."""
    with tenant(group_id):
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        if message is None:
            return
        if message.state == MessageState.IN_FLIGHT:
            _doubt(message, f"{CUT_SHORT} {INTERNAL_ERROR}")
        elif message.state == MessageState.PENDING:
            message.attempts += 1
            _put_off(message, MessageState.PENDING, INTERNAL_ERROR, None)


def _end(message: Message, outcome: Outcome, reason: str = "") -> None:
    settle_row(message, outcome, reason=reason)
    if message.ordering_key:
        _ring_next(message)


def _ring_next(message: Message) -> None:
    """The next one of its key, if it is due: by itself, since looking for it among all would cost more and more."""
    following = Message.objects.filter(ordering_key=message.ordering_key).order_by("number").first()
    moment = now()
    if following is not None and is_due(following, moment):
        Message.objects.filter(pk=following.pk).update(sent_at=moment)
        transaction.on_commit(lambda: ring_messages(following.group_id, [following.pk]), robust=True)


def _hand_over(rows, reason: str) -> None:
    MESSAGE_TRANSITIONS.move(rows, MessageState.TO_HANDLE, reason=reason[:300], in_flight_until=None)


def _doubt(message: Message, reason: str) -> None:
    """Unknown outcome: the handler asks its target later, or a person looks."""
    found = handler_of(message.kind)
    if found is None or found.reconcile is None:
        _hand_over(Message.objects.filter(pk=message.pk), reason)
    else:
        _put_off(message, MessageState.UNKNOWN, reason, None)


def _put_off(message: Message, state: MessageState, reason: str, wait: timedelta | None) -> None:
    """Due again later, or for a person after too many attempts."""
    rows = Message.objects.filter(pk=message.pk)
    if message.attempts >= MAX_ATTEMPTS:
        _hand_over(rows, reason)
        return
    due_at = now() + (wait_after(message.attempts) if wait is None else wait)
    values = {"due_at": due_at, "sent_at": None, "in_flight_until": None, "reason": reason[:300]}
    if state == message.state:
        rows.update(attempts=message.attempts, **values)
    else:
        MESSAGE_TRANSITIONS.move(rows, state, attempts=message.attempts, **values)
