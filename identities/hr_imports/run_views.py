"""One import on screen: its columns, its dry run, what it asks, its application and its undoing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from identities.hr_imports import operations
from identities.hr_imports.forms import ColumnsForm, ReasonForm, UnknownForm
from identities.hr_imports.models import Line, Outcome, Run
from identities.hr_imports.progress import progress_of
from identities.hr_imports.queries import find_run, lines_of, refused_rows, sites_of
from identities.hr_imports.rules import UNDO_FOR, can_abandon, can_apply, can_undo
from identities.hr_imports.shown import COUNT_WORDS, STATUS, figures, shown_line
from identities.hr_imports.states import AT_WORK, RunState, SiteState
from identities.hr_imports.views import IMPORT, address, go
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.tabular import spreadsheet
from portal.journal.queries import lines_about
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 50
_ROUTES = ("columns", "lines", "refused", "unknown", "doubles", "apply", "undo", "abandon", "retry")
_SITE_STATUS = {
    SiteState.WAITING: "info", SiteState.APPLIED: "ok", SiteState.FAILED: "danger", SiteState.UNDONE: "neutral",
    SiteState.KEPT: "danger",
}  # fmt: skip


def seen_run(run_id: UUID) -> Run:
    """Refuses (404) an import of elsewhere."""
    found = find_run(run_id)
    if found is None:
        raise Http404
    return found


def _posted(request: TenantRequest) -> Any:
    """What was posted, though it be nothing: an empty form is an answer too."""
    return request.POST if request.method == "POST" else None


def context_of(request: TenantRequest, found: Run, **more: Any) -> dict[str, Any]:
    urls = {name: address(request, name, run_id=found.pk) for name in _ROUTES}
    urls |= {"run": address(request, "run", run_id=found.pk), "sources": address(request, "sources")}
    return {"run": found, "status": STATUS[RunState(found.state)], "urls": urls, **more}


@requires(IMPORT)
@require_GET
def run(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """Where the import stands, and what can be done next. While it is at work, htmx asks for the progress alone."""
    found = seen_run(run_id)
    is_at_work = found.state in AT_WORK
    by_htmx = request.headers.get("HX-Request") == "true"
    context = context_of(request, found, progress=progress_of(run_id), is_at_work=is_at_work)
    if by_htmx and is_at_work:
        return render(request, "hr_imports/_progress.html", context)
    lines_url = context["urls"]["lines"]
    context |= {
        "figures": [(label, count, f"{lines_url}?resultat={key}") for key, label, count in figures(found)],
        "sites": [(one, _SITE_STATUS[SiteState(one.state)]) for one in sites_of(found)],
        "has_refused_sites": sites_of(found).filter(state=SiteState.FAILED).exists(),
        "kept": [shown_line(one) for one in lines_of(found).exclude(note="")[:PAGE]],
        "may_apply": can_apply(found),
        "may_undo": can_undo(found),
        "may_abandon": can_abandon(found),
        "may_force": request.access.holds(Permission.HR_IMPORT_FORCE),
        "undo_until": found.applied_at + UNDO_FOR if found.applied_at else None,
        "lines": lines_about(run_id),
    }
    response = render(request, "hr_imports/run.html", context)
    if by_htmx:
        response.headers["HX-Refresh"] = "true"
    return response


@requires(IMPORT)
def columns(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """Which title of the file is which column; confirmed, the dry run starts."""
    found = seen_run(run_id)
    if not can_abandon(found):
        return go(request, "run", run_id=run_id)
    form = ColumnsForm(_posted(request), run=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.start_check(actor=request.access, run=found, mapping=form.mapping)
        except DomainError as error:
            form.add_error(None, error.french)
        else:
            return go(request, "run", run_id=run_id)
    return render(request, "hr_imports/columns.html", context_of(request, found, form=form))


@requires(IMPORT)
@require_GET
def lines(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """The lines of one outcome (`?resultat=`), page by page."""
    found = seen_run(run_id)
    asked = request.GET.get("resultat", "")
    outcome = asked if asked in COUNT_WORDS else ""
    page = Paginator(lines_of(found, outcome), PAGE).get_page(request.GET.get("page"))
    title = COUNT_WORDS[Outcome(outcome)] if outcome else "Toutes les lignes qui changent quelque chose"
    context = context_of(
        request, found, page=page, rows=[shown_line(one) for one in page], outcome=outcome, list_title=title
    )
    return render(request, "hr_imports/lines.html", context)


@requires(IMPORT)
@require_GET
def refused(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """The refused lines with the columns of the file and the reason, as CSV."""
    header, rows = refused_rows(seen_run(run_id))
    response, _ = spreadsheet("csv", "lignes-refusees", header, rows)
    return response


@requires(IMPORT)
def unknown(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """Sites and functions that nobody knows yet: told once, remembered, and the file is checked again."""
    found = seen_run(run_id)
    form = UnknownForm(_posted(request), run=found)
    if request.method == "POST" and form.is_valid() and form.told:
        try:
            _tell(request, found, form)
            operations.start_check(actor=request.access, run=found)
        except DomainError as error:
            form.add_error(None, error.french)
        else:
            return go(request, "run", run_id=run_id)
    elif request.method == "POST" and form.is_valid():
        form.add_error(None, "Choisissez au moins une correspondance, ou revenez à l'import.")
    return render(request, "hr_imports/unknown.html", context_of(request, found, form=form))


def _tell(request: TenantRequest, found: Run, form: UnknownForm) -> None:
    for kind, text, chosen in form.told:
        if kind == "site":
            operations.tell_site(
                actor=request.access, source=found.source, text=text, establishment_id=UUID(chosen)
            )
        else:
            operations.tell_function(actor=request.access, title=text, function_code=chosen)


@requires(IMPORT)
def doubles(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """New people who look like somebody known: the same person, or another."""
    found = seen_run(run_id)
    rows = lines_of(found, Outcome.DOUBLE)
    if request.method == "POST":
        number, _, chosen = request.POST.get("decision", "").partition(" ")
        line = rows.filter(number=int(number)).first() if number.isascii() and number.isdigit() else None
        try:
            if line is None:
                raise DomainError(
                    "No such line", "Cette ligne n'attend plus de décision : rechargez la page."
                )
            person_id = None if chosen == "new" else _uuid(chosen)
            operations.decide_double(actor=request.access, run=found, line=line, person_id=person_id)
        except DomainError as error:
            messages.error(request, error.french)
        return go(request, "run", run_id=run_id)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(one, _traits_words(one)) for one in page]
    return render(request, "hr_imports/doubles.html", context_of(request, found, page=page, rows=shown))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise DomainError("Not an id", "Choisissez une des personnes proposées.") from error


def _traits_words(line: Line) -> str:
    values = line.values or {}
    born = "/".join(reversed(values.get("birth_date", "").split("-")))
    return f"{' '.join(values.get('first_names', []))}, né(e) le {born}"


@requires(IMPORT)
def apply(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """Confirms the application; a guarded import asks for its reason."""
    found = seen_run(run_id)
    if not can_apply(found):
        return go(request, "run", run_id=run_id)
    form = ReasonForm(_posted(request), run=found)
    may_force = request.access.holds(Permission.HR_IMPORT_FORCE)
    if request.method == "POST" and form.is_valid():
        try:
            operations.apply_run(
                actor=request.access, run=found, reason=form.cleaned_data["reason"], may_force=may_force
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            return go(request, "run", run_id=run_id)
    context = context_of(
        request, found, form=form, may_force=may_force, figures=[row[1:] for row in figures(found)]
    )
    return render(request, "hr_imports/apply.html", context)


@requires(IMPORT)
def undo(request: TenantRequest, run_id: UUID) -> HttpResponse:
    """Confirms the undoing."""
    found = seen_run(run_id)
    if request.method == "POST":
        return _done(request, found, operations.undo_run)
    if not can_undo(found):
        return go(request, "run", run_id=run_id)
    consequences = [
        "Les affectations terminées par cet import reprennent à la minute de leur fin.",
        "Les affectations créées par cet import sont annulées ; les personnes créées restent, sans affectation.",
        "Les modifications sont remises à leur état d'avant. Ce qui a changé depuis n'est pas touché, et vous est montré.",
    ]
    context = {
        "title": f"Annuler l'import « {found.file_name} »",
        "consequences": consequences,
        "confirm_label": "Annuler cet import",
        "cancel_url": address(request, "run", run_id=run_id),
    }
    return render(request, "components/confirm.html", context)


@requires(IMPORT)
@require_POST
def abandon(request: TenantRequest, run_id: UUID) -> HttpResponse:
    return _done(request, seen_run(run_id), operations.abandon_run)


@requires(IMPORT)
@require_POST
def retry(request: TenantRequest, run_id: UUID) -> HttpResponse:
    return _done(request, seen_run(run_id), operations.retry_sites)


def _done(request: TenantRequest, found: Run, operation: Any) -> HttpResponse:
    try:
        operation(actor=request.access, run=found)
    except DomainError as error:
        messages.error(request, error.french)
    return go(request, "run", run_id=found.pk)
