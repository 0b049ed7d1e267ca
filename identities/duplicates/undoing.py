"""What a merge wrote is put back row by row, as long as it is still what the merge left; the rest is told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction

from identities.duplicates.catalogue import MOVED, PERSON_TABLE, Reference
from identities.duplicates.models import Merge, MergedRow, RowChange
from identities.duplicates.traits_chosen import TRAITS

_STILL = "to_jsonb(t) @> m.after"
_MINE = "m.merge_id = %(merge)s AND m.table_name = %(table)s AND m.change = %(change)s AND m.row_id = t.id"
_SINCE = "changé depuis la fusion, laissé tel quel"
_COLUMN_LABELS = {one.columns[0]: one.label for one in TRAITS}


@dataclass
class PutBack:
    """`left`: French sentences about what changed since and was not touched; `stays`: ids of stays that go on again."""

    left: list[str] = field(default_factory=list)
    resumed: list[Any] = field(default_factory=list)


def put_back(merge: Merge) -> PutBack:
    """Everything, in the opposite order of the merge: moved rows leave the kept record before its own stays resume."""
    done = PutBack()
    for table in _tables(merge, RowChange.ADDED):
        added = f"DELETE FROM {table} t USING duplicates_mergedrow m WHERE {_MINE} AND {_STILL}"  # noqa: S608
        _run(merge, table, RowChange.ADDED, added)
    for reference in MOVED:
        if left := _move_back(merge, reference):
            done.left.append(f"{_counted(left, reference)} : {_SINCE}.")
    for row in merge.rows.filter(change=RowChange.CHANGED).order_by("table_name", "row_id"):
        _change_back(row, done)
    for table in _tables(merge, RowChange.REMOVED):
        _run(
            merge, table, RowChange.REMOVED,
            f"INSERT INTO {table} SELECT r.* FROM duplicates_mergedrow m, jsonb_populate_record(NULL::{table}, m.before) r"  # noqa: S608
            " WHERE m.merge_id = %(merge)s AND m.table_name = %(table)s AND m.change = %(change)s ON CONFLICT DO NOTHING",
        )  # fmt: skip
    return done


def changed_since(merge: Merge) -> list[str]:
    """What `put_back` would leave, as it stands now."""
    left = []
    for reference in MOVED:
        held = _count(merge, reference, f"NOT ({_STILL})")
        if held:
            left.append(f"{_counted(held, reference)} : {_SINCE}.")
    for row in merge.rows.filter(change=RowChange.CHANGED):
        if not _still(row) and (said := _said_of(row)):
            left.append(said)
    return left


def comes_back(merge: Merge) -> list[str]:
    """« 2 affectations », « 1 identifiant »: what leaves the kept record."""
    counts: Counter[tuple[str, str]] = Counter()
    for table, before in merge.rows.filter(change=RowChange.MOVED).values_list("table_name", "before"):
        counts[table, next(iter(before or {}))] += 1
    return [_counted(counts[one.table, one.column], one) for one in MOVED if counts[one.table, one.column]]


def stays_on_kept(merge: Merge) -> list[str]:
    """What was written on the kept record since the merge: nobody knows of which of the two it is."""
    found = []
    with connection.cursor() as cursor:
        for one in MOVED:
            if not one.since:
                continue
            cursor.execute(
                f"SELECT count(*) FROM {one.table} t WHERE t.{one.column} = %(kept)s AND t.{one.since} > %(at)s"  # noqa: S608
                " AND NOT EXISTS (SELECT FROM duplicates_mergedrow m WHERE m.merge_id = %(merge)s AND m.row_id = t.id)",
                {"kept": merge.kept_id, "at": merge.merged_at, "merge": merge.pk},
            )
            if count := cursor.fetchone()[0]:
                found.append(_counted(count, one))
    return found


def _counted(count: int, reference: Reference) -> str:
    return f"{count} {reference.words[count > 1]}"


def _tables(merge: Merge, change: RowChange) -> Iterator[str]:
    rows = merge.rows.filter(change=change).order_by("table_name")
    return iter(rows.values_list("table_name", flat=True).distinct())


def _run(merge: Merge, table: str, change: RowChange, statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"merge": merge.pk, "table": table, "change": change})
        return cursor.rowcount


def _move_back(merge: Merge, reference: Reference) -> int:
    """Says how many rows are held by somebody else since."""
    table, column = reference.table, reference.column
    left = _count(merge, reference, f"NOT ({_STILL})")
    _run(
        merge, table, RowChange.MOVED,
        f"UPDATE {table} t SET {column} = (m.before ->> '{column}')::uuid FROM duplicates_mergedrow m"  # noqa: S608
        f" WHERE {_MINE} AND jsonb_exists(m.before, '{column}') AND {_STILL}",
    )  # fmt: skip
    return left


def _count(merge: Merge, reference: Reference, condition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM duplicates_mergedrow m JOIN {reference.table} t ON {_MINE}"  # noqa: S608
            f" AND jsonb_exists(m.before, '{reference.column}') AND {condition}",
            {"merge": merge.pk, "table": reference.table, "change": RowChange.MOVED},
        )
        return cursor.fetchone()[0]


def _change_back(row: MergedRow, done: PutBack) -> None:
    columns = ", ".join(row.before or {})
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {row.table_name} t SET ({columns}) = (SELECT {columns} FROM"  # noqa: S608
                f" jsonb_populate_record(NULL::{row.table_name}, m.before)) FROM duplicates_mergedrow m"
                f" WHERE m.id = %(row)s AND m.row_id = t.id AND {_STILL}",
                {"row": row.pk},
            )
            written = cursor.rowcount
    except IntegrityError:  # another stay stands at the same place since
        written = 0
    if not written and (said := _said_of(row)):
        done.left.append(said)
    elif written and row.table_name != PERSON_TABLE:
        done.resumed.append(row.row_id)


def _still(row: MergedRow) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {row.table_name} t JOIN duplicates_mergedrow m ON m.row_id = t.id"  # noqa: S608
            f" WHERE m.id = %(row)s AND {_STILL}",
            {"row": row.pk},
        )
        return bool(cursor.fetchone()[0])


def _said_of(row: MergedRow) -> str:
    """What was not put back, in French; empty for a date that only follows from the rest."""
    if row.table_name != PERSON_TABLE:
        return "Une affectation annulée par la fusion ne peut pas reprendre : elle, ou sa place, a changé depuis."
    label = _COLUMN_LABELS.get(next(iter(row.before or {})), "")
    return f"{label} : {_SINCE}." if label else ""
