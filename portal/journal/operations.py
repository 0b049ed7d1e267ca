"""Writing the journal: every operation of every room calls `record`, or `record_set` when it acts by set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.request_id import current_request_id
from portal.foundation.tenancy import current_group_id


class Actor(Protocol):
    """Who acts: a user, or one of the named machines below. Its id is None for a machine."""

    @property
    def actor_id(self) -> UUID | None: ...

    @property
    def actor_name(self) -> str: ...


@dataclass(frozen=True)
class Machine:
    """A program that acts by itself, by its French name: « l'horloge des missions »."""

    actor_name: str
    actor_id: None = None


class AnonymousActError(Exception):
    """An operation was called without saying who acts."""


@dataclass(frozen=True)
class Act:
    """One kind of act: its code and its sentence, with {actor}, {object} and the values given to `record`."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Entry:
    """What is said of one object in a set."""

    object_kind: str
    object_id: UUID | None
    values: dict[str, Any]
    establishment_id: UUID | None = None
    before: Any = None
    after: Any = None


_COLUMNS: Sequence[tuple[str, str]] = (
    ("id", "uuid"),
    ("establishment_id", "uuid"),
    ("object_kind", "text"),
    ("object_id", "uuid"),
    ("sentence", "text"),
    ("before", "jsonb"),
    ("after", "jsonb"),
)
_INSERT = (
    "INSERT INTO journal_line (group_id, at, actor_id, actor_name, act, request_id, "  # noqa: S608  our own names
    + ", ".join(name for name, _ in _COLUMNS)
    + ") SELECT %s, %s, %s, %s, %s, %s, r.* FROM unnest("
    + ", ".join(f"%s::{kind}[]" for _, kind in _COLUMNS)
    + ") AS r"
)


def record(
    actor: Actor,
    act: Act,
    *,
    object_kind: str,
    object_id: UUID | None,
    establishment_id: UUID | None = None,
    before: Any = None,
    after: Any = None,
    **values: Any,
) -> None:
    """Leaves one line, in the transaction and group of the current door.

    `values` fill the sentence of the act. Refuses (AnonymousActError) an act without a named actor, and (TenancyError)
    one outside of a door.
    """
    record_set(actor, act, [Entry(object_kind, object_id, values, establishment_id, before, after)])


def record_set(actor: Actor, act: Act, entries: Iterable[Entry], *, at: datetime | None = None) -> int:
    """Leaves one line per entry in one statement, and says how many. The same refusals as `record`."""
    if actor is None or not actor.actor_name:
        raise AnonymousActError(f"{act.code}: who acts?")
    rows = [
        (
            uuid7(),
            one.establishment_id,
            one.object_kind,
            one.object_id,
            act.sentence.format(actor=actor.actor_name, **one.values),
            _json(one.before),
            _json(one.after),
        )
        for one in entries
    ]
    if not rows:
        return 0
    head = [current_group_id(), at or now(), actor.actor_id, actor.actor_name, act.code, current_request_id()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*head, *(list(column) for column in zip(*rows, strict=True))])
    return len(rows)


def _json(value: Any) -> str | None:
    return None if value is None else DjangoJSONEncoder(ensure_ascii=False).encode(value)
