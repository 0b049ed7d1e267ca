"""Home pages, and the pages that surround sign-in."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.assignments.queries import site_figures, todo_for_site
from portal.foundation.clock import today
from portal.shell.forms import GroupFilters
from portal.shell.homes import destinations, group_lines, group_rows, site_line, sorted_rows, totals
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
    }
    return render(request, "shell/group_home.html", context)


@requires(Permission.SITE_HOME)
@require_GET
def site_home(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """What the site has to do, then its big buttons."""
    context = {
        "name": request.access.establishment_name,
        "figures": site_figures()[establishment_id],
        "todo": [site_line(request.access, one) for one in todo_for_site(establishment_id)],
        "can_arrive": request.access.holds(Permission.ARRIVAL),
        "can_leave": request.access.holds(Permission.DEPARTURE),
        "can_list": request.access.holds(Permission.PEOPLE_VIEW),
        "today": today(),
    }
    return render(request, "shell/site_home.html", context)
