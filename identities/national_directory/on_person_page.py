"""The part « Annuaire Santé » of a person's page: the link or the candidates, when to check again, who registers."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from identities.assignments.models import Assignment
from identities.assignments.rules import OPEN_STATES
from identities.national_directory.authorities import Registration, registrations
from identities.national_directory.certification import Certification, certification_of
from identities.national_directory.entries import Entry, directory_entry
from identities.national_directory.matching import DirectoryCandidate, directory_candidates
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.rules import still_to_check
from identities.national_directory.shown import DueDate, difference_advice, difference_title, due_dates
from identities.national_directory.states import LinkState
from identities.people.models import Person
from identities.people.queries import IdentityStanding
from portal.foundation.addresses import address


@dataclass(frozen=True)
class DirectoryPart:
    """`acts` are addresses, empty for those who may not; `to_check`: before a derived record may be used."""

    link: DirectoryLink | None
    entry: Entry | None
    file_date: date | None
    certification: Certification
    differences: tuple[tuple[str, str], ...]
    dues: tuple[DueDate, ...]
    to_check: tuple[str, ...]
    candidates: tuple[DirectoryCandidate, ...]
    refused: tuple[DirectoryLink, ...]
    registrations: tuple[Registration, ...]
    acts: dict[str, str] = field(default_factory=dict)


def directory_part(
    person: Person, standing: IdentityStanding, place: dict[str, Any], *, may_link: bool
) -> DirectoryPart:
    """`place`: the arguments of the routes of the current group or site."""
    links = list(DirectoryLink.objects.filter(person=person).order_by("rpps"))
    link = next((one for one in links if one.state == LinkState.LINKED), None)
    is_derived = any(one.source == LinkSource.DERIVED for one in links)
    was_seen = standing.latest is not None and not standing.is_to_redo
    seen_on = link.seen.get("file_date", "") if link else ""
    return DirectoryPart(
        link=link,
        entry=directory_entry(link.rpps) if link else None,
        file_date=date.fromisoformat(seen_on) if seen_on else None,
        certification=certification_of(link.civil_status if link else ""),
        differences=tuple(
            (difference_title(code), difference_advice(code)) for code in (link.differences if link else ())
        ),
        dues=tuple(due_dates(link.checked_at)) if link and link.checked_at else (),
        to_check=tuple(still_to_check(person, is_derived=is_derived, was_seen=was_seen)),
        candidates=() if link else tuple(directory_candidates(person)),
        refused=tuple(one for one in links if one.state == LinkState.REFUSED),
        registrations=() if link else tuple(_registrations(person)),
        acts=_acts(person, place) if may_link else {},
    )


def _registrations(person: Person) -> list[Registration]:
    stays = Assignment.objects.filter(person=person, state__in=OPEN_STATES).order_by("starts_at", "pk")
    return registrations(stays.values_list("function_id", flat=True))


def _acts(person: Person, place: dict[str, Any]) -> dict[str, str]:
    return {name: address(f"directory:{name}", **place, person_id=person.pk) for name in ("link", "refuse")}
