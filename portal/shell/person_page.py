"""Everything about one human being on one page: identity, checks, affectations, history."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.assignments.queries import assignments_of
from identities.assignments.rows import rows_shown
from identities.duplicates.on_person_page import DoublesPart, doubles_part
from identities.duplicates.queries import absorbed_ids, record_that_goes_on
from identities.identity_checks.on_person_page import identity_part
from identities.national_directory.on_person_page import DirectoryPart, directory_part
from identities.people.models import Person
from identities.people.queries import IdentityStanding, identifiers_of, identity_standing
from identities.people.rules import NO_COPY, missing_for_registration
from identities.people.views import person_url, place_of, seen_person
from identities.registrations.on_person_page import registration_part
from identities.situations.on_person_page import situation_lines
from portal.foundation.addresses import address
from portal.foundation.tenancy import current_tenant
from portal.journal.queries import lines_about
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

LINES_SHOWN = 50
# Link of the page → its route and the permission that shows it.
ACTIONS = {
    "edit": ("people:edit", Permission.PEOPLE_EDIT),
    "identifier": ("people:new_identifier", Permission.PEOPLE_EDIT),
    "check": ("people:check_identity", Permission.IDENTITY_CHECK),
}


@requires(Permission.PEOPLE_VIEW, limited=True)
@require_GET
def person_page(
    request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """A site sees of a person what happened there; the group, everything."""
    try:
        person = seen_person(person_id)
    except Http404:
        return _to_who_goes_on(request, person_id, establishment_id)
    lines = lines_about(person.pk, limit=LINES_SHOWN + 1, also=absorbed_ids(person.pk))
    standing = identity_standing(person)
    context = {
        "person": person,
        "identifiers": identifiers_of(person),
        "standing": standing,
        "directory": _directory(request, person, standing, establishment_id),
        "identity": identity_part(request, person, establishment_id),
        "doubles": _doubles(request, person, establishment_id),
        "registration": registration_part(request, person, establishment_id)
        if _allowed(request, Permission.REGISTRATION_VIEW, establishment_id)
        else None,
        "situations": situation_lines(request, person, establishment_id)
        if _allowed(request, Permission.REGISTRATION_VIEW, establishment_id)
        else [],
        "missing": missing_for_registration(person),
        "stays": list(rows_shown(assignments_of(person), request.access.group_slug, _may_act(request))),
        "lines": lines[:LINES_SHOWN],
        "has_older_lines": len(lines) > LINES_SHOWN,
        "links": _links(request, person.pk, establishment_id),
        "no_copy": NO_COPY,
    }
    return render(request, "people/person.html", context)


def _to_who_goes_on(request: TenantRequest, person_id: UUID, establishment_id: UUID | None) -> HttpResponse:
    """The address of a record that was merged leads to the one that continues it, where that one is seen; else 404."""
    kept_id = record_that_goes_on(person_id)
    if kept_id is None:
        raise Http404
    return redirect(person_url(request, seen_person(kept_id), establishment_id))


def _doubles(request: TenantRequest, person: Person, establishment_id: UUID | None) -> DoublesPart | None:
    """What waits for a decision and what was merged, on the group's own page, for those who settle doubles."""
    if establishment_id or not request.access.holds(Permission.DUPLICATES_SETTLE):
        return None
    return (
        doubles_part(person.pk, request.access.group_slug)
        if current_tenant().establishment_ids is None
        else None
    )


def _directory(
    request: TenantRequest, person: Person, standing: IdentityStanding, establishment_id: UUID | None
) -> DirectoryPart | None:
    """The part « Annuaire Santé », for those who may see it here."""
    if not _allowed(request, Permission.DIRECTORY_VIEW, establishment_id):
        return None
    may_link = _allowed(request, Permission.DIRECTORY_LINK, establishment_id)
    return directory_part(person, standing, place_of(request, establishment_id), may_link=may_link)


def _allowed(request: TenantRequest, permission: Permission, establishment_id: UUID | None) -> bool:
    """At this site, or somewhere in the group when the page is that of the group."""
    held = request.access.establishments_for(permission)
    return request.access.holds(permission) if establishment_id else held is None or bool(held)


def _may_act(request: TenantRequest) -> Callable[[UUID], bool]:
    """At which establishments this person may end or extend a stay."""
    sites = request.access.establishments_for(Permission.DEPARTURE)
    return lambda one: sites is None or one in sites


def _links(request: TenantRequest, person_id: UUID, establishment_id: UUID | None) -> dict[str, str]:
    place = place_of(request, establishment_id)
    links = {"search": address("people:search", **place)}
    for name, (route, permission) in ACTIONS.items():
        allowed = _allowed(request, permission, establishment_id)
        links[name] = address(route, **place, person_id=person_id) if allowed else ""
    return links
