"""Departure, extension, and their undoing: one rule, one operation, then what happened in plain words."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from identities.assignments.forms import DepartureForm, ExtensionForm
from identities.assignments.lists import PeopleFilter
from identities.assignments.models import Assignment
from identities.assignments.operations import (
    cancel_assignment,
    cancel_departure,
    end_assignment,
    extend_assignment,
)
from identities.assignments.queries import assignment_at, changes_of, is_cancelled, people_at
from identities.assignments.rows import rows_shown
from identities.assignments.rules import (
    can_cancel,
    can_cancel_departure,
    can_end,
    can_extend,
    in_words,
    offered_extensions,
)
from identities.assignments.states import AssignmentState
from portal.foundation.errors import DomainError
from portal.foundation.forms import FIRST_YEAR, LAST_YEAR, add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


def _found(establishment_id: UUID, assignment_id: UUID) -> Assignment:
    assignment = assignment_at(establishment_id, assignment_id)
    if assignment is None:
        raise Http404
    return assignment


def _back(request: TenantRequest, establishment_id: UUID) -> str:
    """Where this person came from (`?next=`), else the site's departures."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("assignments:departures", args=[request.access.group_slug, establishment_id])


def _address(request: TenantRequest, name: str, assignment: Assignment) -> str:
    arguments = [request.access.group_slug, assignment.establishment_id, assignment.pk]
    return reverse(f"assignments:{name}", args=arguments)


def _words(assignment: Assignment) -> dict[str, str]:
    return {
        "starts": in_words(assignment.starts_at),
        "ends": in_words(assignment.ends_at) if assignment.ends_at else "",
        "stay": "mission" if assignment.kind == "mission" else "affectation",
    }


@requires(Permission.DEPARTURE)
def departures(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """Everybody present, the next to leave first, found by a few letters."""
    text = request.GET.get("q", "").strip()[:100]
    present = people_at(establishment_id, PeopleFilter(text=text, order="fin"))
    rows = list(rows_shown(present, request.access.group_slug, lambda site: True))
    return render(request, "assignments/departures.html", {"rows": rows, "text": text})


@requires(Permission.DEPARTURE)
def depart(request: TenantRequest, establishment_id: UUID, assignment_id: UUID) -> HttpResponse:
    """Asks when and why, ends or schedules, then shows what happened."""
    assignment = _found(establishment_id, assignment_id)
    form = DepartureForm(request.POST or None, assignment=assignment)
    if request.method == "POST":
        if not can_end(assignment):
            return _already(request, assignment)
        if form.is_valid():
            try:
                return _departed(request, assignment, form)
            except DomainError as error:
                assignment = _found(establishment_id, assignment_id)
                if not can_end(assignment):
                    return _already(request, assignment)
                add_refusal(form, error)
    context = {
        "assignment": assignment,
        "form": form,
        "can_end": can_end(assignment),
        "can_cancel": can_cancel(assignment),
        "is_scheduled": can_cancel_departure(assignment),
        "last_change": changes_of(assignment).first(),
        "back": _back(request, establishment_id),
        **_words(assignment),
    }
    return render(request, "assignments/depart.html", context)


def _departed(request: TenantRequest, assignment: Assignment, form: DepartureForm) -> HttpResponse:
    at = form.asked_at()
    end_assignment(actor=request.access, assignment=assignment, reason=form.cleaned_data["reason"], at=at)
    if assignment.state == AssignmentState.ENDED:
        return redirect(f"{_address(request, 'depart', assignment)}?{request.GET.urlencode()}".rstrip("?"))
    name = assignment.person.display_name
    messages.success(
        request,
        f"Départ {of_name(name)} programmé le {_words(assignment)['ends']}. Vous pouvez l'annuler d'ici là.",
    )
    return redirect(_back(request, assignment.establishment_id))


def _already(request: TenantRequest, assignment: Assignment) -> HttpResponse:
    """A second click finds the work done; another person is told who did it."""
    last = changes_of(assignment).first()
    if last is not None and last.by_id != request.access.actor_id:
        messages.info(request, f"{last.by_name} vient de le faire avant vous : il n'y a plus rien à faire.")
    return redirect(_address(request, "depart", assignment))


def _tapped(request: TenantRequest) -> datetime | None:
    """The usual end that was tapped; None when there is none, or one that this page never offers."""
    try:
        found = parse_datetime(request.POST.get("chosen", ""))
    except ValueError:
        return None
    is_ours = found is not None and found.tzinfo is not None and FIRST_YEAR <= found.year <= LAST_YEAR
    return found if is_ours else None


@requires(Permission.DEPARTURE)
def extend(request: TenantRequest, establishment_id: UUID, assignment_id: UUID) -> HttpResponse:
    """One tap on a usual end, or another date."""
    assignment = _found(establishment_id, assignment_id)
    wanted = _tapped(request)
    form = ExtensionForm(request.POST if request.method == "POST" and wanted is None else None)
    if request.method == "POST":
        wanted = wanted or (form.cleaned_data["ends_at"] if form.is_valid() else None)
        if wanted is not None:
            try:
                return _extended(request, assignment, wanted)
            except DomainError as error:
                assignment = _found(establishment_id, assignment_id)
                if assignment.ends_at == wanted:
                    return _extended(request, assignment, wanted)
                form = form if form.is_bound else ExtensionForm({"ends_at": in_words(wanted)})
                form.is_valid()
                form.add_error("ends_at", error.french)
    context = {
        "assignment": assignment,
        "form": form,
        "can_extend": can_extend(assignment),
        "choices": [
            (one.label, end.isoformat(), in_words(end)) for one, end in offered_extensions(assignment)
        ],
        "back": _back(request, establishment_id),
        **_words(assignment),
    }
    return render(request, "assignments/extend.html", context)


def _extended(request: TenantRequest, assignment: Assignment, wanted: datetime) -> HttpResponse:
    """A second click asks for the end that is already there: nothing more to do."""
    if wanted != assignment.ends_at:
        extend_assignment(actor=request.access, assignment=assignment, ends_at=wanted)
    messages.success(request, f"{assignment.person.display_name} : fin repoussée au {in_words(wanted)}.")
    return redirect(_back(request, assignment.establishment_id))


@requires(Permission.DEPARTURE)
@require_POST
def undo_departure(request: TenantRequest, establishment_id: UUID, assignment_id: UUID) -> HttpResponse:
    """A return before the end: one tap."""
    assignment = _found(establishment_id, assignment_id)
    try:
        cancel_departure(actor=request.access, assignment=assignment)
    except DomainError as error:
        messages.info(request, error.french)
    else:
        end = f"se termine le {in_words(assignment.ends_at)}" if assignment.ends_at else "est sans fin"
        messages.success(request, f"Départ de {assignment.person.display_name} annulé : sa présence {end}.")
    return redirect(_back(request, establishment_id))


@requires(Permission.DEPARTURE)
def cancel(request: TenantRequest, establishment_id: UUID, assignment_id: UUID) -> HttpResponse:
    """Cancels an arrival that has not happened, after a confirmation: it cannot be undone."""
    if request.method == "POST" and is_cancelled(establishment_id, assignment_id):
        messages.info(request, "Cette arrivée a déjà été annulée : il n'y a plus rien à faire.")
        return redirect(_back(request, establishment_id))
    assignment = _found(establishment_id, assignment_id)
    if request.method == "POST":
        try:
            cancel_assignment(actor=request.access, assignment=assignment)
        except DomainError as error:
            messages.info(request, error.french)
        else:
            messages.success(request, f"Arrivée de {assignment.person.display_name} annulée.")
        return redirect(_back(request, establishment_id))
    if not can_cancel(assignment):
        return redirect(_address(request, "depart", assignment))
    context = {
        "title": f"Annuler l'arrivée de {assignment.person.display_name}",
        "consequences": [
            f"{assignment.function.label}, prévue le {in_words(assignment.starts_at)}.",
            "L'annulation est définitive : pour un autre jour, faites une nouvelle arrivée.",
        ],
        "confirm_label": "Annuler cette arrivée",
        "cancel_url": _back(request, establishment_id),
    }
    return render(request, "components/confirm.html", context)
