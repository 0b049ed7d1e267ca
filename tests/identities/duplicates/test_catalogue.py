"""A column of the database that names a person is in the catalogue of merges, whichever room it belongs to."""

import pytest
from django.db import connection

from identities.duplicates.catalogue import REFERENCES

_KEYS = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attname <> 'group_id'
WHERE c.contype = 'f' AND c.confrelid = 'people_person'::regclass
"""
# Without a key too: a column of that type and name.
_NAMED = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'uuid'::regtype
  AND a.attname LIKE '%person\\_id'
"""
# Every grant of the group's role on a table, and those on one column.
_MAY_WRITE = "SELECT has_column_privilege('portal_group', %s, %s, 'UPDATE')"


def named_in_the_database() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = set(cursor.fetchall())
        cursor.execute(_NAMED)
        return keys | set(cursor.fetchall())


@pytest.mark.django_db
def test_every_column_that_names_a_person_says_what_a_merge_does_with_it():
    listed = {(one.table, one.column) for one in REFERENCES}
    found = named_in_the_database()
    assert found - listed == set(), (
        "say in identities/duplicates/catalogue.py whether a merge moves it, and why"
    )
    assert listed - found == set(), "listed, and no longer in the database"


@pytest.mark.django_db
def test_what_moves_may_be_written_by_the_group_and_is_named_on_screen():
    for one in REFERENCES:
        assert one.reason
        if one.moves:
            assert all(one.words), f"{one.table}.{one.column} has no words"
            with connection.cursor() as cursor:
                cursor.execute(_MAY_WRITE, [one.table, one.column])
                assert cursor.fetchone()[0], f"portal_group may not write {one.table}.{one.column}"
