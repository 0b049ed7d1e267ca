"""Who the new people of a file may be: linked by an RPPS with agreeing traits, else held beside those they look like."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from identities.people.blocking import KNOWN, compared_by_hash, pairs_of
from identities.people.matching import PROPOSED_FROM, Comparable, compare, is_certain
from identities.people.traits import PersonTraits

_MOST = 3
_TRAITS = (
    "birth_name", "first_names", "usage_name", "sex", "birth_date", "birth_commune_code", "birth_country_code",
    "birth_place", "phone", "email",
)  # fmt: skip
_OF_BOTH = f"{', '.join(f'h.{one}' for one in _TRAITS)}, h.rpps, {', '.join(f'p.{one}' for one in _TRAITS)}"
_RPPS = "people_personidentifier i ON i.person_id = p.id AND i.kind = 'rpps' AND i.valid_to IS NULL"
_SAME_RPPS = f"""
SELECT h.key, p.id, {_OF_BOTH}, i.value FROM people_person p JOIN {_RPPS} JOIN hr_person h ON h.rpps = i.value
WHERE h.person_id IS NULL AND h.decided IS NULL AND h.rpps <> ''
"""  # noqa: S608
_LINK = """
UPDATE hr_person h SET person_id = l.person_id FROM unnest(%s::text[], %s::uuid[]) AS l (key, person_id) WHERE l.key = h.key
"""
_OF_SOMEBODY_ELSE = """
UPDATE hr_row r SET problems = jsonb_build_array(jsonb_build_object(
  'column', %s::text, 'message', 'Ce RPPS est celui de ' || l.who ||
  ' : ni le nom, ni les prénoms, ni la date de naissance de la ligne ne sont les siens. Vérifiez le numéro.'))
FROM unnest(%s::text[], %s::text[]) AS l (key, who) WHERE l.key = r.key AND r.problems IS NULL
"""
_PAIRS = f"""
WITH known AS MATERIALIZED ({KNOWN}), asked AS MATERIALIZED (
  SELECT person_id AS id, name_key || ' ' || all_first_key AS name_key, name_key AS birth_name_key,
    usage_key AS usage_name_key, first_key, birth_date, phone, email
  FROM hr_person h WHERE is_new AND NOT is_refused AND decided IS NULL AND EXISTS (
    SELECT FROM hr_row r WHERE r.key = h.key AND r.problems IS NULL AND coalesce(r.ends_at, 'infinity') > %(moment)s)
), pair AS ({pairs_of("asked", "known")} UNION
  SELECT a.id, i.person_id FROM asked a JOIN hr_person h ON h.person_id = a.id AND h.rpps <> ''
  JOIN people_personidentifier i ON i.kind = 'rpps' AND i.value = h.rpps AND i.valid_to IS NULL)
SELECT h.key, p.id, {_OF_BOTH}, coalesce(i.value, '')
FROM pair JOIN hr_person h ON h.person_id = pair.id JOIN people_person p ON p.id = pair.other_id LEFT JOIN {_RPPS}
"""  # noqa: S608
_KEEP = """
UPDATE hr_person h SET doubles = d.doubles FROM (
  SELECT * FROM unnest(%s::text[], %s::jsonb[]) AS d (key, doubles)
) d WHERE d.key = h.key
"""


def link_by_rpps(rpps_header: str) -> int:
    """Links who has the RPPS of somebody whose traits agree, and refuses the lines whose number is a stranger's.

    The rest, who agree in part, are compared with everybody by `find_doubles`. Says how many were linked.
    """
    linked: dict[str, UUID] = {}
    strangers: dict[str, str] = {}
    for key, person_id, typed, known in _compared(_SAME_RPPS, {}):
        if is_certain(typed, known):
            linked[key] = person_id
        elif compare(typed, known, [known.rpps]).score < PROPOSED_FROM:
            strangers[key] = _shown(known.traits)
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [list(linked), list(linked.values())])
        cursor.execute(_OF_SOMEBODY_ELSE, [rpps_header, list(strangers), list(strangers.values())])
    return len(linked)


def find_doubles(moment: datetime) -> int:
    """Writes `hr_person.doubles`, best first; says how many people have some."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, person_id, typed, known in _compared(_PAIRS, {"moment": moment}):
        alike = compare(typed, known, [known.rpps] if known.rpps and known.rpps == typed.rpps else ())
        if alike.score >= PROPOSED_FROM:
            shown = {"person_id": str(person_id), "name": _shown(known.traits)}
            found[key].append(shown | {"score": alike.score, "reasons": list(alike.reasons)})
    best = [
        json.dumps(sorted(some, key=lambda one: -one["score"])[:_MOST], ensure_ascii=False)
        for some in found.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [list(found), best])
    return len(found)


def _compared(statement: str, values: dict[str, Any]) -> Iterator[tuple[str, UUID, Comparable, Comparable]]:
    """Key of the file's person, id of the known one, and both; each is cut once, however many it is compared with."""
    typed: dict[str, Comparable] = {}
    known: dict[UUID, Comparable] = {}
    with connection.cursor() as cursor:
        with compared_by_hash():
            cursor.execute(statement, values)
        for key, person_id, *row in cursor:
            if key not in typed:
                typed[key] = _comparable(row[: len(_TRAITS) + 1])
            if person_id not in known:
                known[person_id] = _comparable(row[len(_TRAITS) + 1 :])
            yield key, person_id, typed[key], known[person_id]


def _comparable(values: list[Any]) -> Comparable:
    *traits, rpps = values
    named = dict(zip(_TRAITS, traits, strict=True))
    return Comparable(PersonTraits(**named | {"first_names": tuple(named["first_names"])}), rpps)


def _shown(traits: PersonTraits) -> str:
    return f"{traits.birth_name.upper()} {' '.join(traits.first_names[:1])}".strip()
