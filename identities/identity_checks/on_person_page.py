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
    """`change_url` is empty for those who may neither settle the change nor withdraw it."""

    standing: PersonStanding
    level: str
    change: TraitChange | None
    traits: list[tuple[str, str, str]]
    change_url: str


def identity_part(request: TenantRequest, person: Person, establishment_id: UUID | None) -> IdentityPart:
    """Two statements. A site acts at its own address, the group at the group's."""
    standing, change = standing_of(person), waiting_change_of(person)
    return IdentityPart(
        standing,
        LEVELS[standing.standing],
        change,
        trait_rows(change) if change else [],
        url_of_change(request, change, establishment_id) if change else "",
    )


def url_of_change(request: TenantRequest, change: TraitChange, establishment_id: UUID | None) -> str:
    """Where a change that waits is settled; for who asked and may confirm none, where it is withdrawn; else empty."""
    may_confirm = request.access.establishments_for(Permission.IDENTITY_CONFIRM) != ()
    if not may_confirm and change.asked_by != request.access.actor_id:
        return ""
    ids = {"person_id": change.person_id, "trait_change_id": change.pk}
    route = "change" if may_confirm else "withdraw"
    return address(f"identity_checks:{route}", **place_of(request, establishment_id), **ids)
