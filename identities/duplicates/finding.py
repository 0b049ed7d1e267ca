"""The probable doubles of one group: pairs of records that may be one human being, with the reasons. Reads only."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from identities.people.blocking import KNOWN, pairs_of
from identities.people.matching import likeness
from identities.people.models import Person
from identities.people.traits import PersonTraits

PROPOSED_FROM = 70
_IDENTIFIERS = """
SELECT i.person_id, o.person_id, i.value FROM people_personidentifier i
JOIN people_personidentifier o ON o.value = i.value AND o.kind = i.kind AND o.person_id <> i.person_id
"""
_PAIRS = f"""
WITH known AS MATERIALIZED ({KNOWN}),
asked AS MATERIALIZED (SELECT * FROM known WHERE %(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])),
pair AS ({pairs_of("asked", "known")}
  UNION SELECT a.id, i.person_id FROM ({_IDENTIFIERS}) i (id, person_id, value) JOIN asked a ON a.id = i.id
    JOIN known k ON k.id = i.person_id)
SELECT DISTINCT least(id, other_id), greatest(id, other_id) FROM pair
EXCEPT SELECT person_id, other_id FROM people_homonymdecision
"""  # noqa: S608


@dataclass(frozen=True)
class FoundPair:
    """Two records that may be one person, smaller id first; `score` from 0 to 100, reasons in French, strongest first."""

    person_id: UUID
    other_id: UUID
    score: int
    reasons: tuple[str, ...]


def find_pairs(person_ids: Collection[UUID] | None = None) -> list[FoundPair]:
    """The probable doubles of the door's group, best first; with `person_ids`, those in which one of these takes part.

    Left out: records merged into another, and pairs that somebody ruled homonyms. Reads only.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"ids": None if person_ids is None else list(person_ids)})
        pairs = cursor.fetchall()
        cursor.execute(_IDENTIFIERS)
        shared: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
        for one, other, value in cursor:
            shared[one, other].append(value)
    people = {
        one.pk: PersonTraits.of(one)
        for one in Person.objects.filter(pk__in={one for pair in pairs for one in pair})
    }
    found = []
    for pair in pairs:
        alike = likeness(people[pair[0]], people[pair[1]], shared[pair])
        if alike.score >= PROPOSED_FROM:
            found.append(FoundPair(*pair, alike.score, alike.reasons))
    return sorted(found, key=lambda one: (-one.score, one.person_id, one.other_id))
