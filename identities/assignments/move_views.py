"""Changing somebody's site, function or service, and undoing it before it takes effect."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from identities.assignments.models import Assignment
from identities.assignments.move_forms import MoveForm
from identities.assignments.move_operations import move_assignment, undo_move
from identities.assignments.move_rules import check_can_move
from identities.assignments.queries import assignment_seen, changes_of, halves_of_move
from identities.assignments.rules import can_move, in_words, is_moving
from identities.assignments.states import AssignmentState
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


def _found(assignment_id: UUID) -> Assignment:
    """Behind the wall of the sites where this person may end or extend a stay."""
    assignment = assignment_seen(assignment_id)
    if assignment is None:
        raise Http404
    return assignment


def _back(request: TenantRequest, assignment: Assignment) -> str:
    """Where this person came from (`?next=`), else the page of the person at that site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    place = [request.access.group_slug, assignment.establishment_id, assignment.person_id]
    return reverse("shell:person", args=place)


@requires(Permission.DEPARTURE, limited=True)
def move(request: TenantRequest, assignment_id: UUID) -> HttpResponse:
    """One form: where to, from when. Between the sites where this person may end and extend stays."""
    assignment = _found(assignment_id)
    sites = establishment_names(request.access.establishments_for(Permission.DEPARTURE))
    form = MoveForm(request.POST or None, assignment=assignment, sites=sites)
    if request.method == "POST":
        if not can_move(assignment):
            return _already(request, assignment)
        if form.is_valid():
            try:
                return _moved(request, assignment, form)
            except DomainError as error:
                assignment = _found(assignment_id)
                if not can_move(assignment):
                    return _already(request, assignment)
                add_refusal(form, error)
    context = {
        "assignment": assignment,
        "form": form,
        "refusal": _refusal(assignment),
        "starts": in_words(assignment.starts_at),
        "ends": in_words(assignment.ends_at) if assignment.ends_at else "",
        "back": _back(request, assignment),
    }
    return render(request, "assignments/move.html", context)


def _refusal(assignment: Assignment) -> str:
    """Why this affectation cannot change now; empty when it can."""
    try:
        check_can_move(assignment, None)
    except DomainError as error:
        return error.french
    return ""


def _moved(request: TenantRequest, assignment: Assignment, form: MoveForm) -> HttpResponse:
    back = _back(request, assignment)
    new = move_assignment(
        actor=request.access, assignment=assignment, to=form.destination(), at=form.asked_at()
    )
    name = assignment.person.display_name
    place = f"{new.function.label} ({new.establishment.name})"
    if new.state == AssignmentState.RUNNING:
        messages.success(request, f"{name} : désormais {place}.")
    else:
        when = in_words(new.starts_at)
        messages.success(
            request, f"{name} : {place} à partir du {when}. Vous pouvez annuler ce changement d'ici là."
        )
    return redirect(back)


def _already(request: TenantRequest, assignment: Assignment) -> HttpResponse:
    """A second click finds the change made; another person is told who did it."""
    last = changes_of(assignment).first()
    if last is not None and last.by_id != request.access.actor_id:
        messages.info(
            request, f"{last.by_name} vient de modifier cette affectation : vérifiez où elle en est."
        )
    return redirect(_back(request, assignment))


@requires(Permission.DEPARTURE, limited=True)
def undo(request: TenantRequest, assignment_id: UUID) -> HttpResponse:
    """After a confirmation: the new affectation will not begin, the old one goes on."""
    assignment = _found(assignment_id)
    back = _back(request, assignment)
    if request.method == "POST":
        try:
            kept = undo_move(actor=request.access, assignment=assignment)
        except DomainError as error:
            messages.info(request, error.french)
        else:
            name = kept.person.display_name
            messages.success(request, f"Changement annulé : {name} reste {kept.function.label}.")
        return redirect(back)
    old, new = halves_of_move(assignment)
    if not is_moving(assignment) or old is None or new is None:
        return redirect(back)
    context = {
        "title": f"Annuler le changement d'affectation de {old.person.display_name}",
        "consequences": [
            f"{new.function.label} ({new.establishment.name}), à partir du {in_words(new.starts_at)} : n'aura pas lieu.",
            f"{old.function.label} ({old.establishment.name}) : continue comme avant.",
        ],
        "confirm_label": "Annuler le changement",
        "cancel_url": back,
        "danger": False,
    }
    return render(request, "components/confirm.html", context)
