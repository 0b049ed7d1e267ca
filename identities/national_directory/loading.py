"""Loading one file: COPY into a staging table, tables built beside the live ones, compared, and swapped; one transaction.

A reader sees the old tables until the commit and the new ones after: never an empty or half table. A refusal or a crash
leaves nothing behind. Figures in portal/decisions/measures.md.
"""

# ruff: noqa: S608  the identifiers are those of our own layouts, none comes from outside

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg.errors
from django.db import DataError, OperationalError, connections, transaction

from identities.national_directory.changes import Difference, compare, forget_old_changes, keep_changes
from identities.national_directory.layouts import KEY_LENGTH, Layout, Target
from identities.national_directory.models import DirectoryLoad, Label
from identities.national_directory.rules import check_not_shrunk
from identities.national_directory.source import (
    ASK_AGAIN,
    DirectoryFileError,
    Header,
    Source,
    blocks,
    cut,
    read_header,
    readable,
)
from identities.national_directory.swapping import finish, swap

OWNER = "owner"  # the application's role may only read these tables
STAGED = "national_directory_arriving"
ONE_AT_A_TIME = 7_270_415  # key of the advisory lock
_LINE = re.compile(r"line (\d+)")
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
    with (
        readable(path.name),
        source.open() as stream,
        transaction.atomic(using=OWNER),
        connections[OWNER].cursor() as cursor,
    ):
        header = read_header(stream, path.name)
        _alone(cursor)
        cursor.execute(_MEMORY)
        read = _stage(cursor, stream, header, path.name)
        check_not_shrunk(header.layout.kind, read, _held(header.layout), accept_shrink)
        built = [_build(cursor, target) for target in header.layout.targets]
        _write_labels(cursor, header.layout)
        load = _report(header, source, read, built, accept_shrink)
        for one in built:
            keep_changes(cursor, load, one.target, one.difference)
        forget_old_changes(cursor)
        cursor.execute(f"DROP TABLE {STAGED}")
        swap(cursor, [one.target.table for one in built])
        load.seconds = round(time.monotonic() - started, 2)
        load.save(using=OWNER, update_fields=["seconds"])
    return load


def _alone(cursor: Any) -> None:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    if not cursor.fetchone()[0]:
        raise DirectoryFileError(
            "Another load is running",
            "Un autre chargement de l'Annuaire Santé est en cours. Attendez qu'il se termine, puis recommencez.",
        )


def _stage(cursor: Any, stream: Any, header: Header, name: str) -> int:
    """Every field as text, in an unlogged table; the number of rows."""
    columns = ", ".join(f"{one} text" for one in header.fields)
    cursor.execute(f"CREATE UNLOGGED TABLE {STAGED} ({columns}) WITH (autovacuum_enabled = false)")
    copied = f"COPY {STAGED} FROM STDIN (FORMAT csv, DELIMITER '|', QUOTE E'\\x01', NULL E'\\x02', ENCODING 'UTF8', FREEZE)"
    try:
        with cursor.copy(copied) as copy:
            for block in blocks(stream, header, name):
                copy.write(block)
        rows = cursor.rowcount
    except (DataError, OperationalError, psycopg.DataError) as error:
        raise _said(error, name) from error
    cursor.execute(
        f"SET LOCAL default_statistics_target = 10; ANALYZE {STAGED}; SET LOCAL default_statistics_target = 100"
    )
    return rows


def _said(error: Exception, name: str) -> DirectoryFileError:
    """What COPY refused, in French. It counts lines after the header."""
    cause: Any = error if isinstance(error, psycopg.Error) else error.__cause__
    found = _LINE.search(cause.diag.context or "")
    line = int(found.group(1)) + 1 if found else 0
    words = cause.diag.message_primary or ""
    if "missing data" in words:
        return cut(name, line)
    if isinstance(cause, psycopg.errors.CharacterNotInRepertoire):
        said = "contient un caractère qui n'est pas de l'UTF-8 : le fichier mêle plusieurs encodages"
    elif "extra data" in words:
        said = "a trop de colonnes"
    elif "carriage return" in words or "newline" in words:
        said = "ne se termine pas comme les autres : le fichier a été modifié"
    else:
        said = "n'est pas lisible : le fichier est abîmé"
    return DirectoryFileError(f"Line {line}: {words}", f"La ligne {line} de « {name} » {said}. {ASK_AGAIN}")


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
INSERT INTO {table} (kind, field, code, label)
SELECT DISTINCT ON (l.field, l.code) %s, l.field, l.code, l.label FROM (SELECT DISTINCT {columns} FROM {staged}) s
CROSS JOIN LATERAL (VALUES {pairs}) l (field, code, label) WHERE l.code <> '' AND l.label <> ''
ORDER BY l.field, l.code, l.label
"""


def _write_labels(cursor: Any, layout: Layout) -> None:
    table = Label._meta.db_table
    cursor.execute(f"DELETE FROM {table} WHERE kind = %s", [layout.kind])
    if layout.labels:
        columns = ", ".join(name for pair in layout.labels.items() for name in pair)
        pairs = ", ".join(f"('{code}', s.{code}, s.{label})" for code, label in layout.labels.items())
        cursor.execute(
            _LABELS.format(table=table, staged=STAGED, columns=columns, pairs=pairs), [layout.kind]
        )


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
