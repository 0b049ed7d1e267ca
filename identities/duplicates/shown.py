"""Pairs and merges as the lists show them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from identities.duplicates.models import Merge, Pair
from identities.duplicates.queries import LIKELY, VERY_LIKELY, sites_of_people
from identities.duplicates.rules import can_undo
from identities.people.models import Person
from portal.foundation.addresses import address


@dataclass(frozen=True)
class Named:
    """One of two records in a list."""

    name: str
    born: str
    sites: str


@dataclass(frozen=True)
class PairRow:
    """One pair of a list."""

    pair: Pair
    people: tuple[Named, Named]
    likelihood: tuple[str, str]  # level and word
    url: str


def likelihood(score: int) -> tuple[str, str]:
    """The level and the word of a score, as at the arrival of somebody."""
    if score >= VERY_LIKELY:
        return "danger", "très probable"
    return ("warn", "probable") if score >= LIKELY else ("info", "possible")


def pair_rows(pairs: Iterable[Pair], slug: str) -> Iterator[PairRow]:
    """The lines of a page of pairs, with the sites of all their people in two reads."""
    found = list(pairs)
    sites = (
        sites_of_people({one for pair in found for one in (pair.person_id, pair.other_id)}) if found else {}
    )

    def named(person: Person) -> Named:
        born = person.birth_date_shown or "date inconnue"
        return Named(person.display_name, born, ", ".join(sites.get(person.pk, ())) or "aucun établissement")

    for one in found:
        yield PairRow(
            pair=one,
            people=(named(one.person), named(one.other)),
            likelihood=likelihood(one.score),
            url=address("duplicates:pair", group_slug=slug, pair_id=one.pk),
        )


def merge_rows(merges: Iterable[Merge], slug: str) -> Iterator[tuple[Merge, str, str]]:
    """Each merge, the address of the record that goes on, and where it is undone (empty once it is)."""
    for one in merges:
        person = address("shell:person", group_slug=slug, person_id=one.kept_id)
        undo = address("duplicates:undo", group_slug=slug, merge_id=one.pk)
        yield one, person, undo if can_undo(one) else ""
