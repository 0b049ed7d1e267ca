"""The list of rights, on screen and as a spreadsheet."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.forms import RightsFilter
from tenants.memberships.lists import HEADER, export_rows, ordered
from tenants.memberships.models import Membership
from tenants.memberships.operations import record_rights_export
from tenants.memberships.permissions import Permission
from tenants.memberships.queries import filtered_rights, rights_to_confirm
from tenants.memberships.spoken import spoken_scope
from tenants.memberships.standing import Standing, standing_of

ROWS = 50


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    right: Membership
    standing: Standing
    scope: str
    url: str


def _asked(request: TenantRequest, filters: RightsFilter) -> QuerySet[Membership]:
    """The readable rights that the filters let through, in the order of `?tri=`."""
    order = request.GET.get("tri", "")
    found = filtered_rights(request.access, **filters.asked)
    return ordered(found, order.removeprefix("-"), descending=order.startswith("-"))


def _address(request: TenantRequest, route: str, *ids: Any) -> str:
    return reverse(f"memberships:{route}", args=[request.access.group_slug, *ids])


@requires(Permission.MEMBERSHIPS_VIEW, limited=True)
def rights(request: TenantRequest) -> HttpResponse:
    """The rights in the group, or those that reach only the reader's establishments."""
    names = establishment_names()
    filters = RightsFilter(request.GET, names=names)
    page = Paginator(_asked(request, filters), ROWS).get_page(request.GET.get("page"))
    rows = [
        Row(one, standing_of(one), spoken_scope(one, names), _address(request, "right", one.pk))
        for one in page
    ]
    context = {
        "rows": rows,
        "page": page,
        "filters": filters,
        "is_filtered": bool(filters.asked),
        "to_confirm": rights_to_confirm(request.access),
        "invite_url": _address(request, "invite") if _may_grant(request) else "",
        "exports": _address(request, "export"),
        "query": request.GET.urlencode(),
    }
    return render(request, "memberships/rights.html", context)


def _may_grant(request: TenantRequest) -> bool:
    return request.access.establishments_for(Permission.MEMBERSHIPS_GRANT) != ()


@requires(Permission.MEMBERSHIPS_VIEW, limited=True)
@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The list of the screen, whole; written inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    names = establishment_names()
    filters = RightsFilter(request.GET, names=names)
    lines = export_rows(_asked(request, filters), names)
    response, count = spreadsheet(kind, f"droits-du-portail-{today():%Y-%m-%d}", HEADER, lines)
    what = f"{filters.in_french}, {kind.upper()}"
    record_rights_export(actor=request.access, count=count, what=what)
    return response
