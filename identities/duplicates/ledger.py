"""The rows that a merge touches, written down as they are touched: by set, in the words of PostgreSQL itself.

`to_jsonb` keeps every value to the microsecond and `jsonb_populate_record` gives it back with the types of the table, so
that undoing writes exactly what was there. Every wall and grant applies. Table and column names are ours, never typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from identities.duplicates.catalogue import Reference
from identities.duplicates.models import Merge, RowChange

_NOTE = (
    "INSERT INTO duplicates_mergedrow (id, group_id, merge_id, table_name, row_id, change, before, after)"
    " SELECT gen_random_uuid(), app.gid(), %(merge)s, %(table)s, id, %(change)s,"
)


class Ledger:
    """Writes for one merge, each with its line in `duplicates_mergedrow`."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.ids = {"merge": merge.pk, "kept": merge.kept_id, "absorbed": merge.absorbed_id}

    def move(self, reference: Reference) -> int:
        """The absorbed record's rows go to the kept one; says how many. Those that it has already stay (`once_by`)."""
        table, column = reference.table, reference.column
        same = " AND ".join(
            [f"o.{one} IS NOT DISTINCT FROM t.{one}" for one in reference.once_by]
            + [reference.among.format(row=row) for row in ("o", "t") if reference.among]
        )
        unless = (
            f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.{column} = %(kept)s AND {same})" if same else ""  # noqa: S608
        )
        return self._noted(
            RowChange.MOVED, table,
            f"UPDATE {table} t SET {column} = %(kept)s WHERE t.{column} = %(absorbed)s{unless} RETURNING t.id",  # noqa: S608
            f"jsonb_build_object('{column}', %(absorbed)s::text), jsonb_build_object('{column}', %(kept)s::text)",
        )  # fmt: skip

    def change(self, table: str, row_ids: Sequence[UUID], values: Mapping[str, Any]) -> int:
        """Writes the same values, by column, in those rows; says how many."""
        columns = ", ".join(values)
        picked = "(SELECT jsonb_object_agg(key, value) FROM jsonb_each({}) WHERE key = ANY(%(columns)s))"
        return self._noted(
            RowChange.CHANGED, table,
            f"UPDATE {table} t SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(NULL::{table},"  # noqa: S608
            f" %(values)s::jsonb)) FROM (SELECT id, to_jsonb(b) AS was FROM {table} b WHERE id = ANY(%(ids)s)) old"
            " WHERE t.id = old.id RETURNING t.id, old.was, to_jsonb(t) AS became",
            f"{picked.format('was')}, {picked.format('became')}",
            ids=list(row_ids), columns=list(values), values=_json(values),
        )  # fmt: skip

    def remove(self, table: str, condition: str) -> int:
        """Deletes the rows of that condition, which may name %(kept)s and %(absorbed)s; says how many."""
        return self._noted(
            RowChange.REMOVED, table,
            f"DELETE FROM {table} t WHERE {condition} RETURNING t.id, to_jsonb(t) AS was",  # noqa: S608
            "was, NULL",
        )  # fmt: skip

    def add(self, table: str, select: str, *, columns: str) -> int:
        """Inserts what `select` reads, but what is there already; says how many."""
        return self._noted(
            RowChange.ADDED, table,
            f"INSERT INTO {table} AS t ({columns}) {select} ON CONFLICT DO NOTHING RETURNING t.id, to_jsonb(t) AS became",  # noqa: S608
            "NULL, became",
        )  # fmt: skip

    def _noted(self, change: RowChange, table: str, write: str, states: str, **values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH touched AS ({write}) {_NOTE} {states} FROM touched",
                {**self.ids, **values, "table": table, "change": change},
            )
            return cursor.rowcount


def _json(values: Mapping[str, Any]) -> str:
    return DjangoJSONEncoder(ensure_ascii=False).encode(values)
