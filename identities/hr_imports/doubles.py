"""New people of a file who look like somebody known: told with the reasons, and held back until a person decides."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection

from identities.people.matching import likeness
from identities.people.traits import PersonTraits

HELD_FROM = 70  # of 100; with the same birth date, 60: a changed surname
_SAME_DATE = 60
_MOST = 3
_TRAITS = (
    "birth_name", "first_names", "usage_name", "sex", "birth_date", "birth_commune_code", "birth_country_code",
    "birth_place", "phone", "email",
)  # fmt: skip
# Blocks that an index finds; the trigram similarity spares the scoring of those who share a birthday and nothing else.
_PAIRS = f"""
WITH asked AS MATERIALIZED (
  SELECT * FROM hr_person h WHERE is_new AND NOT is_refused AND decided IS NULL
    AND EXISTS (SELECT FROM hr_row r WHERE r.key = h.key AND r.problems IS NULL
      AND coalesce(r.ends_at, 'infinity') > %(moment)s)
), pair AS (
  SELECT h.key, p.id FROM asked h JOIN people_person p ON p.birth_date = h.birth_date
    WHERE similarity(p.name_key, h.name_key || ' ' || h.all_first_key) > 0.2
  UNION SELECT h.key, p.id FROM asked h JOIN people_person p ON p.birth_name_key = h.name_key
    WHERE left(app.search_key(p.first_names[1]), 2) = left(h.first_key, 2)
  UNION SELECT h.key, p.id FROM asked h JOIN people_person p ON p.phone = h.phone WHERE h.phone <> ''
  UNION SELECT h.key, p.id FROM asked h JOIN people_person p ON p.email = h.email WHERE h.email <> ''
)
SELECT pair.key, p.id, {", ".join(f"h.{one}" for one in _TRAITS)}, {", ".join(f"p.{one}" for one in _TRAITS)}
FROM pair JOIN asked h USING (key) JOIN people_person p ON p.id = pair.id
"""  # noqa: S608
_KEEP = """
UPDATE hr_person h SET doubles = d.doubles FROM (
  SELECT * FROM unnest(%s::text[], %s::jsonb[]) AS d (key, doubles)
) d WHERE d.key = h.key
"""


def find_doubles(moment: datetime) -> int:
    """Writes `hr_person.doubles`, best first; says how many people have some."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"moment": moment})
        for key, person_id, *values in cursor:
            typed, known = _traits(values[: len(_TRAITS)]), _traits(values[len(_TRAITS) :])
            alike = likeness(typed, known)
            if alike.score >= (_SAME_DATE if typed.birth_date == known.birth_date else HELD_FROM):
                name = f"{known.birth_name.upper()} {' '.join(known.first_names[:1])}"
                found[key].append(
                    {
                        "person_id": str(person_id),
                        "name": name,
                        "score": alike.score,
                        "reasons": list(alike.reasons),
                    }
                )
        best = [
            json.dumps(sorted(some, key=lambda one: -one["score"])[:_MOST], ensure_ascii=False)
            for some in found.values()
        ]
        if found:
            cursor.execute(_KEEP, [list(found), best])
    return len(found)


def _traits(values: list[Any]) -> PersonTraits:
    named = dict(zip(_TRAITS, values, strict=True))
    return PersonTraits(**named | {"first_names": tuple(named["first_names"])})
