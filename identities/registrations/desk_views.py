"""The desk: requests by state on a board or as a list, and its export."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from identities.people.views import place_of
from identities.psi.queries import leave_to_send
from identities.registrations.desk import board, desk_counts, reasons_in_use, requests_on_desk
from identities.registrations.export_operations import record_export
from identities.registrations.forms import DeskForm
from identities.registrations.shown import (
    HEADER,
    LEVELS,
    capitalized,
    counted_state,
    export_rows,
    request_rows,
)
from identities.registrations.site_lists import FOR_A_PERSON
from identities.registrations.states import RequestState
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
VIEW = Permission.REGISTRATION_VIEW
UNDER_WAY = (RequestState.READY, RequestState.DRAFT, RequestState.QUEUED, RequestState.SENT)
ENDED = (RequestState.DONE, RequestState.REFUSED, RequestState.WITHDRAWN, RequestState.EXPIRED)
# Pages beside the desk: route, label, icon, the permission that opens it.
BESIDE = (
    ("registrations:to_register", "À enregistrer", "user-plus", VIEW),
    ("rpps_plus:worklist", "Travail au portail RPPS+", "clipboard-list", Permission.REGISTRATION_WORK),
    ("self_registrations:list", "Auto-enregistrement", "smartphone", VIEW),
    ("situations:list", "Situations à clore", "log-out", VIEW),
    ("registrations_figures:month", "Chiffres", "chart-column", VIEW),
    ("psi:connection", "Connexion PSI", "plug", Permission.PSI_MANAGE),
    ("registrations_settings:edit", "Réglages", "settings", Permission.GROUP_SETTINGS),
)
OF_WHOLE_GROUP = "registrations_figures:month"  # shut to those whose right reaches only some sites


@requires(VIEW, limited=True)
@require_GET
def desk(request: TenantRequest) -> HttpResponse:
    """The board; one of its states, or all of them, as a list when `etat` says so."""
    form = _form(request)
    counts = desk_counts(form.asked())
    place = place_of(request, None)
    context = {
        "filters": form,
        "counts": counts,
        "total": sum(counts.values()),
        "beside": list(_beside(request)),
        "stopped": leave_to_send().why,
        "send_url": _act(request, "registrations:send"),
        "tabs": _tabs(request, form, counts),
        "exports": address("registrations:export", **place),
        "query": request.GET.urlencode(),
    }
    if not form.is_list:
        return render(request, "registrations/desk.html", context | _board(request, form, counts))
    rows = requests_on_desk(form.asked(request.GET.get("tri", "")))
    paginator = Paginator(rows, PAGE)
    paginator.count = sum(counts[one] for one in form.asked().states or RequestState)
    page = paginator.get_page(request.GET.get("page"))
    context |= {"page": page, "rows": list(request_rows(page, place))}
    return render(request, "registrations/desk_list.html", context)


def _form(request: TenantRequest) -> DeskForm:
    return DeskForm(request.GET, reasons=reasons_in_use(), sites=establishment_names())


def _board(request: TenantRequest, form: DeskForm, counts: dict[str, int]) -> dict[str, Any]:
    cards = board(form.asked(), [*FOR_A_PERSON, *UNDER_WAY])
    place = place_of(request, None)

    def column(state: RequestState) -> dict[str, Any]:
        rows = list(request_rows(cards.get(state, ()), place))
        return {
            "state": state,
            "label": counted_state(state, counts[state]),
            "level": LEVELS[state],
            "count": counts[state],
            "rows": rows,
            "url": _list_url(request, state.value),
        }

    return {
        "for_a_person": [column(one) for one in FOR_A_PERSON],
        "under_way": [column(one) for one in UNDER_WAY],
        "ended": [column(one) for one in ENDED],
    }


def _list_url(request: TenantRequest, state: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["etat"] = state
    return f"?{query.urlencode()}"


def _tabs(request: TenantRequest, form: DeskForm, counts: dict[str, int]) -> list[dict[str, Any]]:
    """« Par état » is the board; then every state that holds something, and all of them."""
    query = request.GET.copy()
    for gone in ("page", "etat", "tri"):
        query.pop(gone, None)
    chosen = form.understood().get("etat", "")
    tabs: list[dict[str, Any]] = [
        {"url": f"?{query.urlencode()}", "label": "Par état", "count": None, "current": not chosen}
    ]
    shown = [
        (state.value, capitalized(counted_state(state, counts[state])), counts[state])
        for state in RequestState
    ]
    for value, label, count in [("toutes", "Toutes", sum(counts.values())), *shown]:
        if count or value in ("toutes", chosen):
            url = _list_url(request, value)
            tabs.append({"url": url, "label": label, "count": count, "current": value == chosen})
    return tabs


def _beside(request: TenantRequest) -> Any:
    for route, label, icon, permission in BESIDE:
        url = _act(request, route, permission)
        if url and (route != OF_WHOLE_GROUP or request.access.holds(permission)):
            yield {"url": url, "label": label, "icon": icon}


def _act(request: TenantRequest, route: str, permission: Permission = Permission.REGISTRATION_WORK) -> str:
    """Its address, empty for those who may not go there."""
    held: tuple[UUID, ...] | None = request.access.establishments_for(permission)
    if held == ():
        return ""
    return address(route, group_slug=request.access.group_slug)


@requires(VIEW, limited=True)
@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The requests of the screen, whole, as filtered and sorted; written inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    form = _form(request)
    rows = requests_on_desk(form.asked(request.GET.get("tri", ""))).iterator(chunk_size=2000)
    response, count = spreadsheet(kind, f"enregistrements-{today():%Y-%m-%d}", HEADER, export_rows(rows))
    what = ", ".join(["demandes d'enregistrement", *form.said(), kind.upper()])
    record_export(actor=request.access, establishment_id=form.site, count=count, what=what)
    return response
