"""Who is here now, on paper: for the evacuation folder, or a day without network."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from identities.assignments.queries import people_at
from portal.foundation.clock import now
from portal.foundation.pdf import PdfUnavailableError, pdf_response
from portal.journal.operations import Act, record
from tenants.groups.models import Establishment
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

SHEET_PRINTED = Act(
    "presence_sheet_printed", "{actor} a imprimé la liste des présents de « {site} » : {count} lignes."
)


@requires(Permission.PEOPLE_EXPORT)
def presence_sheet(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    establishment = get_object_or_404(Establishment, pk=establishment_id)
    rows = list(people_at(establishment_id))
    context = {"establishment": establishment, "rows": rows, "at": now(), "by": request.access.actor_name}
    try:
        response = pdf_response(f"presents-{establishment.finess}.pdf", "shell/presence_sheet.html", context)
    except PdfUnavailableError as error:
        messages.error(request, error.french)
        return redirect("shell:site_home", request.access.group_slug, establishment_id)
    record(
        request.access, SHEET_PRINTED, object_kind="establishment", object_id=establishment_id,
        establishment_id=establishment_id, site=establishment.name, count=len(rows),
    )  # fmt: skip
    return response
