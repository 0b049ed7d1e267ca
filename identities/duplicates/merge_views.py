"""Making one record of two, the list of merges, their undoing, and what must be ended or asked before."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.duplicates.comparison import Comparison, compare
from identities.duplicates.consequences import consequences_of_merge, consequences_of_undoing
from identities.duplicates.forms import MergeForm, UndoForm
from identities.duplicates.merge_operations import merge_pair, undo_merge
from identities.duplicates.models import Merge
from identities.duplicates.operations import propose_pair
from identities.duplicates.queries import find_merge, merges_listed
from identities.duplicates.rules import can_undo
from identities.duplicates.shown import merge_rows
from identities.duplicates.views import PAGE, SETTLE, address, seen_pair, tabs_of
from identities.people.models import Person, PersonIdentifier
from identities.people.queries import find_people
from identities.people.rows import found_rows
from identities.people.set_operations import release_identifiers
from identities.people.views import person_url, seen_person
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.memberships.doors import TenantRequest, requires

FOUND_SHOWN = 10


@requires(SETTLE)
def merge(request: TenantRequest, pair_id: UUID) -> HttpResponse:
    """Which record goes on and with which traits; then, on a second page, what will happen; then it happens."""
    found = seen_pair(pair_id)
    comparison = compare(found, request.access.group_slug)
    if not found.is_undecided or comparison.problems:
        return redirect(address(request, "pair", pair_id=pair_id))
    form = MergeForm(request.POST if request.method == "POST" else None, comparison=comparison)
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        if "sure" not in request.POST:
            return _ask(request, comparison, form)
        try:
            done = merge_pair(
                actor=request.access, pair=found, kept_id=form.kept_id,
                choices=form.chosen("trait_"), stays=form.chosen("stay_"),
            )  # fmt: skip
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"{done.absorbed_name} et {done.kept_name} ne font plus qu'une fiche.")
            return redirect(person_url(request, done.kept, None))
    context = {"comparison": comparison, "form": form, "pair_url": address(request, "pair", pair_id=pair_id)}
    return render(request, "duplicates/merge.html", context)


def _ask(request: TenantRequest, comparison: Comparison, form: MergeForm) -> HttpResponse:
    sides = {one.id: one.person for one in comparison.sides}
    kept = sides.pop(form.kept_id)
    absorbed = next(iter(sides.values()))
    context = {
        "kept": kept,
        "absorbed": absorbed,
        "consequences": list(consequences_of_merge(comparison, form)),
        "values": list(form.cleaned_data.items()),
        "merge_url": request.path,
        "pairs_url": address(request, "pairs"),
    }
    return render(request, "duplicates/confirm_merge.html", context)


@requires(SETTLE)
@require_GET
def merges(request: TenantRequest) -> HttpResponse:
    """Merges, newest first, with their undoing."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = Paginator(merges_listed(typed), PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs_of(request, "merges"),
        "page": page,
        "rows": list(merge_rows(page, request.access.group_slug)),
        "typed": typed,
    }
    return render(request, "duplicates/merges.html", context)


@requires(SETTLE)
def undo(request: TenantRequest, merge_id: UUID) -> HttpResponse:
    """What comes back and what does not, then the undoing, with its reason."""
    found = find_merge(merge_id)
    if found is None:
        raise Http404
    if not can_undo(found):
        messages.info(request, "Cette fusion est déjà défaite.")
        return redirect(address(request, "merges"))
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = undo_merge(actor=request.access, merge=found, reason=form.cleaned_data["reason"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _undone(request, done)
    context = {
        "title": f"Défaire la fusion de {found.absorbed_name}",
        "consequences": list(consequences_of_undoing(found)),
        "confirm_label": "Défaire cette fusion",
        "cancel_url": address(request, "merges"),
        "form": form,
    }
    return render(request, "components/confirm.html", context)


def _undone(request: TenantRequest, done: Merge) -> HttpResponse:
    messages.success(
        request, f"Fusion défaite : {done.absorbed_name} et {done.kept_name} ont chacune leur fiche."
    )
    for sentence in done.left:
        messages.warning(request, sentence)
    return redirect(address(request, "merges"))


@requires(SETTLE)
def end_number(request: TenantRequest, pair_id: UUID, identifier_id: UUID) -> HttpResponse:
    """Ends one of two national numbers that keep the records from being one."""
    found = seen_pair(pair_id)
    people = (found.person_id, found.other_id)
    number = PersonIdentifier.objects.filter(pk=identifier_id, person_id__in=people).first()
    if number is None:
        raise Http404
    back = address(request, "pair", pair_id=pair_id)
    columns = compare(found, request.access.group_slug).columns
    if not any(number.pk in one.endable for one in columns):
        return redirect(back)
    if request.method == "POST":
        release_identifiers(actor=request.access, identifier_ids=[number.pk])
        messages.success(
            request, f"{number} : il a pris fin aujourd'hui et reste dans l'historique de la fiche."
        )
        return redirect(back)
    context = {
        "title": f"Mettre fin au numéro {number}",
        "consequences": [
            "Le numéro prend fin aujourd'hui. Il reste sur la fiche, avec sa date de fin.",
            "Faites-le seulement si vous avez vérifié qu'il est faux, ou fermé par l'autorité qui l'a donné.",
            "S'il est relié à l'Annuaire Santé, retirez aussi ce lien depuis la fiche.",
        ],
        "confirm_label": "Mettre fin à ce numéro",
        "cancel_url": back,
    }
    return render(request, "components/confirm.html", context)


@requires(SETTLE)
def propose(request: TenantRequest, person_id: UUID) -> HttpResponse:
    """Another record to compare with this one, for somebody who knows what the matching does not see."""
    person = seen_person(person_id)
    if request.method == "POST":
        try:
            made = propose_pair(actor=request.access, person=person, other=_chosen(request))
        except DomainError as error:
            messages.error(request, error.french)
        else:
            return redirect(address(request, "pair", pair_id=made.pk))
    typed = request.GET.get("q", "").strip()
    people = [one for one in find_people(typed, limit=FOUND_SHOWN + 1) if one.pk != person.pk][:FOUND_SHOWN]
    place: dict[str, Any] = {"group_slug": request.access.group_slug}
    context = {
        "person": person,
        "person_url": person_url(request, person, None),
        "typed": typed,
        "rows": list(zip(people, found_rows(people, place), strict=True)),
    }
    return render(request, "duplicates/propose.html", context)


def _chosen(request: TenantRequest) -> Person:
    """Refuses (DomainError) what is not the id of somebody of the group."""
    try:
        found = Person.objects.filter(pk=request.POST.get("other", "")).first()
    except ValidationError:
        found = None
    if found is None:
        raise DomainError("Nobody", "Choisissez une des fiches trouvées.", "other")
    return found
