"""One request: its page, what it asks for, and whether it is complete."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from identities.identity_checks.queries import waiting_change_of
from identities.people.views import person_url, place_of
from identities.registrations.block_forms import BlocksForm
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.next_steps import NextStep, next_step
from identities.registrations.operations import check_again, choose_blocks
from identities.registrations.part_operations import mend_parts
from identities.registrations.payload_shown import payload_parts
from identities.registrations.queries import find_request
from identities.registrations.request_shown import block_rows, missing_rows
from identities.registrations.rules import can_correct, can_withdraw, missing_of
from identities.registrations.shown import LEVELS
from identities.registrations.states import RequestState
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.tenancy import current_tenant
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

WORK = Permission.REGISTRATION_WORK


def seen_request(request_id: UUID) -> RegistrationRequest:
    """A request of this door with its person, site and function, or 404."""
    found = find_request(request_id)
    if found is None:
        raise Http404
    return found


def url_of(
    request: TenantRequest, name: str, found: RegistrationRequest, establishment_id: UUID | None
) -> str:
    return address(f"registrations:{name}", **place_of(request, establishment_id), request_id=found.pk)


def holds_at(request: TenantRequest, permission: Permission, found: RegistrationRequest) -> bool:
    """Whether this person may do that at the request's establishment."""
    held = request.access.establishments_for(permission)
    return held is None or found.establishment_id in held


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def page(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """Where it stands, the next step, its parts, what is missing, what was sent to those entitled, what happened."""
    found = seen_request(request_id)
    blocks = list(found.blocks.order_by("pk"))
    may_work = holds_at(request, WORK, found)
    missing = missing_of(found.person, found, today()) if can_correct(found) else []
    place = place_of(request, establishment_id)
    may_edit = holds_at(request, Permission.PEOPLE_EDIT, found)
    step = next_step(found, blocks, missing)
    lacks = missing_rows(missing, found, place, may_edit=may_edit, may_work=may_work)
    context = {
        "found": found,
        "level": LEVELS[RequestState(found.state)],
        "step": step,
        "step_url": _step_url(request, step, found, establishment_id) if may_work else "",
        "blocks": block_rows(blocks),
        "missing": lacks,
        "complete_url": next((one.url for one in lacks if one.url), "") if not step.route else "",
        "events": list(found.events.order_by("-at", "-pk")),
        "payload": list(payload_parts(found.payload)) if _sees_payload(request, found) else [],
        "sees_payload": _sees_payload(request, found),
        "person_url": person_url(request, found.person, establishment_id),
        "waiting_url": _waiting_url(request, found, establishment_id),
        "recheck_url": _recheck_url(request, found, step, establishment_id) if may_work else "",
        "acts": _acts(request, found, step, establishment_id) if may_work else {},
        "has_death": _has_death(found),
        "opens_death": request.access.establishments_for(Permission.CIVIL_STATUS_VIEW) is None,
    }
    return render(request, "registrations/request.html", context)


def _step_url(
    request: TenantRequest, step: NextStep, found: RegistrationRequest, establishment_id: UUID | None
) -> str:
    if step.route == "registrations:send":
        return f"{address(step.route, group_slug=request.access.group_slug)}?demande={found.pk}"
    if step.route.startswith("registrations:"):
        return address(step.route, **place_of(request, establishment_id), request_id=found.pk)
    if step.route == "rpps_plus:worklist":
        return address("rpps_plus:one", group_slug=request.access.group_slug, portal_request_id=found.pk)
    return address(step.route, group_slug=request.access.group_slug) if step.route else ""


def _sees_payload(request: TenantRequest, found: RegistrationRequest) -> bool:
    return holds_at(request, Permission.CIVIL_STATUS_VIEW, found)


def _acts(
    request: TenantRequest, found: RegistrationRequest, step: NextStep, establishment_id: UUID | None
) -> dict[str, str]:
    """The other things that may be done now, each with its address."""
    acts = {}
    if _is_open_to_choice(found):
        acts["Dates, activité et carte demandées"] = url_of(request, "blocks", found, establishment_id)
    if found.state == RequestState.PARTLY_DONE and step.route == "registrations:retry":
        acts["Arrêter là…"] = url_of(request, "close", found, establishment_id)
    if can_withdraw(found):
        acts["Retirer la demande…"] = url_of(request, "withdraw", found, establishment_id)
    return acts


def _waiting_url(request: TenantRequest, found: RegistrationRequest, establishment_id: UUID | None) -> str:
    """Where the change of identity that a second person has to confirm is seen; empty when none waits."""
    change = waiting_change_of(found.person) if found.state == RequestState.NEEDS_CORRECTION else None
    if change is None:
        return ""
    ids = {"person_id": found.person_id, "trait_change_id": change.pk}
    return address("identity_checks:change", **place_of(request, establishment_id), **ids)


def _recheck_url(
    request: TenantRequest, found: RegistrationRequest, step: NextStep, establishment_id: UUID | None
) -> str:
    """For a record that was right all along: the RNIPP may have been mended since."""
    if found.state != RequestState.NEEDS_CORRECTION or step.posts:
        return ""
    return url_of(request, "check", found, establishment_id)


def _is_open_to_choice(found: RegistrationRequest) -> bool:
    return found.route == Route.PSI and (can_correct(found) or found.state == RequestState.PARTLY_DONE)


def _has_death(found: RegistrationRequest) -> bool:
    """The table is shut to people limited to some sites: they are not even told that a line is there."""
    return current_tenant().establishment_ids is None and found.deaths.exists()


@requires(WORK, limited=True)
@require_POST
def check(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """Somebody says that it is mended: complete, it becomes ready; else it says what still lacks."""
    found = seen_request(request_id)
    try:
        checked = check_again(actor=request.access, request_id=found.pk)
    except DomainError as error:
        messages.error(request, error.french)
    else:
        if checked.state == RequestState.READY:
            messages.success(request, "La demande est prête : relisez-la, puis envoyez-la.")
        else:
            messages.warning(request, "Il manque encore une donnée : elle est dite ci-dessous.")
    return redirect(url_of(request, "request", found, establishment_id))


@requires(WORK, limited=True)
def blocks(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """What is asked of the national service: activity and its dates, a card and its address."""
    found = seen_request(request_id)
    back = url_of(request, "request", found, establishment_id)
    if not _is_open_to_choice(found):
        messages.info(request, "La demande est partie : ce qu'elle demande ne change plus.")
        return redirect(back)
    is_partly_done = found.state == RequestState.PARTLY_DONE
    form = BlocksForm(request.POST) if request.method == "POST" else BlocksForm.of(found)
    if is_partly_done:
        form.without_choice()
    if form.is_bound and form.is_valid():
        write = mend_parts if is_partly_done else choose_blocks
        try:
            write(actor=request.access, request_id=found.pk, choices=form.choices)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, "Choix enregistrés.")
            return redirect(back)
    context = {"found": found, "form": form, "back": back}
    return render(request, "registrations/blocks.html", context)
