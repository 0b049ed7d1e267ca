"""The batch arrival page: paste, correct in place, decide on doubles, create all together."""

import io
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.assignments.queries import functions_offered, submitted_together
from portal.foundation.errors import DomainError
from portal.foundation.tabular import TYPES, write_csv
from portal.shell.arrivals.batch import (
    Batch,
    batch_of,
    correct,
    drop_batch,
    keep_batch,
    read_batch,
    start_batch,
)
from portal.shell.arrivals.operations import ArrivalRefusedError, bring_in_together
from portal.shell.arrivals.pasted import COLUMNS, EXAMPLE, NOTES, read_pasted
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


@requires(Permission.ARRIVAL)
def batch(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """The paste, then its table, then what it created (`?envoi=` the key of the batch)."""
    found = batch_of(request.access.actor_id, establishment_id)
    action = request.POST.get("action", "")
    if request.method != "POST":
        if key := request.GET.get("envoi", "").replace("\x00", ""):
            return _created(request, key)
        return _table(request, read_batch(found)) if found else _paste(request)
    if action == "paste":
        return _pasted(request, establishment_id)
    if found is None or found.key != request.POST.get("key"):
        return _back(request, establishment_id, request.POST.get("key", ""))
    if action == "clear":
        drop_batch(request.access.actor_id, establishment_id)
        return _back(request, establishment_id)
    return _corrected(request, establishment_id, found, action)


@requires(Permission.ARRIVAL)
@require_GET
def batch_template(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """The columns in the announced order, and one fictitious line."""
    stream = io.BytesIO()
    write_csv(stream, list(COLUMNS.values()), [EXAMPLE])
    headers = {"Content-Disposition": 'attachment; filename="modele-arrivees.csv"'}
    return HttpResponse(stream.getvalue(), content_type=TYPES["csv"], headers=headers)


def _pasted(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    text = request.POST.get("pasted", "")
    try:
        start_batch(request.access.actor_id, establishment_id, read_pasted(text))
    except DomainError as error:
        return _paste(request, text, error.french)
    return _back(request, establishment_id)


def _corrected(request: TenantRequest, establishment_id: UUID, found: Batch, action: str) -> HttpResponse:
    correct(found, request.POST)
    verb, _, number = action.partition("-")
    if verb == "remove":
        found.lines = [one for one in found.lines if str(one.number) != number]
        for rank, line in enumerate(found.lines):
            line.rank = rank
    for line in found.lines:
        if verb == "edit" and str(line.number) == number:
            line.opened = list(COLUMNS)
    read_batch(found)
    refusal = _create(request, establishment_id, found) if verb == "create" else ""
    if refusal is None:
        return _back(request, establishment_id, found.key)
    keep_batch(request.access.actor_id, establishment_id, found)
    if not found.lines:
        return _back(request, establishment_id)
    return _table(request, found, refusal)


def _create(request: TenantRequest, establishment_id: UUID, found: Batch) -> str | None:
    """None once all are created; else why not, in French, and the line at fault marked."""
    if not found.is_ready:
        return "Rien n'a été créé : corrigez ou décidez les lignes signalées, puis recommencez."
    if (found.has_warnings or found.has_documents) and not request.POST.get("confirmed"):
        return "Rien n'a été créé : cochez la confirmation au-dessus du bouton."
    try:
        arrivals = [line.arrival() for line in found.lines]
        bring_in_together(actor=request.access, establishment_id=establishment_id, arrivals=arrivals)
    except ArrivalRefusedError as error:
        line = found.lines[error.rank]
        line.problems["function" if error.field == "function_code" else "start"] = error.french
        line.opened = [*line.opened, "start", "end", "function"]
        return f"Rien n'a été créé : la ligne {line.number} est refusée. {error.french}"
    drop_batch(request.access.actor_id, establishment_id)
    return None


def _paste(request: TenantRequest, text: str = "", error: str = "") -> HttpResponse:
    columns = [
        (label, cell, NOTES.get(name, ""))
        for (name, label), cell in zip(COLUMNS.items(), EXAMPLE, strict=True)
    ]
    return render(request, "arrivals/batch.html", {"pasted": text, "error": error, "columns": columns})


def _table(request: TenantRequest, found: Batch, refusal: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "batch": found,
        "functions": functions_offered() if any("function" in one.opened for one in found.lines) else (),
        "refusal": refusal,
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "arrivals/_lines.html" if fragment else "arrivals/batch_lines.html", context)


def _created(request: TenantRequest, key: str) -> HttpResponse:
    return render(request, "arrivals/batch_done.html", {"created": list(submitted_together(f"{key}-"))})


def _back(request: TenantRequest, establishment_id: UUID, key: str = "") -> HttpResponseRedirect:
    route = {"group_slug": request.access.group_slug, "establishment_id": establishment_id}
    address = reverse("shell:arrival_batch", kwargs=route)
    return redirect(f"{address}?envoi={key}" if key else address)
