"""The lists of professionals, of one site or of the group, on screen and as spreadsheets."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from identities.assignments.exports import HEADER, export_rows, in_french
from identities.assignments.forms import PeopleFilterForm
from identities.assignments.lists import (
    PeopleFilter,
    Presence,
    counts_by_presence,
    functions_in_use,
    with_names_known,
)
from identities.assignments.models import Assignment
from identities.assignments.operations import record_people_export
from identities.assignments.queries import people_at, people_of_group
from identities.assignments.rows import rows_shown
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_name, establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25


def _site_form(request: TenantRequest, establishment_id: UUID) -> PeopleFilterForm:
    return PeopleFilterForm(request.GET, functions=functions_in_use(establishment_id))


def _group_form(request: TenantRequest) -> PeopleFilterForm:
    return PeopleFilterForm(request.GET, functions=functions_in_use(), sites=establishment_names())


def _chosen_site(form: PeopleFilterForm) -> UUID | None:
    chosen = form.understood().get("etablissement")
    return UUID(chosen) if chosen else None


def _tabs(request: TenantRequest, asked: PeopleFilter, counts: dict[str, int]) -> list[dict[str, Any]]:
    query = request.GET.copy()
    for gone in ("page", "tri"):
        query.pop(gone, None)
    tabs = []
    for one in Presence:
        query["presence"] = one.value
        tabs.append(
            {
                "url": f"?{query.urlencode()}",
                "label": one.label,
                "count": counts[one.name],
                "current": one == asked.presence,
            }
        )
    return tabs


def _page(
    request: TenantRequest,
    form: PeopleFilterForm,
    rows: QuerySet[Assignment],
    site: UUID | None,
    exports: str,
) -> HttpResponse:
    asked = form.asked(request.GET.get("tri", ""))
    counts = counts_by_presence(asked, site)
    paginator = Paginator(with_names_known(rows), PAGE)
    paginator.count = counts[Presence(asked.presence).name]  # counted already, with the tabs
    page = paginator.get_page(request.GET.get("page"))
    acting = request.access.establishments_for(Permission.DEPARTURE)
    context = {
        "page": page,
        "rows": list(
            rows_shown(
                page,
                request.access.group_slug,
                lambda one: acting is None or one in acting,
                functions=form.functions,
                sites=form.sites,
            )
        ),
        "tabs": _tabs(request, asked, counts),
        "filters": form,
        "presence": asked.presence,
        "exports": exports if _may_export(request) else "",
        "query": request.GET.urlencode(),
        "of_group": request.access.establishment_id is None,
    }
    return render(request, "assignments/people.html", context)


def _may_export(request: TenantRequest) -> bool:
    return request.access.establishments_for(Permission.PEOPLE_EXPORT) != ()


@requires(Permission.PEOPLE_VIEW)
def people_of_site(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """Who is here, who comes, who left within twelve months."""
    form = _site_form(request, establishment_id)
    rows = people_at(establishment_id, form.asked(request.GET.get("tri", "")))
    exports = reverse("assignments:export_of_site", args=[request.access.group_slug, establishment_id])
    return _page(request, form, rows, establishment_id, exports)


@requires(Permission.PEOPLE_VIEW, limited=True)
def people_in_group(request: TenantRequest) -> HttpResponse:
    """The same over every site that this person sees."""
    form = _group_form(request)
    site = _chosen_site(form)
    rows = people_of_group(form.asked(request.GET.get("tri", "")), establishment_id=site)
    return _page(
        request, form, rows, site, reverse("assignments:export_of_group", args=[request.access.group_slug])
    )


@requires(Permission.PEOPLE_EXPORT)
def export_of_site(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """The list of the screen, whole."""
    form = _site_form(request, establishment_id)
    rows = people_at(establishment_id, form.asked(request.GET.get("tri", "")))
    return _download(request, form, rows, establishment_id)


@requires(Permission.PEOPLE_EXPORT, limited=True)
def export_of_group(request: TenantRequest) -> HttpResponse:
    """The list of the screen, whole, over the sites where this person may export."""
    form = _group_form(request)
    site = _chosen_site(form)
    rows = people_of_group(form.asked(request.GET.get("tri", "")), establishment_id=site)
    return _download(request, form, rows, site)


def _download(
    request: TenantRequest, form: PeopleFilterForm, rows: QuerySet[Assignment], site: UUID | None
) -> HttpResponse:
    """Written whole inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    response, count = spreadsheet(kind, f"professionnels-{today():%Y-%m-%d}", HEADER, export_rows(rows))
    place = establishment_name(site) if site else "tous les établissements visibles"
    what = f"{place}, {in_french(form)}, {kind.upper()}"
    record_people_export(actor=request.access, establishment_id=site, count=count, what=what)
    return response
