"""The change of a verified identity: asked for with a new check, then confirmed, refused or withdrawn."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from identities.identity_checks.forms import NewCheckForm, RefusalForm
from identities.identity_checks.models import TraitChange
from identities.identity_checks.on_person_page import url_of_change
from identities.identity_checks.operations import ask_change, confirm_change, refuse_change, withdraw_change
from identities.identity_checks.queries import change_of, waiting_change_of
from identities.identity_checks.rules import NO_ATTESTING, can_decide, check_asker
from identities.identity_checks.shown import how_checked, trait_rows
from identities.identity_checks.states import ChangeState
from identities.people.check_rules import holding_check
from identities.people.forms import IdentityForm, says_what_changed
from identities.people.models import Person
from identities.people.queries import is_seen_at
from identities.people.traits import PersonTraits, Sighting
from identities.people.views import person_url, place_of, seen_person
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

KEPT = "Le changement attend la confirmation d'une seconde personne. Les coordonnées sont enregistrées."


@requires(Permission.PEOPLE_EDIT, limited=True)
def ask(request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """The same form as for anybody, and the new check that a change of civil trait needs, of who may attest one."""
    person = seen_person(person_id)
    may_attest = _may_attest(request, person)
    choices_url = reverse("people:birth_places", kwargs={"group_slug": request.access.group_slug})
    waiting = waiting_change_of(person)
    if request.method == "POST":
        form = IdentityForm(request.POST, choices_url=choices_url)
        check = NewCheckForm(request.POST) if may_attest else None
        are_valid = [form.is_valid(), check is None or check.is_valid()]
        if all(are_valid) and _asked(request, person, form, check, establishment_id):
            return redirect(person_url(request, person, establishment_id))
    else:
        form, check = IdentityForm.of(person, choices_url=choices_url), NewCheckForm() if may_attest else None
    context = {
        "person": person,
        "person_url": person_url(request, person, establishment_id),
        "form": form,
        "check": check,
        "holding": holding_check(person),
        "waiting": waiting,
        "waiting_url": url_of_change(request, waiting, establishment_id) if waiting else "",
        "no_attesting": NO_ATTESTING,
        "mark": PersonTraits.of(person).mark,
    }
    return render(request, "identity_checks/ask_change.html", context)


def _may_attest(request: TenantRequest, person: Person) -> bool:
    """Whether this user may attest the identity of that person: here, or at one of their sites."""
    if request.access.establishment_id or request.access.holds(Permission.IDENTITY_CHECK):
        return request.access.holds(Permission.IDENTITY_CHECK)
    return is_seen_at(person.pk, request.access.establishments_for(Permission.IDENTITY_CHECK) or ())


def _asked(
    request: TenantRequest,
    person: Person,
    form: IdentityForm,
    check: NewCheckForm | None,
    establishment_id: UUID | None,
) -> bool:
    """Whether it is kept; else the refusal stands at its field."""
    if says_what_changed(form, person, request.POST.get("mark", "")):
        return False
    try:
        change = ask_change(
            actor=request.access,
            person=person,
            traits=form.traits,  # type: ignore[arg-type]
            sighting=_sighting(check) if check else None,
            establishment_id=establishment_id,
        )
    except DomainError as error:
        add_refusal(check if check and error.field in check.fields else form, error)
        return False
    for warning in form.warnings:
        messages.warning(request, warning)
    messages.success(
        request, KEPT if change else f"L'identité {of_name(person.display_name)} est enregistrée."
    )
    return True


def _sighting(check: NewCheckForm) -> Sighting:
    typed = {name: value or "" for name, value in check.cleaned_data.items()}
    return Sighting(typed["method"], typed["document_kind"] or "none", typed["remote_means"])


def _seen_change(person_id: UUID, trait_change_id: UUID) -> TraitChange:
    """Refuses (404) a change of elsewhere, or of somebody else."""
    found = change_of(person_id, trait_change_id)
    if found is None:
        raise Http404
    return found


@requires(Permission.IDENTITY_CONFIRM, limited=True)
def change(
    request: TenantRequest, person_id: UUID, trait_change_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """What was asked, and the buttons of whoever looks: confirm and refuse, or withdraw."""
    found = _seen_change(person_id, trait_change_id)
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
        "withdraw_url": _withdraw_url(request, found, establishment_id),
        "person_url": person_url(request, found.person, establishment_id),
    }
    return render(request, "identity_checks/change.html", context)


def _settled(request: TenantRequest, found: TraitChange, form: RefusalForm) -> bool:
    try:
        if "confirm" in request.POST:
            confirm_change(actor=request.access, change=found)
            messages.success(request, "Le nouvel état civil est enregistré, et l'identité reste vérifiée.")
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


@requires(Permission.PEOPLE_EDIT, limited=True)
def withdraw(
    request: TenantRequest, person_id: UUID, trait_change_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """By who asked, who may hold no right to confirm: what was asked, and one button."""
    found = _seen_change(person_id, trait_change_id)
    back = person_url(request, found.person, establishment_id)
    try:
        check_asker(found, request.access)
        if request.method == "POST":
            withdraw_change(actor=request.access, change=found)
    except DomainError as error:
        messages.info(request, error.french)
        return redirect(back)
    if request.method == "POST":
        messages.success(request, "Votre demande est retirée : l'état civil n'a pas changé.")
        return redirect(back)
    asked = [
        f"{label[:1].upper()}{label[1:]} : {before} → {after}." for label, before, after in trait_rows(found)
    ]
    context = {
        "title": f"Retirer la demande de changement {of_name(found.person.display_name)}",
        "consequences": [*asked, "Rien de cela ne sera écrit. Vous pourrez faire une autre demande."],
        "confirm_label": "Retirer ma demande",
        "cancel_url": back,
    }
    return render(request, "components/confirm.html", context)


def _withdraw_url(request: TenantRequest, found: TraitChange, establishment_id: UUID | None) -> str:
    ids = {"person_id": found.person_id, "trait_change_id": found.pk}
    return reverse("identity_checks:withdraw", kwargs=place_of(request, establishment_id) | ids)
