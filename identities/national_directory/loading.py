"""Loading one file: copied as text, tables built beside the live ones, compared, and swapped.

Staging and building are committed step by step, on two connections, under names that nobody reads; the swap of all tables,
their labels and differences is one transaction. A reader sees the old tables until its commit and the new ones after: never
an empty or half table. A refusal or a crash changes nothing that is read, and the next load sweeps what it left behind.
Figures in portal/decisions/measures.md.
"""

# ruff: noqa: S608  the identifiers are those of our own layouts, none comes from outside

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from identities.national_directory.changes import (
    Difference,
    compare,
    difference_table,
    forget_old_changes,
    keep_changes,
)
from identities.national_directory.layouts import KEY_LENGTH, LAYOUTS, Layout, Target
from identities.national_directory.models import DirectoryLoad, Label
from identities.national_directory.rules import check_not_shrunk
from identities.national_directory.source import DirectoryFileError, Header, Source, read_header, readable
from identities.national_directory.staging import OWNER, STAGED, clear_stage, stage
from identities.national_directory.swapping import finish, swap

LABELS = f"{STAGED}_labels"
ONE_AT_A_TIME = 7_270_415  # key of the advisory lock
SIDE_BY_SIDE = 2  # connections
_MEMORY = "SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL synchronous_commit = off"


@dataclass(frozen=True)
class Built:
    """A table made beside the live one: its rows, those the live one holds, and what differs."""

    target: Target
    rows: int
    rows_before: int
    difference: Difference


def load_directory_file(path: Path, accept_shrink: str = "") -> DirectoryLoad:
    """Replaces the tables of one file by what it holds, and keeps the differences. Runs as the owner.

    Refuses (DirectoryFileError) a wrong, cut or damaged file, one with fewer than 80 % of the rows held unless
    `accept_shrink` gives the reason, and two loads at once: nothing is written then.
    """
    started = time.monotonic()
    source = Source(path)
    with readable(path.name), source.open() as stream:
        header = read_header(stream, path.name)
        with _alone():
            read = stage(stream, header, path.name)
            check_not_shrunk(header.layout.kind, read, _held(header.layout), accept_shrink)
            built = _build_all(header.layout)
            return _publish(header, source, read, built, accept_shrink, started)


@contextmanager
def _alone() -> Iterator[None]:
    """One load at a time, and nothing left behind by it, whatever happens; nor by one that was killed before."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise DirectoryFileError(
                "Another load is running",
                "Un autre chargement de l'Annuaire Santé est en cours. Attendez qu'il se termine, puis recommencez.",
            )
        try:
            _sweep(cursor)
            yield
        finally:
            _sweep(cursor)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def _sweep(cursor: Any) -> None:
    clear_stage(cursor)
    left = [LABELS]
    for target in (one for layout in LAYOUTS for one in layout.targets):
        left += [f"{target.table}_next", difference_table(target)]
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(left)}")


def _build_all(layout: Layout) -> list[Built]:
    """Every table of the file, and its labels, on two connections; the first failure is raised once both have ended."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        longest_first = sorted(layout.targets, key=lambda one: -len(one.columns))
        jobs = {one.table: pool.submit(_on_a_connection, _build, one) for one in longest_first}
        labels = pool.submit(_on_a_connection, _build_labels, layout)
    labels.result()
    return [jobs[one.table].result() for one in layout.targets]


def _on_a_connection(work: Any, *args: Any) -> Any:
    try:
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute(_MEMORY)
            return work(cursor, *args)
    finally:
        connections[OWNER].close()


def _publish(
    header: Header, source: Source, read: int, built: list[Built], reason: str, started: float
) -> DirectoryLoad:
    """All that is read changes at once, or nothing does."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_MEMORY)
        table = Label._meta.db_table
        cursor.execute(f"DELETE FROM {table} WHERE kind = %s", [header.layout.kind])
        cursor.execute(
            f"INSERT INTO {table} (kind, field, code, label) SELECT kind, field, code, label FROM {LABELS}"
        )
        load = _report(header, source, read, built, reason)
        for one in built:
            keep_changes(cursor, load, one.target, one.difference)
        forget_old_changes(cursor)
        swap(cursor, [one.target.table for one in built])
        load.seconds = round(time.monotonic() - started, 2)
        load.save(using=OWNER, update_fields=["seconds"])
    return load


def _build(cursor: Any, target: Target) -> Built:
    """The table beside the live one, with the live one's indexes."""
    cursor.execute(_table_of(target))
    rows = cursor.rowcount
    finish(cursor, target.table)
    before = _count(cursor, target.table)
    return Built(target, rows, before, compare(cursor, target, rows, before))


def _table_of(target: Target) -> str:
    """CREATE TABLE AS, that PostgreSQL may run on several processors.

    A name's key is made once per name, not per row: OFFSET 0 keeps PostgreSQL from making it after the join.
    """
    hashed = target.key == "key"
    key = _hash(target.identity) if hashed else target.key
    digest = _hash(tuple(target.columns.values()))
    columns = [f"{made} AS {name}" for name, made in target.columns.items()]
    kept = [*([f"{key} AS key"] if hashed else []), *columns, f"{digest} AS digest"]
    where = f"WHERE {target.where}" if target.where else ""
    rows = f"SELECT DISTINCT ON ({key}) {', '.join(kept)} FROM {STAGED} {where} ORDER BY {key}"
    made = [f"{rank}.made AS {name}" for rank, name in _ranked(target)]
    joins = [
        f"JOIN (SELECT {of} AS name, left(app.search_key({of}), {KEY_LENGTH}) AS made"
        f" FROM (SELECT DISTINCT {of} FROM {STAGED}) {rank}_names OFFSET 0) {rank} ON {rank}.name = s.{of}"
        for (rank, _), of in zip(_ranked(target), target.names.values(), strict=True)
    ]
    order = [*(["key"] if hashed else []), *target.columns]
    listed = ", ".join([*(f"s.{name}" for name in order), *made, "s.digest"])
    return f"CREATE TABLE {target.table}_next AS SELECT {listed} FROM ({rows}) s {' '.join(joins)}"


def _ranked(target: Target) -> list[tuple[str, str]]:
    return [(f"k{rank}", name) for rank, name in enumerate(target.names)]


def _hash(expressions: tuple[str, ...]) -> str:
    return f"hashtextextended(concat_ws('|', {', '.join(expressions)}), 0)"


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


def _held(layout: Layout) -> int:
    """Rows of the file last loaded."""
    last = DirectoryLoad.objects.using(OWNER).filter(kind=layout.kind).order_by("-id").first()
    return last.rows_read if last else 0


_LABELS = """
CREATE UNLOGGED TABLE {table} AS
SELECT DISTINCT ON (l.field, l.code) {kind} AS kind, l.field, l.code, l.label
FROM (SELECT DISTINCT {columns} FROM {staged}) s
CROSS JOIN LATERAL (VALUES {pairs}) l (field, code, label) WHERE l.code <> '' AND l.label <> ''
ORDER BY l.field, l.code, l.label
"""


def _build_labels(cursor: Any, layout: Layout) -> None:
    """What the codes of the file are called there; an empty table when it has none."""
    if not layout.labels:
        cursor.execute(f"CREATE UNLOGGED TABLE {LABELS} (kind text, field text, code text, label text)")
        return
    columns = ", ".join(name for pair in layout.labels.items() for name in pair)
    pairs = ", ".join(f"('{code}', s.{code}, s.{label})" for code, label in layout.labels.items())
    kind = f"'{layout.kind.value}'"
    cursor.execute(_LABELS.format(table=LABELS, kind=kind, columns=columns, pairs=pairs, staged=STAGED))


def _report(header: Header, source: Source, read: int, built: list[Built], reason: str) -> DirectoryLoad:
    def total(change: str) -> int:
        return sum(one.difference.counts[change] for one in built)

    return DirectoryLoad.objects.using(OWNER).create(
        kind=header.layout.kind,
        source_name=source.path.name[:255],
        file_date=source.day_in_name(),
        rows_read=read,
        rows_before=built[0].rows_before,
        appeared=total("appeared"),
        closed=total("closed"),
        changed=total("changed"),
        seconds=0,
        shrink_reason=reason[:300],
        report={
            one.target.table: {"rows": one.rows, "rows_before": one.rows_before, **one.difference.counts}
            for one in built
        },
    )
