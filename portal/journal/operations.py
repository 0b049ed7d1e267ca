"""Writing the journal: every operation of every room calls `record`, or `record_set` when it acts by set."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID, uuid5

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.names import of_name
from portal.foundation.request_id import current_request_id
from portal.foundation.tenancy import current_group_id
from portal.journal.queries import Filters, was_recorded_since

_OF = re.compile(r"\bde \{(\w+)\}")


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

    def __post_init__(self) -> None:
        _KNOWN[self.code] = self.sentence

    def said(self, **values: Any) -> str:
        """The sentence with its values; « de {holder} » becomes « d'Anne » before a vowel."""
        text, named = _with_of(self.sentence)
        return text.format(**values, **{f"{name}__of": of_name(str(values[name])) for name in named})


@cache
def _with_of(sentence: str) -> tuple[str, tuple[str, ...]]:
    """The sentence whose « de {holder} » is one value, and the names of those values."""
    return _OF.sub(lambda found: f"{{{found[1]}__of}}", sentence), tuple(_OF.findall(sentence))


_KNOWN: dict[str, str] = {}


def act_label(code: str) -> str:
    """What an act says, without who and what: « A relancé l'envoi « … » »; its code once no room declares it any more."""
    if code not in _KNOWN:
        return code
    words = _VALUE.sub("…", _KNOWN[code].removeprefix("{actor}")).strip(" .")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Entry:
    """What is said of one object in a set."""

    object_kind: str
    object_id: UUID | None
    values: dict[str, Any]
    establishment_id: UUID | None = None
    before: Any = None
    after: Any = None


_VALUE = re.compile(r"\{[^}]*\}")
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
    + ") SELECT %s, %s, %s, %s, %s, %s, r.* FROM jsonb_to_recordset(%s::jsonb) AS r ("
    + ", ".join(f"{name} {kind}" for name, kind in _COLUMNS)
    + ")"
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
        {
            "id": uuid7(),
            "establishment_id": one.establishment_id,
            "object_kind": one.object_kind,
            "object_id": one.object_id,
            "sentence": act.said(actor=actor.actor_name, **one.values),
            "before": one.before,
            "after": one.after,
        }
        for one in entries
    ]
    if not rows:
        return 0
    head: list[Any] = [
        current_group_id(),
        at or now(),
        actor.actor_id,
        actor.actor_name,
        act.code,
        current_request_id(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*head, DjangoJSONEncoder(ensure_ascii=False).encode(rows)])
    return len(rows)


READ = Act("journal_read", "{actor} a consulté le journal ({filters}).")
EXPORTED = Act("journal_exported", "{actor} a exporté {count} lignes du journal ({filters}).")
SAME_READING = timedelta(minutes=10)


def record_reading(*, actor: Actor, filters: Filters, described: str) -> None:
    """A consultation of the journal, said once per person, filters and ten minutes; `described`: the filters in French."""
    reading = _reading_of(actor, filters)
    if not was_recorded_since(READ.code, reading, now() - SAME_READING):
        record(
            actor, READ, object_kind="journal", object_id=reading, after=filters.as_json(), filters=described
        )  # fmt: skip


def record_export(*, actor: Actor, filters: Filters, described: str, count: int) -> None:
    """An export of the journal, said each time, with its number of lines."""
    record(
        actor, EXPORTED, object_kind="journal", object_id=_reading_of(actor, filters), after=filters.as_json(),
        filters=described, count=count,
    )  # fmt: skip


def _reading_of(actor: Actor, filters: Filters) -> UUID:
    """The same id for the same person and the same filters."""
    return uuid5(actor.actor_id or UUID(int=0), json.dumps(filters.as_json(), sort_keys=True))
