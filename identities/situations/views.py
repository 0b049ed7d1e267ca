"""RPPS situations to close after a departure: the list of a site or of the group, and one of them with how to settle it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.people.views import place_of
from identities.registrations.models import Route
from identities.registrations.routes import routes_of_function
from identities.situations.forms import EVERYTHING, ClosedForm, SetAsideForm, SituationsForm, StopForm
from identities.situations.models import SituationToClose
from identities.situations.operations import ask_stop, close_by_hand, record_situations_export, set_aside
from identities.situations.queries import counts_by_state, situation_seen, situations_shown
from identities.situations.rules import ECPS_STAYS, LATE_DAYS, can_settle, check_can_settle
from identities.situations.shown import (
    HEADER,
    end_reason_said,
    export_rows,
    left_why,
    next_step,
    row_shown,
    rows_shown,
)
from identities.situations.states import SituationState
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25


def _filters(request: TenantRequest, establishment_id: UUID | None) -> SituationsForm:
    return SituationsForm(request.GET, sites=None if establishment_id else establishment_names())


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def situations(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """What is to be closed, the longest waiting first; what was closed or set aside in the other tabs."""
    filters, place = _filters(request, establishment_id), place_of(request, establishment_id)
    asked = filters.asked(establishment_id)
    page = Paginator(situations_shown(asked), PAGE).get_page(request.GET.get("page"))
    may_export = request.access.establishments_for(Permission.PEOPLE_EXPORT) != ()
    context = {
        "page": page,
        "rows": list(rows_shown(page, place)),
        "tabs": _tabs(request, filters, counts_by_state(asked)),
        "filters": filters,
        "of_group": establishment_id is None,
        "shows_open": asked.state == SituationState.OPEN,
        "exports": address("situations:export", **place) if may_export else "",
        "query": request.GET.urlencode(),
        "late_days": LATE_DAYS,
        "desk_url": _desk_url(place),
        "ecps": ECPS_STAYS,
    }
    return render(request, "situations/list.html", context)


def _desk_url(place: dict[str, Any]) -> str:
    return address("registrations:of_site" if "establishment_id" in place else "registrations:desk", **place)


def _tabs(request: TenantRequest, filters: SituationsForm, counts: dict[str, int]) -> list[dict[str, Any]]:
    query = request.GET.copy()
    for name in ("page", "mois", "retard"):
        query.pop(name, None)
    labels = [
        (one.value, f"{one.label[:1].upper()}{one.label[1:]}", counts.get(one, 0)) for one in SituationState
    ]
    tabs = []
    for value, label, count in [*labels, (EVERYTHING, "Toutes", sum(counts.values()))]:
        query["etat"] = value
        current = value == (filters.state or EVERYTHING)
        tabs.append({"url": f"?{query.urlencode()}", "label": label, "count": count, "current": current})
    return tabs


@requires(Permission.PEOPLE_EXPORT, limited=True)
@require_GET
def export(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """The list of the screen, whole, for those who see registrations too."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    if request.access.establishments_for(Permission.REGISTRATION_VIEW) == ():
        raise PermissionDenied
    filters = _filters(request, establishment_id)
    rows = export_rows(situations_shown(filters.asked(establishment_id)))
    response, count = spreadsheet(kind, f"situations-rpps-{today():%Y-%m-%d}", HEADER, rows)
    record_situations_export(actor=request.access, count=count, what=f"{filters.in_french()}, {kind.upper()}")
    return response


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def one(request: TenantRequest, situation_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """One situation: who left what, what the directory shows, how it was or may be settled."""
    found = _found(situation_id, establishment_id)
    return _page(request, found, establishment_id)


def _found(situation_id: UUID, establishment_id: UUID | None) -> Any:
    found = situation_seen(situation_id, establishment_id)
    if found is None:
        raise Http404
    return found


def _may_work(request: TenantRequest, situation: SituationToClose) -> bool:
    sites = request.access.establishments_for(Permission.REGISTRATION_WORK)
    return sites is None or situation.establishment_id in sites


def _forms(found: Any) -> dict[str, forms.Form]:
    return {
        "stop_form": StopForm(prefix="psi", situation=found, left_because=found.left_because),
        "closed_form": ClosedForm(prefix="portail", left_because=found.left_because),
        "aside_form": SetAsideForm(prefix="rien"),
    }


def _page(
    request: TenantRequest, found: Any, establishment_id: UUID | None, **refused: forms.Form
) -> HttpResponse:
    """`refused`: the form that was sent and refused, in the place of a new one."""
    place = place_of(request, establishment_id)
    ids = {**place, "situation_id": found.pk}
    context = {
        "one": found,
        "row": row_shown(found, place),
        "left_why": left_why(found),
        "end_reason": end_reason_said(found),
        "next_step": next_step(found),
        "ecps": ECPS_STAYS,
        "desk_url": _desk_url(place),
        "list_url": address("situations:list", **place),
        "person_url": address("shell:person", **place, person_id=found.person_id),
        "request_url": _request_url(place, found),
        "acts": {name: address(f"situations:{name}", **ids) for name in ("ask", "close", "set_aside")}
        if can_settle(found) and _may_work(request, found)
        else {},
        "form": next(iter(refused.values()), None),
        "not_by_api": _not_by_api(found),
        **_forms(found),
        **refused,
    }
    return render(request, "situations/one.html", context)


def _not_by_api(found: Any) -> str:
    """Why API PSI may not be asked, in French; empty when it may."""
    routes = routes_of_function(found.function_id)
    if Route.PSI not in routes.routes:
        return routes.reason
    return "" if found.number else "L'API demande un numéro RPPS, et la fiche n'en porte aucun."


def _request_url(place: dict[str, Any], found: Any) -> str:
    return address("registrations:request", **place, request_id=found.request_id) if found.request_id else ""


def _settle(
    request: TenantRequest,
    situation_id: UUID,
    establishment_id: UUID | None,
    name: str,
    form_of: Callable[[Any], forms.Form],
    act: Callable[[Any, dict[str, Any]], str],
) -> HttpResponse:
    """What the three ways have in common: rights, the form, the refusal on the page, the message. A GET shows the page."""
    found = _found(situation_id, establishment_id)
    place = place_of(request, establishment_id)
    if not _may_work(request, found):
        raise PermissionDenied
    if request.method != "POST":
        return redirect(address("situations:one", **place, situation_id=found.pk))
    form = form_of(found)
    if can_settle(found) and not form.is_valid():
        return _page(request, found, establishment_id, **{name: form})
    try:
        check_can_settle(found)
        messages.success(request, act(found, form.cleaned_data))
    except DomainError as error:
        if can_settle(found):
            add_refusal(form, error)
            return _page(request, found, establishment_id, **{name: form})
        messages.warning(request, error.french)
    return redirect(_request_url(place, found) or address("situations:one", **place, situation_id=found.pk))


@requires(Permission.REGISTRATION_WORK, limited=True)
def ask(request: TenantRequest, situation_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """Prepares the end of the activity by the API, then leads to the request, from which a person sends it."""

    def act(found: Any, typed: dict[str, Any]) -> str:
        ask_stop(actor=request.access, situation=found, **typed)
        return "Fin d'activité préparée : vérifiez la demande, puis envoyez-la."

    return _settle(
        request, situation_id, establishment_id, "stop_form",
        lambda found: StopForm(request.POST, prefix="psi", situation=found, left_because=found.left_because), act,
    )  # fmt: skip


@requires(Permission.REGISTRATION_WORK, limited=True)
def close(request: TenantRequest, situation_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """Types back what was entered in the RPPS+ portal."""

    def act(found: Any, typed: dict[str, Any]) -> str:
        close_by_hand(actor=request.access, situation=found, **typed)
        return f"Situation de {found.person.display_name} notée close le {typed['closed_on']:%d/%m/%Y}."

    return _settle(
        request, situation_id, establishment_id, "closed_form",
        lambda found: ClosedForm(request.POST, prefix="portail", left_because=found.left_because), act,
    )  # fmt: skip


@requires(Permission.REGISTRATION_WORK, limited=True)
def leave_aside(
    request: TenantRequest, situation_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """Nothing to close, and why."""

    def act(found: Any, typed: dict[str, Any]) -> str:
        set_aside(actor=request.access, situation=found, reason=typed["reason"])
        return f"Situation de {found.person.display_name} classée sans objet."

    return _settle(
        request, situation_id, establishment_id, "aside_form",
        lambda found: SetAsideForm(request.POST, prefix="rien"), act,
    )  # fmt: skip
