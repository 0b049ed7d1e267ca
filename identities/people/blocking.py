"""Which records are worth comparing: what hash joins find in a whole group, and what an index finds for one person.

A relation compared has the columns of `KNOWN`; two people that share none of `BLOCKS` are never scored. Every block is an
equality (of a key, of two parts of a date), so that the cost grows with the pairs and not with their square.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

MOST_FOR_A_CONTACT = 8  # the mailbox of a site is nobody's
# Behind the door's wall; a record merged into another is compared no more.
KNOWN = f"""
SELECT id, name_key, birth_name_key, usage_name_key, coalesce(app.search_key(first_names[1]), '') AS first_key, birth_date,
  CASE WHEN count(*) OVER (PARTITION BY phone) <= {MOST_FOR_A_CONTACT} THEN phone ELSE '' END AS phone,
  CASE WHEN count(*) OVER (PARTITION BY email) <= {MOST_FOR_A_CONTACT} THEN email ELSE '' END AS email
FROM people_person WHERE merged_into_id IS NULL
"""  # noqa: S608
_YEAR = "left({0}.birth_date, 4)"
_YEAR_MONTH = "left({0}.birth_date, 7)"
_YEAR_DAY = "left({0}.birth_date, 5) || right({0}.birth_date, 2)"
_MONTH_DAY = "right({0}.birth_date, 5)"
_SWAPPED = "left({0}.birth_date, 5) || right({0}.birth_date, 2) || substr({0}.birth_date, 5, 3)"
_INITIAL = "left(a.first_key, 1) = left(k.first_key, 1)"
# Trigram similarity of all the names: it spares the scoring of those who share a birthday and nothing else.
_ONE_BIRTHDAY = "similarity(a.name_key, k.name_key) > 0.15"
_NEAR_BIRTHDAY = f"a.birth_date <> '' AND {_INITIAL} AND similarity(a.name_key, k.name_key) > 0.3"


def _same(expression: str) -> str:
    return f"{expression.format('k')} = {expression.format('a')}"


BLOCKS = (
    f"k.birth_date = a.birth_date AND a.birth_date <> '' AND {_ONE_BIRTHDAY}",
    *(f"{_same(part)} AND {_NEAR_BIRTHDAY}" for part in (_YEAR_MONTH, _YEAR_DAY, _MONTH_DAY)),
    f"k.birth_date = {_SWAPPED.format('a')} AND {_NEAR_BIRTHDAY}",
    f"{_same(_YEAR)} AND (a.birth_date LIKE '%%-00' OR k.birth_date LIKE '%%-00') AND {_NEAR_BIRTHDAY}",
    f"k.birth_name_key = a.birth_name_key AND {_INITIAL}",
    "k.usage_name_key = a.birth_name_key AND k.first_key = a.first_key",
    "k.birth_name_key = a.usage_name_key AND k.first_key = a.first_key",
    "k.birth_name_key = a.first_key AND k.first_key = a.birth_name_key",
    "k.phone = a.phone AND a.phone <> ''",
    "k.email = a.email AND a.email <> ''",
)


def pairs_of(asked: str, known: str) -> str:
    """SQL: the pairs (id, other_id) that share a block, of two relations with the columns of `KNOWN`."""
    return " UNION ".join(
        f"SELECT a.id, k.id AS other_id FROM {asked} a JOIN {known} k ON {block} WHERE a.id <> k.id"  # noqa: S608
        for block in BLOCKS
    )


@contextmanager
def compared_by_hash() -> Iterator[None]:
    """Shuts nested loops meanwhile: a group just written has no statistics yet: PostgreSQL would expect one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
        yield
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
