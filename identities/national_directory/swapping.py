"""A table built beside the live one takes its place: indexes, keys, rights and name."""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, transaction

from portal.foundation.errors import DomainError

OWNER = "owner"
TRIES = 30
PATIENCE = "1s"  # a reader who waits behind us waits no longer

_INDEXES = """
SELECT i.relname, pg_get_indexdef(i.oid), x.indisprimary FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid = %s::regclass ORDER BY i.relname
"""
_RIGHTS = """
SELECT format('GRANT %%s ON %%I TO %%I', privilege_type, %s::text, grantee) FROM information_schema.role_table_grants
WHERE table_name = %s AND grantee <> grantor ORDER BY 1
"""
_OBLIGED = """
SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND NOT attisdropped
"""
_PRIMARY = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"


class BusyTableError(DomainError):
    """Readers never let go of the live table."""


def finish(cursor: Any, table: str) -> None:
    """Gives `table`_next the obligations and the indexes of the live table, these under their names and `_next`."""
    cursor.execute(_OBLIGED, [table])
    obliged = ", ".join(f"ALTER COLUMN {name} SET NOT NULL" for (name,) in cursor.fetchall())
    cursor.execute(f"ALTER TABLE {table}_next {obliged}")
    cursor.execute(_INDEXES, [table])
    for name, definition, _ in cursor.fetchall():
        head, tail = definition.split(" USING ", 1)
        unique = "UNIQUE " if head.startswith("CREATE UNIQUE") else ""
        cursor.execute(f'CREATE {unique}INDEX "{name}_next" ON {table}_next USING {tail}')
    cursor.execute(f"ANALYZE {table}_next")


def swap(cursor: Any, tables: Sequence[str]) -> None:
    """The tables `…_next` become the live ones, together, with the live ones' rights.

    Refuses (BusyTableError) after half a minute of readers who hold the live tables.
    """
    for table in tables:
        cursor.execute(_RIGHTS, [f"{table}_next", table])
        for (grant,) in cursor.fetchall():
            cursor.execute(grant)
    _lock(cursor, tables)
    for table in tables:
        _replace(cursor, table)


def _lock(cursor: Any, tables: Sequence[str]) -> None:
    """Alone on the live tables: by short waits, so that readers are never queued behind a long one."""
    for _ in range(TRIES):
        try:
            with transaction.atomic(using=OWNER):
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
                cursor.execute("SET LOCAL lock_timeout = 0")
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":
                raise
    raise BusyTableError(
        "The live tables stay locked",
        "L'annuaire est lu sans interruption depuis trente secondes : les nouvelles données n'ont pas pu le remplacer."
        " Rien n'a changé ; relancez la commande.",
    )


def _replace(cursor: Any, table: str) -> None:
    cursor.execute(_INDEXES, [table])
    indexes = cursor.fetchall()
    cursor.execute(_PRIMARY, [table])
    (key,) = cursor.fetchone()
    cursor.execute(f"DROP TABLE {table}")
    cursor.execute(f"ALTER TABLE {table}_next RENAME TO {table}")
    for name, _, _ in indexes:
        cursor.execute(f'ALTER INDEX "{name}_next" RENAME TO "{name}"')
    primary = next(name for name, _, is_primary in indexes if is_primary)
    cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{key}" PRIMARY KEY USING INDEX "{primary}"')
