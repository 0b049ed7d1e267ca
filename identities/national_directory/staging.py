"""A file as it arrives: every field as text, in unlogged tables that two connections fill side by side.

PostgreSQL reads a COPY on one processor only: two of them halve the longest step of a load.
"""

# ruff: noqa: S608  the identifiers are those of our own layouts, none comes from outside

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Full, Queue
from threading import Event, Thread
from typing import Any, BinaryIO

import psycopg.errors
from django.db import connections, transaction

from identities.national_directory.source import ASK_AGAIN, DirectoryFileError, Header, blocks, cut

OWNER = "owner"  # the application's role may only read the national tables
STAGED = "national_directory_arriving"
PARTS = tuple(f"{STAGED}_{rank}" for rank in range(2))
MOST_AHEAD = 8  # blocks of 1 MB that wait for one connection
PATIENCE = 0.2  # seconds before looking whether that connection failed
_LINE = re.compile(r"line (\d+)")
_COPY = (
    "COPY {} FROM STDIN (FORMAT csv, DELIMITER '|', QUOTE E'\\x01', NULL E'\\x02', ENCODING 'UTF8', FREEZE)"
)


def stage(stream: BinaryIO, header: Header, name: str) -> int:
    """Copies what follows the header; says how many rows. What one connection wrote is seen by all: it is committed.

    Refuses (DirectoryFileError) a cut, damaged or foreign line, with its number in the file.
    """
    parts = [_Part(table, header, name) for table in PARTS]
    try:
        for rank, block in enumerate(_whole_lines(blocks(stream, header, name))):
            part = parts[rank % len(parts)]
            if any(one.ended.is_set() for one in parts):
                break
            part.take(block)
    finally:
        for one in parts:
            one.close()
    for error in (one.error for one in parts if one.error):
        raise error
    for _, refusal in sorted((one.refusal for one in parts if one.refusal), key=lambda one: one[0]):
        raise refusal
    with connections[OWNER].cursor() as cursor:
        halves = " UNION ALL ".join(f"SELECT * FROM {one}" for one in PARTS)
        cursor.execute(f"CREATE VIEW {STAGED} AS {halves}")
    return sum(one.rows for one in parts)


def clear_stage(cursor: Any) -> None:
    """What a load leaves behind, its own or that of one that was killed."""
    cursor.execute(f"DROP VIEW IF EXISTS {STAGED}")
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(PARTS)}")


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number of its first line in the file, lines): each connection is given whole lines."""
    line, rest = 2, b""
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield line, rest + piece[:end]
            line += rest.count(b"\n") + piece.count(b"\n", 0, end)
            rest = piece[end:]
        else:
            rest += piece
    if rest:
        yield line, rest


@dataclass
class _Part:
    """One connection and its table: a thread copies the blocks that it is given, in one transaction."""

    table: str
    header: Header
    name: str
    rows: int = 0
    refusal: tuple[int, DirectoryFileError] | None = None  # with its line
    error: BaseException | None = None  # neither a refusal nor foreseen
    ended: Event = field(default_factory=Event)
    given: list[tuple[int, int]] = field(
        default_factory=list
    )  # (first line in the file, lines) of each block

    def __post_init__(self) -> None:
        self._queue: Queue[bytes | None] = Queue(MOST_AHEAD)
        self._thread = Thread(target=self._run, name=self.table, daemon=True)
        self._thread.start()

    def take(self, block: tuple[int, bytes]) -> None:
        first, lines = block
        self.given.append((first, lines.count(b"\n")))
        self._give(lines)

    def close(self) -> None:
        """Waits for the end of the copy."""
        self._give(None)
        self._thread.join()

    def _give(self, block: bytes | None) -> None:
        while not self.ended.is_set():
            with suppress(Full):
                self._queue.put(block, timeout=PATIENCE)
                return

    def _run(self) -> None:
        try:
            self._copy()
        except BaseException as error:  # told to whoever waits
            self.refusal = self._said(error)
            self.error = None if self.refusal else error
        finally:
            connections[OWNER].close()
            self.ended.set()

    def _copy(self) -> None:
        columns = ", ".join(f"{one} text" for one in self.header.fields)
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            cursor.execute(
                f"CREATE UNLOGGED TABLE {self.table} ({columns}) WITH (autovacuum_enabled = false)"
            )
            with cursor.copy(_COPY.format(self.table)) as copy:
                while (block := self._queue.get()) is not None:
                    copy.write(block)
            self.rows = cursor.rowcount
            cursor.execute(f"SET LOCAL default_statistics_target = 10; ANALYZE {self.table}")

    def _said(self, error: BaseException) -> tuple[int, DirectoryFileError] | None:
        """What COPY refused of a line, in French, with the line of the file; None when no line is to blame."""
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        found = _LINE.search(cause.diag.context or "") if isinstance(cause, psycopg.Error) else None
        if not found or not isinstance(cause, psycopg.Error):
            return None
        line = self._line_of_file(int(found.group(1)))
        words = cause.diag.message_primary or ""
        if "missing data" in words:
            return line, cut(self.name, line)
        if isinstance(cause, psycopg.errors.CharacterNotInRepertoire):
            said = "contient un caractère qui n'est pas de l'UTF-8 : le fichier mêle plusieurs encodages"
        elif "extra data" in words:
            said = "a trop de colonnes"
        elif "carriage return" in words or "newline" in words:
            said = "ne se termine pas comme les autres : le fichier a été modifié"
        else:
            said = "n'est pas lisible : le fichier est abîmé"
        french = f"La ligne {line} de « {self.name} » {said}. {ASK_AGAIN}"
        return line, DirectoryFileError(f"Line {line}: {words}", french)

    def _line_of_file(self, copied: int) -> int:
        """COPY counts the lines that it was given."""
        before = 0
        for first, count in self.given:
            if copied <= before + count:
                return first + copied - before - 1
            before += count
        first, count = self.given[-1]
        return first + count
