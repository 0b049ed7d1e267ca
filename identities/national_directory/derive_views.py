"""« Créer depuis l'Annuaire Santé »: a number, its entry, then the record."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from identities.national_directory.deriving import Found, derive_person, found_by_number
from identities.national_directory.forms import BirthNameForm, NumberForm
from identities.national_directory.queries import freshness
from identities.national_directory.views import urls_of
from identities.people.views import person_url
from portal.foundation.addresses import address
from portal.foundation.errors import DomainError
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


@requires(Permission.DIRECTORY_LINK)
def derive(request: TenantRequest) -> HttpResponse:
    """GET with `?rpps=` shows the entry, and who of the group holds it or looks like it; POST makes the record."""
    asked = request.POST if request.method == "POST" else request.GET
    number = NumberForm(asked if "rpps" in asked else None)
    found = _found(number)
    if found is None or found.holder is not None:
        return _page(request, number, found)
    posted = request.POST if request.method == "POST" else None
    form = BirthNameForm(posted, has_doubles=bool(found.doubles), initial={"rpps": found.entry.number})
    if form.is_valid():
        try:
            person = derive_person(
                actor=request.access, rpps=found.entry.number, birth_name=form.cleaned_data["birth_name"]
            )
        except DomainError as error:
            form.add_error("birth_name" if error.field != "rpps" else None, error.french)
        else:
            messages.success(request, "La fiche est créée et reliée. Son identité civile reste à vérifier.")
            return redirect(person_url(request, person, None))
    return _page(request, number, found, form)


def _found(number: NumberForm) -> Found | None:
    if not number.is_valid():
        return None
    try:
        return found_by_number(number.cleaned_data["rpps"].replace(" ", ""))
    except DomainError as error:
        number.add_error("rpps", error.french)
        return None


def _page(
    request: TenantRequest, number: NumberForm, found: Found | None, form: BirthNameForm | None = None
) -> HttpResponse:
    slug = request.access.group_slug
    doubles = found.doubles if found else ()
    context = {
        "number": number,
        "form": form or number,
        "found": found,
        "asks_number": form is None,
        "file": freshness()[0],
        "doubles": [
            (one, address("shell:person", group_slug=slug, person_id=one.person_id)) for one in doubles
        ],
        "holder_url": person_url(request, found.holder, None) if found and found.holder else "",
        "urls": urls_of(request),
    }
    return render(request, "national_directory/derive.html", context)
