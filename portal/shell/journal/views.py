"""The journal of a group, on screen and as a spreadsheet. Reading it leaves a line in it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.foundation.clock import today
from portal.foundation.tabular import spreadsheet
from portal.journal.operations import act_label, record_export, record_reading
from portal.journal.queries import Cursor, acts_seen, lines_of_group, matching
from portal.shell.journal.forms import JournalFilterForm
from portal.shell.journal.lines import HEADER, export_rows, shown
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

EXPORT_LIMIT = 100_000  # lines: about 30 MB, and what a spreadsheet still opens


def _form(request: TenantRequest) -> JournalFilterForm:
    acts = {code: act_label(code) for code in acts_seen()}
    in_order = dict(sorted(acts.items(), key=lambda pair: pair[1]))
    return JournalFilterForm(request.GET, acts=in_order, sites=establishment_names())


@requires(Permission.JOURNAL_VIEW)
def lines(request: TenantRequest) -> HttpResponse:
    """One page, newest first."""
    form = _form(request)
    filters = form.filters()
    page = lines_of_group(filters, before=Cursor.read(request.GET.get("avant", "")))
    record_reading(actor=request.access, filters=filters, described=form.in_french())
    query = {name: value for name, value in request.GET.items() if value and name != "avant"}
    context = {
        "filters": form,
        "lines": shown(page.lines, establishment_names()),
        "older": f"?{urlencode({**query, 'avant': str(page.older)})}" if page.older else "",
        "newest": f"?{urlencode(query)}" if "avant" in request.GET else "",
        "export_url": f"{reverse('journal:export', args=[request.access.group_slug])}?{urlencode(query)}",
        "may_export": request.access.holds(Permission.JOURNAL_EXPORT),
    }
    return render(request, "journal/lines.html", context)


@requires(Permission.JOURNAL_EXPORT)
def export(request: TenantRequest) -> HttpResponse:
    """The lines of the screen, all of them. Beyond the limit, sends back to the screen with what to do."""
    form = _form(request)
    filters = form.filters()
    rows = matching(filters)
    if rows[: EXPORT_LIMIT + 1].count() > EXPORT_LIMIT:
        limit = f"{EXPORT_LIMIT:,}".replace(",", " ")
        messages.error(
            request,
            f"L'export dépasse {limit} lignes : resserrez les dates, puis exportez en plusieurs fois.",
        )
        return redirect(
            f"{reverse('journal:lines', args=[request.access.group_slug])}?{request.GET.urlencode()}"
        )
    found = export_rows(rows.iterator(chunk_size=2000), establishment_names())
    response, count = spreadsheet("csv", f"journal-{today():%Y-%m-%d}", HEADER, found)
    record_export(actor=request.access, filters=filters, described=form.in_french(), count=count)
    return response
