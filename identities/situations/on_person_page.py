"""The part of a person's page about the RPPS situations that their departures left."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from identities.people.models import Person
from identities.people.views import place_of
from identities.situations.models import SituationToClose
from identities.situations.queries import situations_of_person
from identities.situations.shown import LEVELS
from identities.situations.states import SituationState
from portal.foundation.addresses import address
from tenants.memberships.doors import TenantRequest


@dataclass(frozen=True)
class SituationLine:
    """One departure: where, when, what became of it, and its page."""

    site: str
    ended_on: date
    level: str
    status: str
    url: str


def situation_lines(
    request: TenantRequest, person: Person, establishment_id: UUID | None
) -> list[SituationLine]:
    """One statement; empty for most people."""
    place = place_of(request, establishment_id)
    return [_line(one, place) for one in situations_of_person(person.pk, establishment_id)]


def _line(one: SituationToClose, place: dict[str, object]) -> SituationLine:
    state = SituationState(one.state)
    return SituationLine(
        one.establishment.name,
        one.ended_on,
        LEVELS[state],
        f"{state.label[:1].upper()}{state.label[1:]}",
        address("situations:one", **place, situation_id=one.pk),
    )
