"""Data quality of a group, or of the sites that this person follows: figures, and the list behind each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.people.models import Person
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from portal.shell.data_quality.figures import OF_SITES, Quality, gaps_of, people_with, quality, said, work_of
from portal.shell.data_quality.forms import GapFilters
from portal.shell.data_quality.gaps import GAPS, Gap
from portal.shell.data_quality.operations import record_quality_export
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
HEADER = ("Nom de naissance", "Nom d'usage", "Prénoms", "Affectations", "À compléter ou à vérifier")
CHUNK = 500


@dataclass(frozen=True)
class Figure:
    """One gap on the page: how many people, out of how many, and the list of them."""

    gap: Gap
    count: int
    share: str
    url: str


def _gaps(request: TenantRequest) -> tuple[Gap, ...]:
    return GAPS if request.access.holds(Permission.QUALITY_VIEW) else OF_SITES


@requires(Permission.QUALITY_VIEW, limited=True)
@require_GET
def overview(request: TenantRequest) -> HttpResponse:
    """Every figure opens its list; the sites below, the column chosen sorted on."""
    found = quality(of_group=request.access.holds(Permission.QUALITY_VIEW))
    column = request.GET.get("tri", "")
    codes = [one.code for one in OF_SITES]
    sites = found.sites
    if column.removeprefix("-") in {*codes, "presents"}:
        name = column.removeprefix("-")
        sites = sorted(
            sites,
            key=lambda one: one.people if name == "presents" else one.counts[name],
            reverse=column.startswith("-"),
        )
    list_url = reverse("data_quality:people", args=[request.access.group_slug])
    context = {
        "families": list(_families(request, found, list_url)),
        "people": found.people,
        "records": found.records,
        "columns": OF_SITES,
        "rows": [
            (one, [(gap, one.counts[gap.code], f"{list_url}?manque={gap.code}&etablissement={one.id}") for gap in OF_SITES])
            for one in sites
        ],
    }  # fmt: skip
    return render(request, "shell/data_quality.html", context)


def _families(request: TenantRequest, found: Quality, list_url: str) -> Iterator[tuple[str, list[Figure]]]:
    for family, gaps in groupby(_gaps(request), key=lambda one: one.family):
        yield (
            family,
            [
                Figure(
                    one,
                    found.counts[one.code],
                    _share(
                        found.counts[one.code], (found.records or 0) if one.of_everybody else found.people
                    ),
                    f"{list_url}?manque={one.code}",
                )
                for one in gaps
            ],
        )


def _share(count: int, total: int) -> str:
    """« 14 % »; « moins de 1 % » and « plus de 99 % » when it is neither nobody nor everybody."""
    percent = 100 * count / total if total else 0
    if 0 < percent < 1:
        return "moins de 1\u00a0%"
    return "plus de 99\u00a0%" if 99 < percent < 100 else f"{percent:.0f}\u00a0%"


def _filters(request: TenantRequest) -> GapFilters:
    return GapFilters(request.GET, gaps=_gaps(request), sites=establishment_names())


def _listed(filters: GapFilters, sites: tuple[UUID, ...] | None = None) -> QuerySet[Person]:
    """`sites`: those that an export is limited to."""
    chosen = filters.site
    if chosen is not None:
        sites = (chosen,) if sites is None or chosen in sites else ()
    return people_with(filters.gap, sites=sites)


@requires(Permission.QUALITY_VIEW, limited=True)
@require_GET
def people(request: TenantRequest) -> HttpResponse:
    """Who is behind a figure: where they work, and all that is missing about each."""
    filters = _filters(request)
    page = Paginator(_listed(filters), PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    work = work_of(shown)
    slug = request.access.group_slug
    context = {
        "filters": filters,
        "gap": filters.gap,
        "page": page,
        "rows": [
            (
                one.display_name,
                address("shell:person", group_slug=slug, person_id=one.pk),
                work.get(one.pk, []),
                said(gaps_of(one)),
            )
            for one in shown
        ],
        "exports": reverse("data_quality:export", args=[slug]) if _exportable(request) != () else "",
        "query": request.GET.urlencode(),
    }
    return render(request, "shell/data_quality_people.html", context)


def _exportable(request: TenantRequest) -> tuple[UUID, ...] | None:
    """The sites whose people may be exported; None: all of them."""
    return request.access.establishments_for(Permission.PEOPLE_EXPORT)


@requires(Permission.QUALITY_VIEW, limited=True)
@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The list of the screen, whole, for those who may export people; written inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    sites = _exportable(request)
    if sites == ():
        raise PermissionDenied
    filters = _filters(request)
    rows = _lines(_listed(filters, sites))
    response, count = spreadsheet(kind, f"qualite-{filters.gap.code}-{today():%Y-%m-%d}", HEADER, rows)
    record_quality_export(actor=request.access, count=count, what=f"{filters.in_french}, {kind.upper()}")
    return response


def _lines(listed: QuerySet[Person]) -> Iterator[list[Any]]:
    everybody = list(listed)
    for start in range(0, len(everybody), CHUNK):
        some = everybody[start : start + CHUNK]
        work = work_of(some)
        for one in some:
            yield [
                one.birth_name,
                one.usage_name,
                " ".join(one.first_names),
                " ; ".join(work.get(one.pk, [])),
                said(gaps_of(one)),
            ]
