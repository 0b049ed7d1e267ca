"""Where the resources come from: the national tables at SANDBOX_DIRECTORY_URL, read only, or a small built-in set.

The built-in set is the same tables in SQLite, so that there is one text of each query. What the last loads saw disappear
(`directorychange`) is served as inactive. Plain SQL on purpose: the stand-in imports nothing of the product.
"""

# ruff: noqa: S608  the only texts put together are our own

import os
import sqlite3
from collections.abc import Sequence
from threading import Lock, local
from typing import Any

import psycopg
from psycopg.rows import dict_row

from portal.sandbox.annuaire.builtin import SCRIPT

Row = dict[str, Any]
URL = "SANDBOX_DIRECTORY_URL"
_CLOSED = """
SELECT DISTINCT c.number FROM national_directory_directorychange c
WHERE c."table" = '{table}' AND c.change = 'closed'
AND NOT EXISTS (SELECT 1 FROM national_directory_{table} live WHERE live.{key} = c.number)"""
PEOPLE = f"""(
SELECT number, civility, name, first_name, name_key, first_name_key, 1 AS active
FROM national_directory_nationalperson WHERE number_type = '8' UNION ALL
SELECT number, '', '', '', '', '', 0 FROM ({_CLOSED.format(table="nationalperson", key="number")}) gone) p"""
ACTIVITIES = """(
SELECT key, number, profession_code, category_code, mode_code, kind_code, role_code, structure_id, authority, 1 AS active
FROM national_directory_nationalactivity UNION ALL
SELECT c.id, c.number, '', '', '', '', '', '', '', 0
FROM national_directory_directorychange c WHERE c."table" = 'nationalactivity' AND c.change = 'closed'
AND c.load_id = (SELECT max(id) FROM national_directory_directoryload WHERE kind = 'activities')) a"""
STRUCTURES = f"""(
SELECT structure_id, finess, legal_finess, name, trade_name, address, postal_code, city, phone, 1 AS active
FROM national_directory_nationalstructure UNION ALL
SELECT number, '', '', number, '', '', '', '', '', 0
FROM ({_CLOSED.format(table="nationalstructure", key="structure_id")}) gone) s"""


class Directory:
    """Reads of one thread: a connection each, since the server has a thread for each of its own."""

    only_builtin = False  # told by PUT /_sandbox/directory

    def __init__(self) -> None:
        self._thread = local()
        self._lock = Lock()
        self._builtin: sqlite3.Connection | None = None

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Rows as dictionaries. `%s` marks a value."""
        url = os.environ.get(URL, "")
        if not url or self.only_builtin:
            return self._read_builtin(statement, values)
        connection = getattr(self._thread, "connection", None)
        if connection is None or connection.closed or self._thread.url != url:
            options = "-c default_transaction_read_only=on -c statement_timeout=25s"
            connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, options=options)
            self._thread.connection, self._thread.url = connection, url
        found: list[Row] = connection.execute(statement, list(values)).fetchall()
        return found

    def _read_builtin(self, statement: str, values: Sequence[Any]) -> list[Row]:
        with self._lock:
            if self._builtin is None:
                self._builtin = sqlite3.connect(":memory:", check_same_thread=False)
                self._builtin.row_factory = sqlite3.Row
                self._builtin.executescript(SCRIPT)
            cursor = self._builtin.execute(statement.replace("%s", "?"), list(values))
            return [dict(one) for one in cursor.fetchall()]


directory = Directory()


def among(column: str, values: Sequence[Any]) -> str:
    """« column IN (%s, %s) », false for no value at all."""
    return f"{column} IN ({', '.join(['%s'] * len(values))})" if values else "1 = 0"
