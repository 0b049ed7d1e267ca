"""Home pages, and the pages that surround sign-in."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.assignments.queries import site_figures
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from portal.shell.forms import GroupFilters
from portal.shell.homes import (
    TABLE_HEADER,
    destinations,
    group_lines,
    group_rows,
    site_lines,
    sorted_rows,
    table_lines,
    totals,
)
from portal.shell.operations import record_table_export
from portal.shell.templatetags.shell import sorted_by
from tenants.memberships.doors import TenantRequest, public, requires, signed_in
from tenants.memberships.models import User
from tenants.memberships.permissions import Permission
from tenants.memberships.queries import waiting_rights


class AccountRequest(HttpRequest):
    """A request that came through `signed_in`."""

    user: User


@signed_in("sends each account to its own home page")
@require_GET
def home(request: AccountRequest) -> HttpResponse:
    """The only page an account may land on, else the list of them; the operator has a page of their own."""
    pages = [page for one in destinations(request.user) for page in one.pages]
    if len(pages) == 1:
        return redirect(pages[0])
    if not pages and request.user.is_operator:
        return redirect("operator:groups")
    return redirect("shell:choose_group")


@signed_in("the list of one's own groups and establishments")
@require_GET
def choose_group(request: AccountRequest) -> HttpResponse:
    context = {"destinations": destinations(request.user), "waiting": waiting_rights(request.user)}
    return render(request, "shell/choose_group.html", context)


@public("what to do when one cannot sign in")
@require_GET
def sign_in_help(request: HttpRequest) -> HttpResponse:
    return render(request, "shell/sign_in_help.html")


@requires(Permission.GROUP_HOME, limited=True)
@require_GET
def group_home(request: TenantRequest) -> HttpResponse:
    """One row per establishment, sorted and filtered, what waits for a person above."""
    rows = group_rows(request.access)
    filters = GroupFilters(request.GET, rows=rows)
    kept = sorted_rows(filters.kept(), *sorted_by(request))
    context = {
        "rows": kept,
        "filters": filters,
        "totals": totals(kept),
        "every": len(rows),
        "todo": group_lines(request.access, rows),
        "today": today(),
        "exports": reverse("shell:group_table", args=[request.access.group_slug]),
        "query": request.GET.urlencode(),
    }
    return render(request, "shell/group_home.html", context)


@requires(Permission.GROUP_HOME, limited=True)
@require_GET
def group_table(request: TenantRequest) -> HttpResponse:
    """The table of that page, as filtered and sorted; written inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    filters = GroupFilters(request.GET, rows=group_rows(request.access))
    kept = sorted_rows(filters.kept(), *sorted_by(request))
    name = f"tableau-du-groupe-{today():%Y-%m-%d}"
    response, count = spreadsheet(kind, name, TABLE_HEADER, table_lines(kept))
    record_table_export(actor=request.access, count=count, what=f"{filters.in_french}, {kind.upper()}")
    return response


@requires(Permission.SITE_HOME)
@require_GET
def site_home(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """What the site has to do, then its big buttons."""
    context = {
        "name": request.access.establishment_name,
        "figures": site_figures()[establishment_id],
        "todo": site_lines(request.access, establishment_id),
        "can_arrive": request.access.holds(Permission.ARRIVAL),
        "can_leave": request.access.holds(Permission.DEPARTURE),
        "can_list": request.access.holds(Permission.PEOPLE_VIEW),
        "today": today(),
    }
    return render(request, "shell/site_home.html", context)
