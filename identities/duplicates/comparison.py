"""Two records side by side, as the screens show them: trait by trait, and what hangs on each."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from identities.assignments.models import Assignment
from identities.assignments.queries import assignments_of, overlap_sentence
from identities.duplicates.evidence import evidence_on
from identities.duplicates.models import Pair
from identities.duplicates.overlaps import Overlap, overlaps_between
from identities.duplicates.rules import NATIONAL_KINDS, Evidence, merge_problems
from identities.duplicates.traits_chosen import TRAITS, Side, Trait, side_of
from identities.national_directory.models import DirectoryLink
from identities.people.models import IdentityCheck, Person, PersonIdentifier
from identities.people.queries import identifiers_of, identity_standing
from portal.foundation.addresses import address
from portal.foundation.errors import DomainError

STAYS_SHOWN = 10


@dataclass(frozen=True)
class TraitRow:
    """One trait of both records, and whether they say the same."""

    trait: Trait
    words: tuple[str, str]
    verified: tuple[bool, bool]
    differs: bool


@dataclass(frozen=True)
class Column:
    """One of the two records. `endable`: numbers that may be ended here, since no record may hold two."""

    side: Side
    url: str
    stays: list[str]
    more_stays: int
    identifiers: list[PersonIdentifier]
    endable: frozenset[UUID]
    checks: list[IdentityCheck]
    is_to_redo: bool
    links: list[DirectoryLink]

    @property
    def person(self) -> Person:
        return self.side.person


@dataclass(frozen=True)
class Comparison:
    """A pair as two columns. `problems`: why it cannot be merged as it stands."""

    pair: Pair
    columns: tuple[Column, Column]
    traits: list[TraitRow]
    overlaps: list[Overlap]
    evidence: Evidence
    problems: list[DomainError]

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.columns[0].side, self.columns[1].side

    @property
    def proposed_kept(self) -> UUID:
        """The record that is verified, else linked with the directory, else the one with more stays, else the older."""
        return max(self.columns, key=_weight).person.pk


def compare(pair: Pair, slug: str) -> Comparison:
    """Reads both records whole; the same number of reads whatever they hold."""
    people = (pair.person, pair.other)
    evidence = evidence_on(pair.person_id, pair.other_id)
    columns = tuple(_column(one, slug, evidence) for one in people)
    return Comparison(
        pair=pair,
        columns=(columns[0], columns[1]),
        traits=list(_trait_rows(columns[0].side, columns[1].side)),
        overlaps=overlaps_between(pair.person_id, pair.other_id),
        evidence=evidence,
        problems=merge_problems(people, evidence),
    )


def _column(person: Person, slug: str, evidence: Evidence) -> Column:
    stays: list[Assignment] = list(assignments_of(person))
    standing = identity_standing(person)
    identifiers = list(identifiers_of(person))
    clashing = {
        kind for kind in NATIONAL_KINDS if len([one for one in evidence.numbers[kind].values() if one]) > 1
    }
    return Column(
        side=side_of(person),
        url=address("shell:person", group_slug=slug, person_id=person.pk),
        stays=[f"{one.establishment.name} : {overlap_sentence(one)}" for one in stays[:STAYS_SHOWN]],
        more_stays=max(0, len(stays) - STAYS_SHOWN),
        identifiers=identifiers,
        endable=frozenset(one.pk for one in identifiers if one.valid_to is None and one.kind in clashing),
        checks=list(standing.checks),
        is_to_redo=standing.is_to_redo,
        links=list(DirectoryLink.objects.filter(person=person).order_by("state", "rpps")),
    )


def _trait_rows(one: Side, other: Side) -> Iterator[TraitRow]:
    for trait in TRAITS:
        yield TraitRow(
            trait=trait,
            words=(trait.words_of(one.person), trait.words_of(other.person)),
            verified=(one.has_verified(trait), other.has_verified(trait)),
            differs=trait.value_of(one.person) != trait.value_of(other.person),
        )


def _weight(column: Column) -> tuple[bool, bool, int, float]:
    is_linked = any(one.state == "linked" for one in column.links)
    age = -column.person.created_at.timestamp()
    return (column.side.is_verified, is_linked, len(column.stays) + column.more_stays, age)
