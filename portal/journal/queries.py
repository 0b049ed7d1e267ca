"""Reads of the journal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from portal.foundation.clock import end_of_day, start_of_day
from portal.foundation.tenancy import clock
from portal.journal.models import Line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One index probe per group, however many lines each has.
_GROUPS = """
WITH RECURSIVE one AS (
  (SELECT group_id FROM {table} ORDER BY group_id LIMIT 1)
  UNION ALL
  SELECT (SELECT t.group_id FROM {table} t WHERE t.group_id > one.group_id ORDER BY t.group_id LIMIT 1)
  FROM one WHERE one.group_id IS NOT NULL
) SELECT group_id FROM one WHERE group_id IS NOT NULL
"""
_ACTS = """
WITH RECURSIVE one AS (
  (SELECT act FROM journal_line WHERE group_id = app.gid() ORDER BY act LIMIT 1)
  UNION ALL
  SELECT (SELECT l.act FROM journal_line l WHERE l.group_id = app.gid() AND l.act > one.act ORDER BY l.act LIMIT 1)
  FROM one WHERE one.act IS NOT NULL
) SELECT act FROM one WHERE act IS NOT NULL
"""


@dataclass(frozen=True)
class Filters:
    """What to show of a group's journal; empty values show all."""

    since: date | None = None
    until: date | None = None
    actor: str = ""
    act: str = ""
    establishment_id: UUID | None = None
    text: str = ""

    def as_json(self) -> dict[str, str]:
        """Those that are set, as strings."""
        return {name: str(value) for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: just before this line, newest first."""

    at: datetime
    number: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.number}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None when the text is not one: the newest page is shown."""
        found = re.fullmatch(r"([0-9]{1,16})-([0-9]{1,18})", text)
        return cls(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


@dataclass(frozen=True)
class Page:
    """Lines, newest first, and where the older ones start."""

    lines: list[Line] = field(default_factory=list)
    older: Cursor | None = None


def groups_with_a_journal() -> list[UUID]:
    """Every group that has lines or seals, the platform's own chain included."""
    found: set[UUID] = set()
    with clock(), connection.cursor() as cursor:
        for table in ("journal_line", "journal_seal"):
            cursor.execute(_GROUPS.format(table=table))
            found.update(group_id for (group_id,) in cursor.fetchall())
    return sorted(found)


def groups_to_seal() -> list[UUID]:
    """Groups with lines that no seal holds yet."""
    with clock():
        return sorted(Line.objects.filter(seal_number=None).values_list("group_id", flat=True).distinct())


def group_names(group_ids: list[UUID]) -> Mapping[UUID, str]:
    """Their addresses (slugs); a closed group is left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug FROM app.groups_named(%s)", [group_ids])
        return dict(cursor.fetchall())


def lines_about(object_id: UUID, limit: int = 50, also: Sequence[UUID] = ()) -> list[Line]:
    """The last lines about one object, newest first: its history. `also`: what became part of it."""
    named = Q(object_id__in=[object_id, *also]) if also else Q(object_id=object_id)
    return list(Line.objects.filter(named).order_by("-at", "-number")[:limit])


def lines_of_group(filters: Filters, *, before: Cursor | None = None, limit: int = 50) -> Page:
    """One page of the current group's journal, newest first; `before` continues the page that gave it.

    Each page costs the same however far it is: no count, no offset.
    """
    rows = matching(filters)
    if before is not None:
        earlier = Q(at__lt=before.at) | Q(at=before.at, number__lt=before.number)
        rows = rows.filter(earlier, at__lte=before.at)  # the second lets the index be read from there
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, Cursor(found[-1].at, found[-1].number) if more else None)


def matching(filters: Filters) -> QuerySet[Line]:
    """All lines that pass the filters, newest first. Days are days of Paris, both included."""
    rows = Line.objects.order_by("-at", "-number")
    conditions: dict[str, Any] = {
        "at__gte": filters.since and start_of_day(filters.since),
        "at__lt": filters.until and end_of_day(filters.until),
        "actor_name__icontains": filters.actor,
        "act": filters.act,
        "establishment_id": filters.establishment_id,
        "sentence__icontains": filters.text,
    }
    return rows.filter(**{name: value for name, value in conditions.items() if value})


def acts_seen() -> list[str]:
    """Codes of the acts that the current group's journal holds."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTS)
        return [act for (act,) in cursor.fetchall()]


def was_recorded_since(act: str, object_id: UUID, since: datetime) -> bool:
    """Whether that act on that object already left a line."""
    return Line.objects.filter(object_id=object_id, at__gte=since, act=act).exists()
