"""What was shown of a labelled set, counted: recall, precision, by kind of error, and by what a new surname leaves alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from identities.people.date_likeness import compare_places
from portal.demo.seed.labelled_errors import Record
from portal.demo.seed.labelled_people import LabelledSet

Shown = Mapping[int, set[UUID]]  # rank of the line → the people it is shown with


def shares(labelled: LabelledSet, known: Sequence[UUID], shown: Shown) -> dict[str, Any]:
    """Recall over the lines that are somebody; precision over all that is shown."""
    right = sum(_is_found(labelled, known, shown, rank) for rank in range(len(labelled.lines)))
    wanted = sum(one.same_as is not None for one in labelled.lines)
    total = sum(map(len, shown.values()))
    return {
        "recall": round(right / wanted, 4) if wanted else None,
        "precision": round(right / total, 4) if total else None,
        "shown": total,
        "wrong_by_kind": dict(Counter(labelled.lines[rank].kind for rank in _wrong(labelled, known, shown))),
    }


def found_by_kind(labelled: LabelledSet, known: Sequence[UUID], shown: Shown) -> dict[str, str]:
    """« 40/41 » for each kind of error."""
    total, found = Counter[str](), Counter[str]()
    for rank, line in enumerate(labelled.lines):
        if line.same_as is not None:
            total[line.kind] += 1
            found[line.kind] += _is_found(labelled, known, shown, rank)
    return {kind: f"{found[kind]}/{count}" for kind, count in sorted(total.items())}


def found_by_key(labelled: LabelledSet, known: Sequence[UUID], shown: Shown) -> dict[str, str]:
    """Of the changed surnames, how many are found by each thing that stayed alike; the strongest counts alone."""
    total, found = Counter[str](), Counter[str]()
    for rank, line in enumerate(labelled.lines):
        if line.kind == "changed surname" and line.same_as is not None:
            key = _second_key(line.record, labelled.known[line.same_as])
            total[key] += 1
            found[key] += _is_found(labelled, known, shown, rank)
    return {key: f"{found[key]}/{count}" for key, count in sorted(total.items())}


def _is_found(labelled: LabelledSet, known: Sequence[UUID], shown: Shown, rank: int) -> bool:
    same_as = labelled.lines[rank].same_as
    return same_as is not None and known[same_as] in shown[rank]


def _wrong(labelled: LabelledSet, known: Sequence[UUID], shown: Shown) -> list[int]:
    return [
        rank
        for rank, people in shown.items()
        for _ in range(len(people) - _is_found(labelled, known, shown, rank))
    ]


def _second_key(told: Record, known: Record) -> str:
    mine, theirs = told.traits, known.traits
    if told.rpps and told.rpps == known.rpps:
        return "RPPS"
    if mine.phone and mine.phone == theirs.phone or mine.email and mine.email == theirs.email:
        return "mobile or e-mail"
    places = [(one.birth_commune_code, one.birth_country_code, one.birth_place) for one in (mine, theirs)]
    if compare_places(*places).value == 1:
        return "place of birth"
    return "one first name and date alone" if len(theirs.first_names) < 2 else "several first names and date"
