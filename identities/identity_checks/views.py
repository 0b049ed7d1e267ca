"""Identities to be checked: the list of a site or of the group, a session, and how long a check holds."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.assignments.lists import functions_in_use
from identities.identity_checks.forms import DOCUMENTS, EVERYBODY, ToCheckForm, ValidityForm, seen_lines
from identities.identity_checks.models import DEFAULT_MONTHS
from identities.identity_checks.operations import record_export, see_together, set_validity
from identities.identity_checks.queries import (
    ToCheck,
    counts_by_standing,
    months_of_validity,
    people_to_check,
    people_to_see,
    waiting_changes,
)
from identities.identity_checks.shown import HEADER, export_rows, rows_shown
from identities.identity_checks.standings import DUE, Standing
from identities.people.rules import NO_COPY
from identities.people.views import place_of
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_name, establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
SESSION_LINES = 100
CHANGES_SHOWN = 25


def _form(request: TenantRequest, establishment_id: UUID | None) -> ToCheckForm:
    sites = None if establishment_id else establishment_names()
    return ToCheckForm(request.GET, functions=functions_in_use(establishment_id), sites=sites)


@requires(Permission.PEOPLE_VIEW, limited=True)
@require_GET
def to_check(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """Who is to be seen first, people present before those who come; and the changes that wait for a second person."""
    form, place = _form(request, establishment_id), place_of(request, establishment_id)
    asked = form.asked(establishment_id)
    counts = counts_by_standing(asked)
    paginator = Paginator(people_to_check(asked), PAGE)
    paginator.count = sum(
        counts[one] for one in asked.standings or Standing
    )  # counted already, with the tabs
    page = paginator.get_page(request.GET.get("page"))
    functions, sites = _names(form)
    may_export = request.access.establishments_for(Permission.PEOPLE_EXPORT) != ()
    context = {
        "page": page,
        "rows": list(rows_shown(page, place, establishment_id, functions, sites)),
        "tabs": _tabs(request, asked, counts),
        "filters": form,
        "months": months_of_validity(),
        "changes": _changes(request, place),
        "exports": address("identity_checks:export", **place) if may_export else "",
        "session_url": _session_url(request, establishment_id),
        "query": request.GET.urlencode(),
    }
    return render(request, "identity_checks/to_check.html", context)


def _names(form: ToCheckForm) -> tuple[dict[str, str], dict[UUID, str]]:
    """Functions by code, and sites by id when the list shows several."""
    functions = dict(form.fields["fonction"].choices)  # type: ignore[attr-defined]
    chosen = form.fields.get("etablissement")
    sites = {UUID(key): name for key, name in chosen.choices if key} if chosen else {}  # type: ignore[attr-defined]
    return functions, sites


def _tabs(request: TenantRequest, asked: ToCheck, counts: dict[Standing, int]) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("page", None)
    choices = [("", "À contrôler", DUE), *((one.value, one.label, (one,)) for one in Standing)]
    tabs = []
    for value, label, standings in [*choices, (EVERYBODY, "Toutes", ())]:
        query["etat"] = value
        count = sum(counts[one] for one in standings or Standing)
        tabs.append(
            {
                "url": f"?{query.urlencode()}",
                "label": label,
                "count": count,
                "current": asked.standings == standings,
            }
        )
    return tabs


def _changes(request: TenantRequest, place: dict[str, Any]) -> list[tuple[Any, str]]:
    """The changes that wait, each with its address, for those who may confirm some."""
    if request.access.establishments_for(Permission.IDENTITY_CONFIRM) == ():
        return []
    return [
        (one, address("identity_checks:change", **place, person_id=one.person_id, trait_change_id=one.pk))
        for one in waiting_changes()[:CHANGES_SHOWN]
    ]


def _session_url(request: TenantRequest, establishment_id: UUID | None) -> str:
    if establishment_id is None or not request.access.holds(Permission.IDENTITY_CHECK):
        return ""
    return address("identity_checks:session", **place_of(request, establishment_id))


@requires(Permission.PEOPLE_EXPORT, limited=True)
@require_GET
def export(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """The list of the screen, whole."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    form = _form(request, establishment_id)
    asked = form.asked(establishment_id)
    functions, sites = _names(form)
    names = sites or {establishment_id: establishment_name(establishment_id)} if establishment_id else sites
    rows = export_rows(people_to_check(asked), asked.establishment_id, functions, names)  # type: ignore[arg-type]
    response, count = spreadsheet(kind, f"identites-{today():%Y-%m-%d}", HEADER, rows)
    what = f"{form.in_french()}, {kind.upper()}"
    record_export(actor=request.access, establishment_id=asked.establishment_id, count=count, what=what)
    return response


@requires(Permission.IDENTITY_CHECK)
def session(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """« Vus en face à face »: one line per person present to be seen, one choice each, one button."""
    typed: dict[UUID, str] = {}
    refused = {}
    if request.method == "POST":
        typed = seen_lines(request.POST)
        try:
            _see(request, establishment_id, typed)
            return redirect(request.path)
        except DomainError as error:
            refused = {error.field: error.french}
    people = people_to_see(establishment_id)
    shown: list[Any] = list(people[: SESSION_LINES + 1])
    place = place_of(request, establishment_id)
    rows = rows_shown(shown[:SESSION_LINES], place, establishment_id, functions_in_use(establishment_id), {})
    context = {
        "rows": [(row, typed.get(row.id, ""), refused.get(str(row.id), "")) for row in rows],
        "documents": DOCUMENTS,
        "has_more": len(shown) > SESSION_LINES,
        "is_refused": bool(refused),
        "limit": SESSION_LINES,
        "no_copy": NO_COPY,
        "list_url": address("identity_checks:to_check", **place),
    }
    return render(request, "identity_checks/session.html", context)


def _see(request: TenantRequest, establishment_id: UUID, typed: dict[UUID, str]) -> None:
    """Says what was recorded, and how many were left aside."""
    if not typed:
        messages.warning(
            request, "Aucun document choisi : choisissez celui que chaque personne vous a présenté."
        )
        return
    done = see_together(actor=request.access, establishment_id=establishment_id, seen=typed)
    count = len(done.people)
    if count:
        said = "Une identité contrôlée" if count == 1 else f"{count} identités contrôlées"
        messages.success(request, f"{said}, à votre nom et à cette heure.")
    if done.left_aside:
        who = "Une personne n'était" if done.left_aside == 1 else f"{done.left_aside} personnes n'étaient"
        messages.info(
            request,
            f"{who} plus à contrôler ici : quelqu'un venait de le faire, ou le départ est enregistré.",
        )


@requires(Permission.GROUP_SETTINGS)
def validity(request: TenantRequest) -> HttpResponse:
    """How long a check holds: our default, and its class."""
    form = ValidityForm(request.POST or None, initial={"months": months_of_validity()})
    if request.method == "POST" and form.is_valid():
        set_validity(actor=request.access, months=form.cleaned_data["months"])
        messages.success(request, "Durée enregistrée : elle vaut pour tous les contrôles, passés compris.")
        return redirect(reverse("identity_checks:to_check", args=[request.access.group_slug]))
    context = {
        "form": form,
        "default": DEFAULT_MONTHS,
        "list_url": address("identity_checks:to_check", group_slug=request.access.group_slug),
    }
    return render(request, "identity_checks/validity.html", context)
