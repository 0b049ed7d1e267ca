"""The part of a person's page about national registration: requests, numbers obtained, or the button to prepare one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from identities.people.models import Person
from identities.people.views import place_of
from identities.registrations.models import RegistrationRequest
from identities.registrations.queries import lines_to_register, people_to_register, requests_of_person
from identities.registrations.shown import RequestRow, request_rows
from identities.registrations.states import OPEN_STATES
from portal.foundation.addresses import address
from tenants.memberships.doors import TenantRequest
from tenants.memberships.permissions import Permission

SHOWN = 5


@dataclass(frozen=True)
class RegistrationPart:
    """`prepare_url` is empty when there is nothing to prepare, or for those who may not; `why`: by which route, and why."""

    requests: list[tuple[RequestRow, RegistrationRequest]]
    prepare_url: str = ""
    why: str = ""


def registration_part(
    request: TenantRequest, person: Person, establishment_id: UUID | None
) -> RegistrationPart | None:
    """None for somebody who has no request, and needs none. Who registers the others is said by « Annuaire Santé »."""
    place = place_of(request, establishment_id)
    rows = requests_of_person(person.pk).select_related("person", "establishment", "function")
    found = list((rows.filter(establishment_id=establishment_id) if establishment_id else rows)[:SHOWN])
    shown = list(zip(request_rows(found, place), found, strict=True))
    if any(one.state in OPEN_STATES for one in found) or not _may_work(request, establishment_id):
        return RegistrationPart(shown) if shown else None
    line = next(iter(lines_to_register(people_to_register().filter(pk=person.pk))), None)
    if line is None:
        return RegistrationPart(shown) if shown else None
    url = address("registrations:prepare", group_slug=request.access.group_slug) if line.routes.routes else ""
    return RegistrationPart(shown, url, line.routes.reason)


def _may_work(request: TenantRequest, establishment_id: UUID | None) -> bool:
    held: Any = request.access.establishments_for(Permission.REGISTRATION_WORK)
    return held is None or (establishment_id in held if establishment_id else bool(held))
