"""A site's own page, in plain words: who waits for a number, what is to be mended there, who has no request yet."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from identities.people.views import place_of
from identities.registrations.desk import DeskFilter, desk_counts, requests_on_desk
from identities.registrations.queries import lines_to_register, people_to_register
from identities.registrations.shown import request_rows
from identities.registrations.site_lists import LISTS, WITHOUT
from identities.registrations.to_register import person_rows
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25


@requires(Permission.REGISTRATION_VIEW)
@require_GET
def of_site(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """One list at a time, with how many each holds."""
    asked = request.GET.get("liste", "")
    counts = desk_counts(DeskFilter(establishment_id))
    without = people_to_register(establishment_id=establishment_id)
    totals = {name: _total(counts, one.states) for name, one in LISTS.items()} | {WITHOUT: without.count()}
    chosen = asked if asked in totals else next((name for name in LISTS if totals[name]), WITHOUT)
    place = place_of(request, establishment_id)
    context: dict[str, Any] = {
        "tabs": [
            {"url": f"?liste={name}", "label": label, "count": totals[name], "current": name == chosen}
            for name, label in [
                *((name, one.label) for name, one in LISTS.items()),
                (WITHOUT, "Sans demande"),
            ]
        ],
        "chosen": chosen,
        "help": LISTS[chosen].help if chosen in LISTS else "",
    }
    if chosen == WITHOUT:
        people = Paginator(without, PAGE).get_page(request.GET.get("page"))
        may_edit = request.access.holds(Permission.PEOPLE_EDIT)
        lines = list(person_rows(lines_to_register(people), place, may_edit=may_edit))
        context |= {"page": people, "people": lines}
    else:
        rows = requests_on_desk(DeskFilter(establishment_id, LISTS[chosen].states))
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": list(request_rows(page, place))}
    return render(request, "registrations/of_site.html", context)


def _total(counts: dict[str, int], states: Iterable[str]) -> int:
    return sum(counts[one] for one in states)
