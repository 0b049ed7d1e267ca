"""The part of a person's page about where their identity stands, and the change that waits for a second person."""

from dataclasses import dataclass
from uuid import UUID

from identities.identity_checks.models import TraitChange
from identities.identity_checks.queries import PersonStanding, standing_of, waiting_change_of
from identities.identity_checks.shown import trait_rows
from identities.identity_checks.standings import LEVELS
from identities.people.models import Person
from identities.people.views import place_of
from portal.foundation.addresses import address
from tenants.memberships.doors import TenantRequest
from tenants.memberships.permissions import Permission


@dataclass(frozen=True)
class IdentityPart:
    """`change_url` is empty for those who may not settle the change."""

    standing: PersonStanding
    level: str
    change: TraitChange | None
    traits: list[tuple[str, str, str]]
    change_url: str


def identity_part(request: TenantRequest, person: Person, establishment_id: UUID | None) -> IdentityPart:
    """Two statements. A site acts at its own address, the group at the group's."""
    standing, change = standing_of(person), waiting_change_of(person)
    url = ""
    if change and request.access.establishments_for(Permission.IDENTITY_CONFIRM) != ():
        ids = {"person_id": person.pk, "trait_change_id": change.pk}
        url = address("identity_checks:change", **place_of(request, establishment_id), **ids)
    return IdentityPart(
        standing, LEVELS[standing.standing], change, trait_rows(change) if change else [], url
    )
