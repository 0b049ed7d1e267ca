"""Figures of registrations, month by month: each with its definition and its source, each opening its list."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from identities.registrations.figures import ecps_activated, numbers_obtained, registrations_prepared
from identities.registrations.models import RegistrationRequest
from portal.foundation.addresses import address
from portal.foundation.tabular import TYPES, spreadsheet
from portal.shell.registrations_figures.figures import HEADER, export_row, month_figures
from portal.shell.registrations_figures.forms import LISTS, BehindForm, MonthForm, month_said
from portal.shell.registrations_figures.operations import record_figures_export
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
BEHIND: dict[str, Callable[[date], QuerySet[RegistrationRequest]]] = {
    "demandes": registrations_prepared,
    "numeros": numbers_obtained,
    "ecps": ecps_activated,
}


@requires(Permission.REGISTRATION_VIEW)
@require_GET
def month(request: TenantRequest) -> HttpResponse:
    """The figures of a month, in all and by site."""
    filters = MonthForm(request.GET)
    found = month_figures(filters.month)
    slug = request.access.group_slug
    context = {
        "filters": filters,
        "month": f"{filters.month:%Y-%m}",
        "month_said": month_said(filters.month),
        "found": found,
        "behind_url": address("registrations_figures:behind", group_slug=slug),
        "self_url": address("self_registrations:list", group_slug=slug),
        "situations_url": address("situations:list", group_slug=slug),
        "desk_url": address("registrations:desk", group_slug=slug),
        "export_url": address("registrations_figures:export", group_slug=slug),
    }
    return render(request, "registrations/figures.html", context)


@requires(Permission.REGISTRATION_VIEW)
@require_GET
def behind(request: TenantRequest) -> HttpResponse:
    """The requests behind a figure, the latest first."""
    filters = BehindForm(request.GET, sites=establishment_names())
    rows = BEHIND[filters.chosen](filters.month).select_related("person", "establishment", "function")
    if filters.site is not None:
        rows = rows.filter(establishment_id=filters.site)
    page = Paginator(rows.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    slug = request.access.group_slug
    context = {
        "filters": filters,
        "title": dict(LISTS)[filters.chosen],
        "month_said": month_said(filters.month),
        "page": page,
        "rows": [_row(slug, one) for one in page],
        "figures_url": f"{address('registrations_figures:month', group_slug=slug)}?mois={filters.month:%Y-%m}",
    }
    return render(request, "registrations/figures_list.html", context)


def _row(slug: str, one: RegistrationRequest) -> tuple[RegistrationRequest, str]:
    return one, address("registrations:request", group_slug=slug, request_id=one.pk)


@requires(Permission.REGISTRATION_VIEW)
@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The table of the page: all sites together, then each."""
    kind: Any = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    chosen = MonthForm(request.GET).month
    found = month_figures(chosen)
    rows = [export_row(one) for one in (found.total, *found.sites)]
    response, _ = spreadsheet(kind, f"chiffres-enregistrements-{chosen:%Y-%m}", HEADER, rows)
    record_figures_export(actor=request.access, month=month_said(chosen))
    return response
