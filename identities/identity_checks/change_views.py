"""The change of a verified identity: asked for with a new check, then confirmed, refused or withdrawn."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from identities.identity_checks.forms import NewCheckForm, RefusalForm
from identities.identity_checks.models import TraitChange
from identities.identity_checks.operations import ask_change, confirm_change, refuse_change, withdraw_change
from identities.identity_checks.queries import change_of, waiting_change_of
from identities.identity_checks.rules import can_decide
from identities.identity_checks.shown import how_checked, trait_rows
from identities.identity_checks.states import ChangeState
from identities.people.check_rules import holding_check
from identities.people.forms import IdentityForm
from identities.people.models import Person
from identities.people.traits import Sighting
from identities.people.views import person_url, place_of, seen_person
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

KEPT = "Le changement attend la confirmation d'une seconde personne. Les coordonnées sont enregistrées."


@requires(Permission.PEOPLE_EDIT, limited=True)
def ask(request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """The same form as for anybody, and the new check that a change of civil trait needs."""
    person = seen_person(person_id)
    choices_url = reverse("people:birth_places", kwargs={"group_slug": request.access.group_slug})
    waiting = waiting_change_of(person)
    if request.method == "POST":
        form, check = IdentityForm(request.POST, choices_url=choices_url), NewCheckForm(request.POST)
        if all([form.is_valid(), check.is_valid()]) and _asked(
            request, person, form, check, establishment_id
        ):
            return redirect(person_url(request, person, establishment_id))
    else:
        form, check = IdentityForm.of(person, choices_url=choices_url), NewCheckForm()
    context = {
        "person": person,
        "person_url": person_url(request, person, establishment_id),
        "form": form,
        "check": check,
        "holding": holding_check(person),
        "waiting": waiting,
        "waiting_url": _url(request, waiting, establishment_id) if waiting else "",
    }
    return render(request, "identity_checks/ask_change.html", context)


def _asked(
    request: TenantRequest,
    person: Person,
    form: IdentityForm,
    check: NewCheckForm,
    establishment_id: UUID | None,
) -> bool:
    """Whether it is kept; else the refusal stands at its field."""
    typed = {name: value or "" for name, value in check.cleaned_data.items()}
    sighting = Sighting(typed["method"], typed["document_kind"] or "none", typed["remote_means"])
    try:
        change = ask_change(
            actor=request.access,
            person=person,
            traits=form.traits,  # type: ignore[arg-type]
            sighting=sighting,
            establishment_id=establishment_id,
        )
    except DomainError as error:
        where = check if error.field in check.fields else form
        add_refusal(where, error)
        return False
    for warning in form.warnings:
        messages.warning(request, warning)
    messages.success(
        request, KEPT if change else f"L'identité {of_name(person.display_name)} est enregistrée."
    )
    return True


@requires(Permission.IDENTITY_CONFIRM, limited=True)
def change(
    request: TenantRequest, person_id: UUID, trait_change_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """What was asked, and the buttons of whoever looks: confirm and refuse, or withdraw."""
    found = change_of(person_id, trait_change_id)
    if found is None:
        raise Http404
    form = RefusalForm(request.POST if "refuse" in request.POST else None)
    if request.method == "POST" and _settled(request, found, form):
        return redirect(person_url(request, found.person, establishment_id))
    context = {
        "change": found,
        "traits": trait_rows(found),
        "how": how_checked(found),
        "form": form,
        "is_waiting": found.state == ChangeState.WAITING,
        "may_decide": can_decide(found, request.access),
        "is_mine": found.asked_by == request.access.actor_id,
        "person_url": person_url(request, found.person, establishment_id),
    }
    return render(request, "identity_checks/change.html", context)


def _settled(request: TenantRequest, found: TraitChange, form: RefusalForm) -> bool:
    try:
        if "confirm" in request.POST:
            confirm_change(actor=request.access, change=found)
            messages.success(request, "Le nouvel état civil est enregistré, et l'identité reste vérifiée.")
        elif "withdraw" in request.POST:
            withdraw_change(actor=request.access, change=found)
            messages.success(request, "Votre demande est retirée : l'état civil n'a pas changé.")
        elif form.is_valid():
            refuse_change(actor=request.access, change=found, reason=form.cleaned_data["reason"])
            messages.success(request, "Le changement est refusé : l'état civil n'a pas changé.")
        else:
            return False
    except DomainError as error:
        messages.error(request, error.french)
        found.refresh_from_db()
        return False
    return True


def _url(request: TenantRequest, found: TraitChange, establishment_id: UUID | None) -> str:
    place: dict[str, Any] = place_of(request, establishment_id)
    ids = {"person_id": found.person_id, "trait_change_id": found.pk}
    return reverse("identity_checks:change", kwargs=place | ids)
