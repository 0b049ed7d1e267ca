"""The worklist of the RPPS+ portal, and one request to type there field by field, then back."""

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

from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.queries import find_request
from identities.registrations.routes import routes_of_function, routes_of_functions
from identities.registrations.states import RequestState
from identities.rpps_plus.fields import portal_fields
from identities.rpps_plus.forms import EcpsForm, NumberForm, RefusalForm, WorkForm
from identities.rpps_plus.operations import (
    declare_degree,
    enter_in_portal,
    note_ecps_active,
    note_number,
    note_refusal,
    record_export,
    record_print,
)
from identities.rpps_plus.queries import entries_of, managers_in_force, portal_work
from identities.rpps_plus.rules import check_may_work_portal
from identities.rpps_plus.shown import HEADER, clock_of, export_rows, work_rows
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from portal.foundation.pdf import PdfUnavailableError, pdf_response
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

WORK = Permission.REGISTRATION_WORK
PAGE = 25
MOST_SHEETS = 50


def _place(request: TenantRequest) -> dict[str, Any]:
    return {"group_slug": request.access.group_slug}


@requires(WORK, limited=True)
@require_GET
def worklist(request: TenantRequest) -> HttpResponse:
    """What is to be typed in the portal or awaited from it, the longest waiting first."""
    place, filters = _place(request), WorkForm(request.GET, sites=establishment_names())
    chosen = filters.understood()
    rows = portal_work(establishment_id=filters.site, clock=chosen.get("suivi", ""))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": list(work_rows(page, entries_of(page), place)),
        "filters": filters,
        "query": request.GET.urlencode(),
        "urls": {name: address(f"rpps_plus:{name}", **place) for name in ("export", "sheets", "managers")},
        "desk_url": address("registrations:desk", **place),
        "to_register_url": address("registrations:to_register", **place),
    }
    return render(request, "rpps_plus/worklist.html", context)


@requires(WORK, limited=True)
@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The list of the screen, whole."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    filters = WorkForm(request.GET, sites=establishment_names())
    found = list(portal_work(establishment_id=filters.site, clock=filters.understood().get("suivi", "")))
    name = f"portail-rpps-plus-{today():%Y-%m-%d}"
    response, count = spreadsheet(kind, name, HEADER, export_rows(found, entries_of(found)))
    record_export(actor=request.access, count=count, what=", ".join([*filters.said(), kind.upper()]))
    return response


@requires(WORK, limited=True)
@require_GET
def sheets(request: TenantRequest) -> HttpResponse:
    """One A4 page for each request of the list that is to be typed, at most `MOST_SHEETS`."""
    filters = WorkForm(request.GET, sites=establishment_names())
    rows = portal_work(establishment_id=filters.site, clock="a-saisir")
    asked = request.GET.get("demande", "")
    found = [one for one in rows if str(one.pk) == asked] if asked else list(rows[:MOST_SHEETS])
    if not found:
        messages.info(request, "Aucune demande à saisir : rien à imprimer.")
        return redirect("rpps_plus:worklist", request.access.group_slug)
    routes = routes_of_functions({one.function_id for one in found})
    pages = [(one, portal_fields(one, routes[one.function_id])) for one in found]
    context = {"sheets": pages, "by": request.access.actor_name}
    try:
        response = pdf_response(f"saisie-rpps-plus-{today():%Y-%m-%d}.pdf", "rpps_plus/sheets.html", context)
    except PdfUnavailableError as error:
        messages.error(request, error.french)
        return redirect("rpps_plus:worklist", request.access.group_slug)
    record_print(actor=request.access, requests=found)
    return response


@requires(WORK, limited=True)
@require_GET
def one(request: TenantRequest, portal_request_id: UUID) -> HttpResponse:
    """The fields in the portal's order, each to copy; then what the portal answered."""
    return _page(request, _found(portal_request_id))


def _found(request_id: UUID) -> RegistrationRequest:
    found = find_request(request_id)
    if found is None or found.route != Route.PORTAL:
        raise Http404
    return found


def _page(request: TenantRequest, found: RegistrationRequest, **refused: forms.Form) -> HttpResponse:
    place = _place(request)
    ids = {**place, "portal_request_id": found.pk}
    level, clock = clock_of(found)
    chapters: dict[str, list[Any]] = {}
    fields = portal_fields(found, routes_of_function(found.function_id))
    for rank, field in enumerate(fields):
        chapters.setdefault(field.chapter, []).append((f"champ-{rank}", field))
    context = {
        "found": found,
        "of_whom": of_name(found.person.display_name),
        "level": level,
        "clock": clock,
        "chapters": chapters.items(),
        "entry": entries_of([found]).get(found.pk),
        "refusal": _why_not(request, found),
        "states": {one.name.lower(): found.state == one for one in RequestState},
        "urls": {
            name: address(f"rpps_plus:{name}", **ids)
            for name in ("degree", "entered", "number", "refusal", "ecps")
        },
        "sheet_url": f"{address('rpps_plus:sheets', **place)}?demande={found.pk}",
        "work_url": address("rpps_plus:worklist", **place),
        "desk_url": address("registrations:desk", **place),
        "managers_url": address("rpps_plus:managers", **place),
        "request_url": address("registrations:request", **place, request_id=found.pk),
        "person_url": address("shell:person", **place, person_id=found.person_id),
        "next_url": _next_url(found, place),
        "number_form": NumberForm(),
        "refusal_form": RefusalForm(prefix="refus"),
        "ecps_form": EcpsForm(prefix="ecps"),
        "form": next(iter(refused.values()), None),
        **refused,
    }
    return render(request, "rpps_plus/one.html", context)


def _why_not(request: TenantRequest, found: RegistrationRequest) -> str:
    """What this person lacks to work the portal for that site, in French; empty when nothing."""
    try:
        check_may_work_portal(managers_in_force(), request.access.actor_id, found.establishment, today())
    except DomainError as error:
        return error.french
    return ""


def _next_url(found: RegistrationRequest, place: dict[str, Any]) -> str:
    following = portal_work(clock="a-saisir").exclude(pk=found.pk).values_list("pk", flat=True).first()
    return address("rpps_plus:one", **place, portal_request_id=following) if following else ""


def _acted(
    request: TenantRequest,
    request_id: UUID,
    act: Callable[[dict[str, Any]], object],
    said: str,
    name: str = "",
    form: forms.Form | None = None,
) -> HttpResponse:
    """Rights at that site, the form, the refusal on the page with what was typed. A GET shows the page."""
    found = _found(request_id)
    held = request.access.establishments_for(WORK)
    if held is not None and found.establishment_id not in held:
        raise PermissionDenied
    here = address("rpps_plus:one", **_place(request), portal_request_id=found.pk)
    if request.method != "POST":
        return redirect(here)
    if form is not None and not form.is_valid():
        return _page(request, found, **{name: form})
    try:
        act(form.cleaned_data if form is not None else {})
    except DomainError as error:
        if form is None:
            messages.error(request, error.french)
            return redirect(here)
        add_refusal(form, error)
        return _page(request, found, **{name: form})
    messages.success(request, said)
    return redirect(here)


@requires(WORK, limited=True)
def degree(request: TenantRequest, portal_request_id: UUID) -> HttpResponse:
    """Declared as the portal asks: seen, nothing uploaded."""
    return _acted(
        request,
        portal_request_id,
        lambda typed: declare_degree(actor=request.access, request_id=portal_request_id),
        "Diplôme déclaré vérifié, à votre nom.",
    )


@requires(WORK, limited=True)
def entered(request: TenantRequest, portal_request_id: UUID) -> HttpResponse:
    """« C'est saisi au portail »: the 24 hours begin."""
    return _acted(
        request,
        portal_request_id,
        lambda typed: enter_in_portal(actor=request.access, request_id=portal_request_id),
        "Saisie notée. Le numéro est attendu dans les 24 heures : reportez-le ici.",
    )


@requires(WORK, limited=True)
def number(request: TenantRequest, portal_request_id: UUID) -> HttpResponse:
    """The number, typed back."""
    return _acted(
        request,
        portal_request_id,
        lambda typed: note_number(actor=request.access, request_id=portal_request_id, **typed),
        "Numéro RPPS reporté sur la fiche. L'e-CPS pourra être activée 48 heures après.",
        "number_form",
        NumberForm(request.POST),
    )


@requires(WORK, limited=True)
def refusal(request: TenantRequest, portal_request_id: UUID) -> HttpResponse:
    """The portal refused."""
    return _acted(
        request,
        portal_request_id,
        lambda typed: note_refusal(actor=request.access, request_id=portal_request_id, **typed),
        "Refus noté. Une nouvelle demande pourra être préparée.",
        "refusal_form",
        RefusalForm(request.POST, prefix="refus"),
    )


@requires(WORK, limited=True)
def ecps(request: TenantRequest, portal_request_id: UUID) -> HttpResponse:
    """The person's e-CPS works."""
    return _acted(
        request,
        portal_request_id,
        lambda typed: note_ecps_active(actor=request.access, request_id=portal_request_id, **typed),
        "e-CPS notée active.",
        "ecps_form",
        EcpsForm(request.POST, prefix="ecps"),
    )
