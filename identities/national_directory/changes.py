"""What appeared, closed and changed between two loads: computed by set, kept for a year and a bit, in bounded number."""

# ruff: noqa: S608  the identifiers are those of our own layouts, none comes from outside

from dataclasses import dataclass
from typing import Any

from identities.national_directory.layouts import Target
from identities.national_directory.models import ChangeKind, DirectoryChange, DirectoryLoad

KEPT_PER_TABLE = 50_000  # of one load; beyond, the figures only
KEPT_DAYS = 400
_CHANGES = DirectoryChange._meta.db_table


@dataclass(frozen=True)
class Difference:
    """How many of each kind of change; `table` holds them, empty when there was nothing to compare with."""

    counts: dict[str, int]
    table: str


# A hash join of both tables by key; the digest says whether the rest is the same.
_COMPARE = """
CREATE UNLOGGED TABLE {difference} AS
SELECT coalesce(o.{key}, n.{key}) AS key,
    CASE WHEN o.{key} IS NULL THEN 'appeared' WHEN n.{key} IS NULL THEN 'closed' ELSE 'changed' END AS change
FROM (SELECT {key}, digest FROM {table}) o FULL JOIN (SELECT {key}, digest FROM {table}_next) n ON n.{key} = o.{key}
WHERE o.{key} IS NULL OR n.{key} IS NULL OR o.digest <> n.digest
"""
_KEEP = """
INSERT INTO {changes} (load_id, "table", change, number, before, after)
SELECT %s, %s, d.change, coalesce(o.{person}, n.{person}), to_jsonb(o) - 'digest' - 'key', to_jsonb(n) - 'digest' - 'key'
FROM (SELECT * FROM {difference} ORDER BY change <> 'closed', key LIMIT %s) d
LEFT JOIN {table} o ON o.{key} = d.key AND d.change <> 'appeared'
LEFT JOIN {table}_next n ON n.{key} = d.key AND d.change <> 'closed'
"""


def compare(cursor: Any, target: Target, rows: int, rows_before: int) -> Difference:
    """The new table against the live one. Nothing is compared with an empty table: everything appeared."""
    counts = dict.fromkeys(ChangeKind.values, 0)
    if not rows_before:
        return Difference(counts | {ChangeKind.APPEARED.value: rows}, "")
    difference = difference_table(target)
    cursor.execute(_COMPARE.format(difference=difference, table=target.table, key=target.key))
    cursor.execute(f"SELECT change, count(*) FROM {difference} GROUP BY change")
    return Difference(counts | dict(cursor.fetchall()), difference)


def difference_table(target: Target) -> str:
    """The keys that differ; unlogged, and dropped with the rest of a load."""
    return f"{target.table}_difference"


def keep_changes(cursor: Any, load: DirectoryLoad, target: Target, difference: Difference) -> None:
    """Writes the rows that changed, those that closed first, at most KEPT_PER_TABLE of them."""
    if difference.table:
        statement = _KEEP.format(
            changes=_CHANGES,
            difference=difference.table,
            table=target.table,
            key=target.key,
            person=target.person,
        )
        cursor.execute(statement, [load.pk, short_name(target.table), KEPT_PER_TABLE])


def short_name(table: str) -> str:
    """« nationalactivity » for « national_directory_nationalactivity »."""
    return table.removeprefix("national_directory_")


def forget_old_changes(cursor: Any) -> None:
    """Changes older than KEPT_DAYS go; the figures of their loads stay."""
    cursor.execute(
        f"DELETE FROM {_CHANGES} WHERE load_id IN (SELECT id FROM {DirectoryLoad._meta.db_table}"
        " WHERE loaded_at < now() - make_interval(days => %s))",
        [KEPT_DAYS],
    )
