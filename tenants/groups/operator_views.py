"""The platform operator's pages: the customers, and a new one from its EJ numbers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.groups.finess_queries import ProposedEntity, propose_entities
from tenants.groups.operations import create_group
from tenants.groups.operator_forms import CustomerSearchForm, NewGroupForm, NumbersForm
from tenants.groups.queries import customers
from tenants.memberships.doors import operator_only
from tenants.memberships.queries import administrators_by_group


@operator_only
def groups(request: HttpRequest) -> HttpResponse:
    """The customers, by name or by date; no tenant data."""
    search = CustomerSearchForm(request.GET)
    typed = search.cleaned_data["q"] if search.is_valid() else ""
    found = customers(typed, request.GET.get("tri", "name"))
    administrators = administrators_by_group([one.id for one in found])
    lines = [(one, administrators.get(one.id, 0)) for one in found]
    return render(request, "groups/operator_groups.html", {"lines": lines, "search": search})


@operator_only
def new_group(request: HttpRequest) -> HttpResponse:
    """First the numbers (GET), then the sites, the name and the administrators (POST): one page per step."""
    typed = request.POST or request.GET
    numbers_form = NumbersForm(typed if "numbers" in typed else None)
    entities = _proposed(numbers_form)
    if not entities:
        return render(request, "groups/operator_numbers.html", {"form": numbers_form})
    form = NewGroupForm(request.POST or None, entities=entities, initial=_initial(entities))
    if request.method == "POST" and form.is_valid():
        created = _created(request, numbers_form, form)
        if created is not None:
            return created
    page = {"form": form, "entities": entities, "numbers": "\n".join(numbers_form.cleaned_data["numbers"])}
    return render(request, "groups/operator_new_group.html", page)


def _proposed(form: NumbersForm) -> list[ProposedEntity]:
    """Empty when the numbers are still to be typed or corrected; the form then says why."""
    if not form.is_valid():
        return []
    try:
        return propose_entities(form.cleaned_data["numbers"])
    except DomainError as error:
        form.add_error("numbers", error.french)
        return []


def _initial(entities: list[ProposedEntity]) -> dict[str, object]:
    return {
        "name": entities[0].name if entities[0].name_known else "",
        "sites": [site.national.finess for entity in entities for site in entity.sites],
    }


def _created(request: HttpRequest, numbers: NumbersForm, form: NewGroupForm) -> HttpResponse | None:
    """The page with both links, shown this once; None when a rule refused (the form says why)."""
    try:
        created = create_group(
            actor=request.user,  # type: ignore[arg-type]
            name=form.cleaned_data["name"],
            slug=form.cleaned_data["slug"],
            legal_entities=numbers.cleaned_data["numbers"],
            sites=form.cleaned_data["sites"],
            recipients=form.recipients,
        )
    except DomainError as error:
        add_refusal(form, error)
        return None
    invitations = list(zip(form.recipients, created.links, strict=True))
    return render(request, "groups/operator_created.html", {"created": created, "invitations": invitations})
