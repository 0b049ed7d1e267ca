"""The arrival page: who, identity, stay, identity seen; its live fragment, its draft, its end screen."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from identities.assignments.drafts import Draft, draft_of, drop_draft, keep_draft
from identities.assignments.functions import titles_by_function
from identities.assignments.queries import assignment_at
from identities.assignments.rules import in_words
from identities.people.queries import identity_standing, returning_people
from identities.people.rules import missing_for_registration
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.shell.arrivals.fields import split_name, this_minute
from portal.shell.arrivals.forms import ArrivalForm
from portal.shell.arrivals.operations import bring_in
from portal.shell.arrivals.queries import (
    arrival_sent,
    doubles_of,
    function_choices,
    overlap_questions,
    present_choices,
    stay_to_extend,
    undecided,
    unit_choices,
)
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

FORM = "single"
# An identity is seen now, not when a draft was typed; the rest of the list is Django's own.
NOT_KEPT = {"csrfmiddlewaretoken", "document_kind", "seen_by_me", "confirmed"}
# Fields of an assignment → fields of the form.
FIELDS = {"function_code": "function", "ends_at": "end_choice", "kind": "contract", "unit_id": "unit",
          "replaced_person_id": "replaced_person", "starts_at": "starts_at", "contract": "contract"}  # fmt: skip


@requires(Permission.ARRIVAL)
def arrival(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """The page (its draft taken up again), and its sending."""
    if request.method == "POST":
        return _sent(request, establishment_id)
    draft = None if "qui" in request.GET else draft_of(request.access.actor_id, establishment_id, FORM)
    typed = dict(draft.values) if draft else {}
    searched = request.GET.get("qui", "") or _first(typed, "qui")
    form = _form(request, establishment_id, initial=_initial(typed, searched))
    return _page(request, establishment_id, form, searched, draft=draft)


@requires(Permission.ARRIVAL)
@require_GET
def arrival_search(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """Fragment: the people of the group who answer to the search, to choose among."""
    return render(request, "arrivals/_who.html", _who(request.GET.get("qui", "")))


@requires(Permission.ARRIVAL)
@require_POST
def arrival_check(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """Fragment: keeps the draft, and says what the typed identity and dates already call for."""
    saved_at = _keep(request, establishment_id)
    form = _form(request, establishment_id)
    form.is_valid()
    return render(
        request,
        "arrivals/_live.html",
        {"form": form, "doubles": doubles_of(form), "saved_at": saved_at, "is_fragment": True},
    )


@requires(Permission.ARRIVAL)
@require_POST
def arrival_draft_dropped(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    """Forgets what was typed."""
    drop_draft(user_id=request.access.actor_id, establishment_id=establishment_id, form=FORM)
    return redirect("shell:arrival", **_route(request, establishment_id))


@requires(Permission.ARRIVAL)
def arrival_done(request: TenantRequest, establishment_id: UUID, assignment_id: UUID) -> HttpResponse:
    """The end screen: what stands now, what the national registration would lack."""
    found = assignment_at(establishment_id, assignment_id)
    if found is None:
        raise Http404
    return render(
        request,
        "arrivals/done.html",
        {
            "assignment": found,
            "period": f"du {in_words(found.starts_at)} {f'au {in_words(found.ends_at)}' if found.ends_at else 'sans fin'}",
            "check": identity_standing(found.person).latest,
            "missing": missing_for_registration(found.person),
        },
    )


def _sent(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    form = _form(request, establishment_id)
    is_complete = form.is_valid()
    doubles = doubles_of(form)
    is_undecided = undecided(form, doubles)
    questions = form.questions() + overlap_questions(
        establishment_id, form.arrival, request.POST.getlist("confirmed")
    )
    to_extend = None
    if is_complete and not is_undecided and not questions and form.arrival:
        arrival = form.arrival.apart_among(one.person_id for one in doubles)
        try:
            brought = bring_in(actor=request.access, establishment_id=establishment_id, arrival=arrival)
        except DomainError as error:
            form.add_error(FIELDS.get(error.field or ""), error.french)
            to_extend = stay_to_extend(establishment_id, form.arrival)
        else:
            return _done(request, establishment_id, brought.pk)
    if sent := arrival_sent(establishment_id, form.cleaned_data.get("submission_key", "")):
        return _done(
            request, establishment_id, sent.pk
        )  # a second sending sees the first's person as a double
    _keep(request, establishment_id)
    return _page(
        request,
        establishment_id,
        form,
        request.POST.get("qui", ""),
        doubles=doubles,
        is_undecided=is_undecided,
        questions=questions,
        to_extend=to_extend,
    )


def _done(request: TenantRequest, establishment_id: UUID, assignment_id: UUID) -> HttpResponse:
    drop_draft(user_id=request.access.actor_id, establishment_id=establishment_id, form=FORM)
    return redirect("shell:arrival_done", **_route(request, establishment_id), assignment_id=assignment_id)


def _form(
    request: TenantRequest, establishment_id: UUID, initial: dict[str, Any] | None = None
) -> ArrivalForm:
    form = ArrivalForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        functions=function_choices,
        units=lambda: unit_choices(establishment_id),
        present=lambda: present_choices(establishment_id),
    )
    form.fields["function"].widget.titles = titles_by_function  # type: ignore[attr-defined]
    suggest = reverse("people:birth_places", kwargs={"group_slug": request.access.group_slug})
    form.fields["birth_place"].widget.attrs["data-suggest"] = suggest
    return form


def _initial(typed: dict[str, list[str]], searched: str) -> dict[str, Any]:
    name, first_names = _whole_names(searched)
    fresh = {
        "submission_key": str(uuid7()),
        "starts_at": this_minute(),
        "birth_name": name,
        "first_names": first_names,
    }
    return fresh | {field: values[0] for field, values in typed.items() if values and values[0]}


def _page(
    request: TenantRequest,
    establishment_id: UUID,
    form: ArrivalForm,
    searched: str,
    *,
    draft: Draft | None = None,
    **extra: Any,
) -> HttpResponse:
    chosen = form.data.get("person", "") if form.is_bound else form.initial.get("person", "")
    context = {
        "form": form,
        "draft": draft,
        "doubles": (),
        "is_undecided": False,
        "questions": (),
        "to_extend": None,
        "saved_at": None,
        "is_fragment": False,
        **_who(searched, chosen),
        **extra,
    }
    return render(request, "arrivals/arrival.html", context)


def _who(searched: str, chosen: str = "") -> dict[str, Any]:
    """The people found; nobody found, or something else chosen before: « nouvelle personne » is."""
    found = returning_people(searched) if searched.strip() else []
    known = {str(one.person_id) for one in found}
    name, first_names = _whole_names(searched)
    if chosen not in known and (chosen or (searched.strip() and not found)):
        chosen = "new"
    return {
        "searched": searched,
        "found": found,
        "chosen": chosen,
        "fresh_name": name,
        "fresh_first_names": first_names,
    }


def _whole_names(searched: str) -> tuple[str, str]:
    """Of what was searched, the words that are not a mere beginning: « martin ju » gives the name only."""
    return split_name(" ".join(word for word in searched.split() if len(word) > 2))


def _keep(request: TenantRequest, establishment_id: UUID) -> Any:
    kept = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
    return keep_draft(
        user_id=request.access.actor_id, establishment_id=establishment_id, form=FORM, values=kept
    )


def _first(typed: dict[str, list[str]], name: str) -> str:
    return next(iter(typed.get(name, ())), "")


def _route(request: TenantRequest, establishment_id: UUID) -> dict[str, Any]:
    return {"group_slug": request.access.group_slug, "establishment_id": establishment_id}
