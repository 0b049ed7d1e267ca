"""Search, birth place choices, and the edits of one person: each view is one rule, one operation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from identities.people.birth_places import birth_places
from identities.people.check_rules import holding_check
from identities.people.forms import IdentifierForm, IdentityCheckForm, IdentityForm, says_what_changed
from identities.people.models import Person
from identities.people.operations import add_identifier, record_identity_check, update_traits
from identities.people.queries import find_people, find_person, identity_standing
from identities.people.rows import found_rows
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

RESULTS_SHOWN = 25


@requires(Permission.PEOPLE_VIEW, limited=True)
@require_GET
def search(request: TenantRequest, establishment_id: UUID | None = None) -> HttpResponse:
    """The whole page, or its results alone to htmx. One answer is still a list: nobody is opened by mistake."""
    typed = request.GET.get("q", "").strip()
    people = find_people(typed, limit=RESULTS_SHOWN + 1)
    place = place_of(request, establishment_id)
    context = {
        "typed": typed,
        "rows": list(found_rows(people[:RESULTS_SHOWN], place)),
        "has_more": len(people) > RESULTS_SHOWN,
        "shown": RESULTS_SHOWN,
        "place": place,
    }
    return render(request, "people/_results.html" if request.htmx else "people/search.html", context)  # type: ignore[attr-defined]


@requires(Permission.PEOPLE_VIEW, limited=True)
@require_GET
def birth_place_choices(request: TenantRequest) -> HttpResponse:
    """The suggestions of a birth place field, as the options of its list; `q`, or the field's own name, is the text."""
    typed = request.GET.get("q", "") or str(next(iter(request.GET.values()), ""))
    return render(request, "people/_birth_places.html", {"places": birth_places(typed)})


@requires(Permission.PEOPLE_EDIT, limited=True)
def edit_identity(
    request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """Writes at once; the civil traits of a verified identity are asked for on their own page."""
    person = seen_person(person_id)
    if request.method != "POST" and holding_check(person):
        place = place_of(request, establishment_id)
        return redirect(reverse("identity_checks:ask_change", kwargs=place | {"person_id": person.pk}))
    choices_url = reverse("people:birth_places", kwargs={"group_slug": request.access.group_slug})
    if request.method != "POST":
        form = IdentityForm.of(person, choices_url=choices_url)
    else:
        form = IdentityForm(request.POST, choices_url=choices_url)
        if form.is_valid() and form.traits is not None and _updated(request, person, form):
            return redirect(person_url(request, person, establishment_id))
    mark = PersonTraits.of(person).mark
    return _page(request, "people/edit_identity.html", person, establishment_id, form=form, mark=mark)


def _updated(request: TenantRequest, person: Person, form: IdentityForm) -> bool:
    if says_what_changed(form, person, request.POST.get("mark", "")):
        return False
    try:
        update_traits(actor=request.access, person=person, traits=form.traits)  # type: ignore[arg-type]
    except DomainError as error:  # verified meanwhile
        form.add_error(None, error.french)
        return False
    for warning in form.warnings:
        messages.warning(request, warning)
    messages.success(request, f"L'identité {of_name(person.display_name)} est enregistrée.")
    return True


@requires(Permission.PEOPLE_EDIT, limited=True)
def new_identifier(
    request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    person = seen_person(person_id)
    form = IdentifierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            identifier = add_identifier(actor=request.access, person=person, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"{identifier} : ajouté.")
            return redirect(person_url(request, person, establishment_id))
    return _page(request, "people/new_identifier.html", person, establishment_id, form=form)


@requires(Permission.IDENTITY_CHECK, limited=True)
def check_identity(
    request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    person = seen_person(person_id)
    form = IdentityCheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_identity_check(
                actor=request.access, person=person, establishment_id=establishment_id, **form.cleaned_data
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, "Le contrôle d'identité est enregistré, à votre nom et à cette heure.")
            return redirect(person_url(request, person, establishment_id))
    standing = identity_standing(person)
    return _page(
        request, "people/check_identity.html", person, establishment_id, form=form, standing=standing
    )


def seen_person(person_id: UUID) -> Person:
    """Somebody of this door, or 404: nothing tells a stranger from a person of another site."""
    try:
        return find_person(person_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def place_of(request: TenantRequest, establishment_id: UUID | None) -> dict[str, Any]:
    """The arguments of the routes of the current place, group or site."""
    place: dict[str, Any] = {"group_slug": request.access.group_slug}
    return place | {"establishment_id": establishment_id} if establishment_id else place


def person_url(request: TenantRequest, person: Person, establishment_id: UUID | None) -> str:
    return reverse("shell:person", kwargs=place_of(request, establishment_id) | {"person_id": person.pk})


def _page(
    request: TenantRequest, template: str, person: Person, establishment_id: UUID | None, **context: Any
) -> HttpResponse:
    return render(
        request,
        template,
        {"person": person, "person_url": person_url(request, person, establishment_id), **context},
    )
