"""Loading a national FINESS file into the reference tables: one COPY, one upsert by set, one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from portal.foundation.clock import today
from tenants.groups.finess import FinessEJ, FinessET, FinessFile, Refusal, open_finess
from tenants.groups.models import FinessEstablishment, FinessLegalEntity, FinessLoad

OWNER = "owner"  # the application's role may only read these tables
SHOWN = 20  # refusals and remarks kept with their words; the rest is counted
NAMED = 200  # openings and closings kept by name

_ARRIVING = "finess_arriving"
_SHARED = (
    "name",
    "long_name",
    "address",
    "postal_code",
    "city",
    "commune_code",
    "phone",
    "opened_on",
    "closed_on",
    "is_closed",
    "updated_on",
)
_TYPES = {
    "opened_on": "date",
    "closed_on": "date",
    "updated_on": "date",
    "is_closed": "boolean",
    "line": "integer",
}


@dataclass(frozen=True)
class _Target:
    """One national table: the kind of row that fills it, and its own columns."""

    kind: str
    table: str
    own: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        return ["finess", *self.own, *_SHARED]


_LEGAL_ENTITIES = _Target("EJ", FinessLegalEntity._meta.db_table, ("siren", "legal_status"))
_ESTABLISHMENTS = _Target(
    "ET", FinessEstablishment._meta.db_table, ("legal_entity_finess", "siret", "category_code", "department")
)
_ONE_AT_A_TIME = f"LOCK TABLE {_LEGAL_ENTITIES.table}, {_ESTABLISHMENTS.table} IN SHARE ROW EXCLUSIVE MODE"
_OWN = (*_LEGAL_ENTITIES.own, *_ESTABLISHMENTS.own)
_COLUMNS = ["kind", "line", "finess", *_OWN, *_SHARED]


@dataclass
class _Tally:
    """What the reader gave: counts, and the first refusals and remarks with their words."""

    read: int = 0
    kept: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)
    remark_count: int = 0

    def add(self, row: FinessEJ | FinessET | Refusal) -> None:
        self.read += 1
        if isinstance(row, Refusal):
            self._keep(self.refusals, row.line, row.reason)
            return
        self.kept += 1
        if row.remark:
            self.remark_count += 1
            self._keep(self.remarks, row.line, row.remark)

    @staticmethod
    def _keep(found: list[dict[str, Any]], line: int, text: str) -> None:
        if len(found) < SHOWN:
            found.append({"line": line, "text": text})


def load_finess(path: Path) -> FinessLoad:
    """Upserts the legal entities and establishments of a FINESS file, and says what opened, closed and changed.

    A row older than the one already known (its own date of update) is left aside and counted; what the file does not
    name stays. Refuses (FinessFileError) a wrong, cut or damaged file: nothing is written then. Runs as the owner.
    """
    file = open_finess(path)
    tally = _Tally()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        _receive(cursor, file, tally)
        cursor.execute(_ONE_AT_A_TIME)
        differences = [_apply(cursor, target) for target in (_LEGAL_ENTITIES, _ESTABLISHMENTS)]
        cursor.execute(
            f"DROP TABLE {_ARRIVING}, {', '.join(_difference(one['kind']) for one in differences)}"
        )
        return _keep_report(file, tally, *differences)


def _receive(cursor: Any, file: FinessFile, tally: _Tally) -> None:
    declared = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _COLUMNS)
    cursor.execute(f"CREATE TEMP TABLE {_ARRIVING} ({declared})")
    with cursor.copy(f"COPY {_ARRIVING} ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in _kept(file, tally):
            kind = "EJ" if isinstance(row, FinessEJ) else "ET"
            copy.write_row([kind, *(getattr(row, name, None) for name in _COLUMNS[1:])])
    cursor.execute(f"CREATE INDEX ON {_ARRIVING} (kind, finess, line DESC)")
    cursor.execute(f"ANALYZE {_ARRIVING}")


def _kept(file: FinessFile, tally: _Tally) -> Iterator[FinessEJ | FinessET]:
    for row in file.rows:
        tally.add(row)
        if not isinstance(row, Refusal):
            yield row


def _apply(cursor: Any, target: _Target) -> dict[str, Any]:
    """Writes one kind of row, and says how many of each difference, with the names of openings and closings."""
    difference = _difference(target.kind)
    cursor.execute(
        _DIFFERENCE.format(difference=difference, **_words(target)), {"kind": target.kind, "day": today()}
    )
    cursor.execute(_UPSERT.format(difference=difference, **_words(target)))
    cursor.execute(f"ANALYZE {target.table}")
    cursor.execute(_COUNTS.format(difference=difference))
    counts = dict(cursor.fetchall())
    named = {}
    for change in ("opened", "closed"):
        cursor.execute(_NAMED.format(difference=difference), [change, NAMED])
        named[change] = [list(row) for row in cursor.fetchall()]
    cursor.execute(_ABSENT.format(**_words(target)), {"kind": target.kind, "day": today()})
    return {"kind": target.kind, "counts": counts, "named": named, "absent": cursor.fetchone()[0]}


def _difference(kind: str) -> str:
    return f"finess_difference_{kind.lower()}"


# opened: new and open, or open again; already_closed: new to us and closed; older: our row is more recent, it stays.
_DIFFERENCE = """
CREATE TEMP TABLE {difference} AS
SELECT a.*, CASE
    WHEN t.finess IS NULL AND a.is_open THEN 'opened'
    WHEN t.finess IS NULL THEN 'already_closed'
    WHEN a.updated_on < t.updated_on THEN 'older'
    WHEN a.is_open AND NOT t.is_open THEN 'opened'
    WHEN t.is_open AND NOT a.is_open THEN 'closed'
    WHEN ({arriving}) IS DISTINCT FROM ({known}) THEN 'changed'
    ELSE 'same' END AS change
FROM (
    SELECT DISTINCT ON (finess) {columns}, {is_open} AS is_open FROM finess_arriving
    WHERE kind = %(kind)s ORDER BY finess, line DESC
) a LEFT JOIN (SELECT {columns}, {is_open} AS is_open FROM {table}) t ON t.finess = a.finess
"""
_UPSERT = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM {difference}
WHERE change IN ('opened', 'already_closed', 'closed', 'changed')
ON CONFLICT (finess) DO UPDATE SET {assignments}
"""
_COUNTS = "SELECT change, count(*) FROM {difference} GROUP BY change"
_NAMED = "SELECT finess, name FROM {difference} WHERE change = %s ORDER BY finess LIMIT %s"
_ABSENT = """
SELECT count(*) FROM {table} t WHERE {is_open}
AND EXISTS (SELECT FROM finess_arriving WHERE kind = %(kind)s)
AND NOT EXISTS (SELECT FROM finess_arriving a WHERE a.kind = %(kind)s AND a.finess = t.finess)
"""


def _words(target: _Target) -> dict[str, str]:
    """The identifiers that the statements are made of: all of this file, none from outside."""
    names = target.columns
    return {
        "table": target.table,
        "columns": ", ".join(names),
        "arriving": ", ".join(f"a.{name}" for name in names),
        "known": ", ".join(f"t.{name}" for name in names),
        "assignments": ", ".join(f"{name} = EXCLUDED.{name}" for name in names[1:]),
        "is_open": "(NOT is_closed AND coalesce(closed_on > %(day)s, true))",
    }


def _keep_report(file: FinessFile, tally: _Tally, *differences: dict[str, Any]) -> FinessLoad:
    def total(change: str) -> int:
        return sum(one["counts"].get(change, 0) for one in differences)

    return FinessLoad.objects.using(OWNER).create(
        source_name=file.name[:255],
        file_format=file.file_format,
        file_date=file.day,
        rows_read=tally.read,
        rows_kept=tally.kept,
        rows_refused=tally.read - tally.kept,
        opened=total("opened"),
        closed=total("closed"),
        changed=total("changed"),
        report={
            "refusals": tally.refusals,
            "remarks": tally.remarks,
            "remark_count": tally.remark_count,
            "kinds": {one.pop("kind"): one for one in differences},
        },
    )
