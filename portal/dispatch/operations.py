"""Posting to the outbox, and what a person decides of a message that needs one.

The row is written with the act, the worker is rung after the commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Q

from portal.dispatch.bell import ring
from portal.dispatch.models import Message, Settlement
from portal.dispatch.registry import kind_label
from portal.dispatch.rules import check_can_settle
from portal.dispatch.states import MESSAGE_TRANSITIONS, MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import current_group_id
from portal.journal.operations import Act, Actor, record

RETRIED = Act("message_retried", "{actor} a relancé l'envoi « {object} ».")
GIVEN_UP = Act("message_given_up", "{actor} a abandonné l'envoi « {object} » : {reason}")

_COLUMNS: Sequence[tuple[str, str]] = (
    ("id", "uuid"),
    ("kind", "text"),
    ("target", "text"),
    ("ordering_key", "text"),
    ("payload", "jsonb"),
    ("due_at", "timestamptz"),
)
# Written by hand: a site may post and not read, so nothing may come back from the INSERT (its number would).
_INSERT = (
    "INSERT INTO dispatch_message (group_id, state, created_at, attempts, reason, "  # noqa: S608  our own names
    + ", ".join(name for name, _ in _COLUMNS)
    + ") SELECT %s, %s, %s, 0, '', r.* FROM jsonb_to_recordset(%s::jsonb) AS r ("
    + ", ".join(f"{name} {kind}" for name, kind in _COLUMNS)
    + ")"
)


@dataclass(frozen=True)
class Letter:
    """What to post: `kind` chooses the handler, `payload` carries ids only."""

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    ordering_key: str = ""
    due_at: datetime | None = None


def post(letter: Letter) -> Message:
    """Writes one message in the current door's transaction. Refuses (TenancyError) outside of a door."""
    return post_all([letter])[0]


def post_all(letters: Iterable[Letter]) -> list[Message]:
    """Writes messages by set, in their order, and rings the relay once, after the commit."""
    moment = now()
    group_id = current_group_id()
    messages = [
        Message(
            group_id=group_id,
            kind=one.kind,
            target=one.target,
            ordering_key=one.ordering_key,
            payload=one.payload,
            created_at=moment,
            due_at=one.due_at or moment,
        )
        for one in letters
    ]
    if messages:
        _insert(messages, moment)
        transaction.on_commit(lambda: ring(group_id), robust=True)
    return messages


def _insert(messages: list[Message], moment: datetime) -> None:
    rows = [
        {
            "id": one.pk,
            "kind": one.kind,
            "target": one.target,
            "ordering_key": one.ordering_key,
            "payload": one.payload,
            "due_at": one.due_at.isoformat(),  # to the microsecond, unlike the encoder
        }
        for one in messages
    ]
    head: list[Any] = [messages[0].group_id, MessageState.PENDING, moment]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*head, DjangoJSONEncoder(ensure_ascii=False).encode(rows)])


def retry_message(*, actor: Actor, message_id: UUID) -> None:
    """Puts a message « à traiter » back in the queue, due now, as if never tried.

    Does nothing to one that is already waiting or settled, so that a double click is harmless.
    """
    rows = Message.objects.filter(pk=message_id, state=MessageState.TO_HANDLE)
    again = {"attempts": 0, "due_at": now(), "sent_at": None, "in_flight_until": None}
    found = rows.first()
    if found is None or not MESSAGE_TRANSITIONS.move(rows, MessageState.PENDING, **again):
        return
    record(
        actor, RETRIED, object_kind="message", object_id=message_id, object=message_name(found),
        before={"attempts": found.attempts, "reason": found.reason},
    )  # fmt: skip
    group_id = found.group_id
    transaction.on_commit(lambda: ring(group_id), robust=True)


def bring_forward(*, kind: str) -> int:
    """What had been put off leaves, or is asked about, now: the way is open again. Says how many.

    Leaves no line: whoever opened it does. What a worker is asking about at this moment is left to it.
    """
    put_off = Q(state=MessageState.PENDING) | Q(state=MessageState.UNKNOWN, sent_at=None)
    rows = Message.objects.filter(put_off, kind=kind)
    found = rows.update(due_at=now(), sent_at=None)
    group_id = current_group_id()
    transaction.on_commit(lambda: ring(group_id), robust=True)
    return found


def give_up_message(*, actor: Actor, message_id: UUID, reason: str) -> None:
    """Settles a message « à traiter » as given up, with the typed reason.

    Refuses (DomainError) an empty reason, and a message that is being sent. Does nothing to one that is settled.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Giving up needs a reason", "Indiquez pourquoi cet envoi est abandonné.", "reason")
    found = Message.objects.select_for_update().filter(pk=message_id).first()
    if found is None:
        return
    check_can_settle(found)
    settle_row(found, Outcome.GIVEN_UP, reason=reason, settled_by=actor.actor_name)
    record(
        actor, GIVEN_UP, object_kind="message", object_id=message_id, object=message_name(found), reason=reason
    )  # fmt: skip


def settle_row(message: Message, outcome: Outcome, *, reason: str = "", settled_by: str = "") -> None:
    """Writes how a locked message ended and deletes it, in the caller's transaction."""
    Settlement.objects.create(
        message_id=message.pk,
        kind=message.kind,
        target=message.target,
        outcome=outcome,
        attempts=message.attempts,
        created_at=message.created_at,
        settled_at=now(),
        reason=reason[:300],
        settled_by=settled_by,
    )
    Message.objects.filter(pk=message.pk).delete()


def message_name(message: Message) -> str:
    """« compte SCIM → Dossier de l'usager »: what it does and to whom, in French."""
    label = kind_label(message.kind)
    return f"{label} → {message.target}" if message.target and message.target != label else label
