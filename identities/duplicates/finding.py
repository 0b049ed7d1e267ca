"""The probable doubles of one group: pairs of records that may be one human being, with the reasons. Reads only."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from uuid import UUID

from django.db import connection

from identities.people.blocking import KNOWN, compared_by_hash, pairs_of
from identities.people.matching import PROPOSED_FROM, Comparable, compare
from identities.people.models import IdentifierKind, Person, PersonIdentifier
from identities.people.traits import PersonTraits

_TRAITS = tuple(one.name for one in fields(PersonTraits))
# One holder at a time: two people share a number when one of them has it no more.
_SHARED = """
SELECT i.person_id, o.person_id AS other_id, i.value FROM people_personidentifier i
JOIN people_personidentifier o ON o.value = i.value AND o.kind = i.kind AND o.issuer = i.issuer
WHERE o.person_id <> i.person_id
"""
PAIRS = f"""
WITH known AS MATERIALIZED ({KNOWN}),
asked AS MATERIALIZED (SELECT * FROM known WHERE %(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])),
pair AS ({pairs_of("asked", "known")}
  UNION SELECT a.id, k.id FROM ({_SHARED}) s JOIN asked a ON a.id = s.person_id JOIN known k ON k.id = s.other_id)
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
    pairs = pairs_to_score(person_ids)
    people = _comparable({one for pair in pairs for one in pair})
    shared = _shared_identifiers()
    found = []
    for pair in pairs:
        alike = compare(people[pair[0]], people[pair[1]], shared.get(pair, ()))
        if alike.score >= PROPOSED_FROM:
            found.append(FoundPair(*pair, alike.score, alike.reasons))
    return sorted(found, key=lambda one: (-one.score, one.person_id, one.other_id))


def pairs_to_score(person_ids: Collection[UUID] | None = None) -> list[tuple[UUID, UUID]]:
    """The pairs of the door's group worth comparing, smaller id first: they share a block (identities.people.blocking)."""
    with compared_by_hash(), connection.cursor() as cursor:
        cursor.execute(PAIRS, {"ids": None if person_ids is None else list(person_ids)})
        return cursor.fetchall()


def _comparable(person_ids: Collection[UUID]) -> dict[UUID, Comparable]:
    held = PersonIdentifier.objects.filter(kind=IdentifierKind.RPPS, valid_to=None, person_id__in=person_ids)
    numbers = dict(held.values_list("person_id", "value"))
    people = Person.objects.filter(pk__in=person_ids).values_list("pk", *_TRAITS)
    return {
        pk: Comparable(PersonTraits(**dict(zip(_TRAITS, values, strict=True))), numbers.get(pk, ""))
        for pk, *values in people
    }


def _shared_identifiers() -> dict[tuple[UUID, UUID], list[str]]:
    shared: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    with compared_by_hash(), connection.cursor() as cursor:
        cursor.execute(_SHARED)
        for one, other, value in cursor:
            shared[one, other].append(value)
    return shared
