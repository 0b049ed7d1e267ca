"""`bench matching`: what the engine finds of a labelled set, what it takes for a double, and how long it is about it.

A group of its own is made, measured and undone in one transaction: nothing of it is ever seen.
"""

import statistics
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from identities.duplicates.finding import find_pairs, pairs_to_score
from identities.people.matching import PROPOSED_FROM
from identities.people.models import IdentifierKind, Person, PersonIdentifier
from identities.people.queries import probable_doubles
from portal.demo.bench.labels import found_by_key, found_by_kind, shares
from portal.demo.bench.matching_file import measure_file
from portal.demo.bench.timing import seconds, timed
from portal.demo.seed.labelled_errors import Record
from portal.demo.seed.labelled_people import LabelledSet, labelled_set
from portal.foundation.clock import today
from portal.foundation.keys import uuid7
from portal.foundation.set_writes import insert_all
from portal.foundation.tenancy import tenant
from tenants.groups.models import Group

SIZE = 3_500
_NEW_PEOPLE = 200


def measure_matching(size: int = SIZE, seed: int = 2026) -> list[dict[str, Any]]:
    """One result for the pairs of a group, one for a person typed, one for the lines of a file."""
    labelled = labelled_set(size, seed)
    group_id = uuid7()
    with tenant(group_id):
        Group.objects.create(id=group_id, name="Banc d'essai", slug=f"banc-{group_id.hex[-12:]}")
        known = _write(labelled.known)
        found = [
            measure_file(labelled, known),
            _one_new_person(labelled, known),
            _pairs_of_group(labelled, known),
        ]
        connection.set_rollback(True)
    return found[::-1]


def _write(records: Sequence[Record]) -> list[UUID]:
    """The records as people, and their numbers; one that somebody else holds already is of the past."""
    people = [Person(**one.traits.as_values()) for one in records]
    insert_all(people)
    taken = set(PersonIdentifier.objects.filter(kind=IdentifierKind.RPPS).values_list("value", flat=True))
    numbers = []
    for person, record in zip(people, records, strict=True):
        if record.rpps:
            ended = today() if record.rpps in taken else None
            numbers.append(
                PersonIdentifier(person=person, kind=IdentifierKind.RPPS, value=record.rpps, valid_to=ended)
            )
            taken.add(record.rpps)
    insert_all(numbers)
    return [one.pk for one in people]


def _pairs_of_group(labelled: LabelledSet, known: Sequence[UUID]) -> dict[str, Any]:
    """The lines become people too: each of them against everybody, as the search for doubles of a group does."""
    lines = _write([one.record for one in labelled.lines])
    taken, found = seconds(lambda: find_pairs(lines))
    blocking, pairs = seconds(lambda: pairs_to_score(lines))
    whole, _ = seconds(find_pairs)
    rank_of = {person_id: rank for rank, person_id in enumerate(lines)}
    shown: dict[int, set[UUID]] = {rank: set() for rank in range(len(lines))}
    for pair in found:
        mine, other = sorted((pair.person_id, pair.other_id), key=lambda one: one not in rank_of)
        shown[rank_of[mine]].add(other)
    return {
        "name": f"pairs, {len(lines)} against {len(lines) + len(known)}",
        **shares(labelled, known, shown),
        "proposed_from": PROPOSED_FROM,
        "pairs_scored": len(pairs),
        "pairs_per_s": round(len(pairs) / (taken - blocking)) if taken > blocking else 0,
        "s": round(taken, 2),
        "whole_group_s": round(whole, 2),
        "bare_sql_s": round(blocking, 2),
        "to_bare_sql": round(taken / blocking, 2),
        "recall_by_kind": found_by_kind(labelled, known, shown),
        "changed_surname_by_key": found_by_key(labelled, known, shown),
    }


def _one_new_person(labelled: LabelledSet, known: Sequence[UUID]) -> dict[str, Any]:
    """`probable_doubles` once per person typed, beside one read by id in the same turn.

    `rows_elsewhere` are the people of other groups in the same table; `shown_each`, how many candidates on average.
    """
    typed = [one for one in labelled.lines if one.same_as is not None][:_NEW_PEOPLE]
    times, reads, shown, found = [], [], 0, 0
    for line in typed:
        person_id = known[line.same_as or 0]
        reads.append(timed(lambda wanted=person_id: Person.objects.get(pk=wanted)))  # type: ignore[misc]
        taken, candidates = seconds(lambda traits=line.record.traits: probable_doubles(traits))  # type: ignore[misc]
        times.append(taken)
        shown += len(candidates)
        found += person_id in {one.person_id for one in candidates}
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'people_person'::regclass")
        (rows,) = cursor.fetchone()
    return {
        "name": f"one person typed, against {len(known)}",
        "median_ms": round(statistics.median(times) * 1000, 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1] * 1000, 2),
        "to_one_read": round(statistics.median(times) / statistics.median(reads), 1),
        "recall": round(found / len(typed), 3),
        "shown_each": round(shown / len(typed), 2),
        "rows_elsewhere": max(rows, 0),
    }
