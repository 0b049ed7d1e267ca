"""Tenant tables could be spread over several machines by `group_id` without touching the code (decision 0007).

Read from PostgreSQL's own catalogue: what a distributed table may not have is refused here, on one machine already.
"""

import pytest
from django.db import connection

from tests.house.rooms import tenant_tables

pytestmark = pytest.mark.django_db

THE_GROUP_ITSELF = "the list of groups is the key of all: replicated on every machine, like a national table"

# What does not carry the group, with its reason. A line that no longer names anything fails too.
EXCEPTIONS = {
    "groups_group_slug_key": THE_GROUP_ITSELF,
}
CONSTRAINTS = """
SELECT t.relname, c.relname, x.indisprimary, ARRAY(
  SELECT a.attname::text FROM unnest(x.indkey::int[]) AS k(attnum)
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum)
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class c ON c.oid = x.indexrelid
WHERE (x.indisunique OR x.indisexclusion) AND t.relnamespace = 'public'::regnamespace
"""
COLUMNS = """
SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
FOREIGN_KEYS = """
SELECT s.relname, t.relname, k.conname, k.confdeltype::text, k.confupdtype::text,
  ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(attnum, rank)
    JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = u.attnum ORDER BY u.rank),
  ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(attnum, rank)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.attnum ORDER BY u.rank)
FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid WHERE k.contype = 'f'
"""


def rows(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def distributed() -> set[str]:
    """Tenant tables but the list of groups."""
    return set(tenant_tables()) - {"groups_group"}


def test_what_is_unique_is_unique_inside_a_group():
    """A machine cannot check what the others hold: every unique or exclusion constraint names the group."""
    without = {
        name
        for table, name, is_primary, columns in rows(CONSTRAINTS)
        if table in set(tenant_tables()) and not is_primary and "group_id" not in columns
    }
    assert without - set(EXCEPTIONS) == set(), "unique over all groups"
    assert set(EXCEPTIONS) - without == set(), "exceptions that are no more"


def test_a_row_is_known_by_a_uuid_or_by_its_group():
    """So that (group_id, id) can become the key: nothing draws numbers from a sequence that machines would share."""
    keys = {table: columns for table, _, is_primary, columns in rows(CONSTRAINTS) if is_primary}
    types = {(table, column): kind for table, column, kind, _ in rows(COLUMNS)}
    own = distributed()
    wrong = {
        table: columns
        for table, columns in keys.items()
        if table in own and "group_id" not in columns and [types[table, one] for one in columns] != ["uuid"]
    }
    assert wrong == {}
    assert own - set(keys) == set(), "tables without a key"


def test_a_foreign_key_between_tenant_tables_stays_in_its_group():
    """group_id faces group_id, on both sides."""
    own, wrong = distributed(), []
    for source, target, name, _, _, columns, facing in rows(FOREIGN_KEYS):
        pairs = dict(zip(columns, facing, strict=True))
        if source in own and target in own and pairs.get("group_id") != "group_id":
            wrong.append(name)
    assert wrong == []


def test_nothing_shared_points_to_a_row_of_a_group():
    """A replicated table cannot reference a distributed one."""
    own = distributed()
    wrong = [name for source, target, name, *_ in rows(FOREIGN_KEYS) if source not in own and target in own]
    assert wrong == []


def test_no_foreign_key_clears_the_group():
    """SET NULL or SET DEFAULT would empty group_id, which chooses the machine."""
    own = distributed()
    clearing = [
        name for source, _, name, deleted, updated, *_ in rows(FOREIGN_KEYS)
        if source in own and {deleted, updated} & {"n", "d"}
    ]  # fmt: skip
    assert clearing == []


def test_every_row_has_a_group_that_never_changes():
    """NOT NULL; that it stays is the WITH CHECK of every row policy (test_tables.py)."""
    with_group = {table for table, column, _, is_kept in rows(COLUMNS) if column == "group_id" and is_kept}
    assert distributed() - with_group == set()


def test_no_sequence_feeds_a_tenant_table():
    own = distributed()
    owned = rows(
        "SELECT t.relname, s.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
        " JOIN pg_class t ON t.oid = d.refobjid WHERE s.relkind = 'S'"
    )
    assert [one for one in owned if one[0] in own] == []
