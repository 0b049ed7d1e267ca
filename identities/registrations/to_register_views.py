"""« À enregistrer »: people without a national number, what each lacks, and their requests prepared together."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from identities.assignments.lists import functions_in_use
from identities.people.models import Person
from identities.people.views import place_of
from identities.registrations.export_operations import record_export
from identities.registrations.forms import ToRegisterForm, chosen_ids
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.queries import ToRegister, lines_to_register, people_to_register
from identities.registrations.set_operations import Left, prepare_requests
from identities.registrations.states import RequestState
from identities.registrations.to_register import HEADER, export_rows, people_lacking, person_rows
from identities.registrations.views import WORK
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.tabular import TYPES, spreadsheet
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25
CHUNK = 2000
TICKED = "cocher"


def _form(request: TenantRequest) -> ToRegisterForm:
    return ToRegisterForm(request.GET, functions=functions_in_use(), sites=establishment_names())


def _people(form: ToRegisterForm) -> QuerySet[Person]:
    values = form.understood()
    return people_lacking(
        values.get("manque", ""),
        establishment_id=form.site,
        function_code=values.get("fonction", ""),
        text=values.get("q", ""),
    )


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def to_register(request: TenantRequest) -> HttpResponse:
    """Present or arriving, registered by the employer, without a number nor an open request."""
    form, place = _form(request), place_of(request, None)
    page = Paginator(_people(form), PAGE).get_page(request.GET.get("page"))
    may_edit = request.access.establishments_for(Permission.PEOPLE_EDIT) != ()
    rows = list(person_rows(lines_to_register(page), place, may_edit=may_edit))
    context = {
        "filters": form,
        "page": page,
        "rows": rows,
        "reasons": list(dict.fromkeys(one.why for one in rows if one.route)),
        "tick_url": _tick_url(request),
        "all_ticked": TICKED in request.GET,
        "routes": [("", "la voie proposée pour chacun"), *Route.choices],
        "prepare_url": address("registrations:prepare", **place),
        "may_work": request.access.establishments_for(WORK) != (),
        "exports": address("registrations:export_to_register", **place),
        "query": request.GET.urlencode(),
        "desk_url": address("registrations:desk", **place),
    }
    return render(request, "registrations/to_register.html", context)


def _tick_url(request: TenantRequest) -> str:
    """The same page with every box ticked, or none: without any script."""
    query = request.GET.copy()
    if TICKED in query:
        del query[TICKED]
    else:
        query[TICKED] = "page"
    return f"?{query.urlencode()}"


@requires(WORK, limited=True)
@require_POST
def prepare(request: TenantRequest) -> HttpResponse:
    """A request for each person ticked, by the chosen route; then to what may leave. A second click finds them open."""
    slug = request.access.group_slug
    chosen = chosen_ids(request.POST, "personne")
    if not chosen:
        messages.warning(request, "Personne n'est coché : cochez les personnes à enregistrer.")
        return redirect("registrations:to_register", slug)
    created: list[RegistrationRequest] = []
    refused: list[Left] = []
    with transaction.atomic():
        for route, person_ids in _by_route(chosen, request.POST.get("voie", "")):
            done = prepare_requests(actor=request.access, person_ids=person_ids, route=route)
            created += done.created
            refused += done.refused
    _tell(request, created, refused)
    if len(chosen) == 1 and created:  # from the person's own page, or one box
        return redirect("registrations:request", slug, created[0].pk)
    if any(one.state == RequestState.READY and one.route == Route.PSI for one in created):
        return redirect("registrations:send", slug)
    return redirect("registrations:desk" if created else "registrations:to_register", slug)


def _tell(request: TenantRequest, created: list[RegistrationRequest], refused: list[Left]) -> None:
    """How many are ready, how many lack something, and why the others were left aside."""
    if created:
        ready = sum(one.state == RequestState.READY for one in created)
        said = _counted(len(created), "demande préparée", "demandes préparées")
        messages.success(
            request,
            f"{said} : {_counted(ready, 'prête', 'prêtes')}, {len(created) - ready} à compléter.",
        )
    for reason, count in Counter(one.french for one in refused).most_common(5):
        messages.warning(
            request, f"{_counted(count, 'personne laissée de côté', 'personnes laissées de côté')} : {reason}"
        )


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {several if count > 1 else one}"


def _by_route(person_ids: list[UUID], asked: str) -> Iterator[tuple[str, list[UUID]]]:
    """Who goes by which route: the one that was chosen, or the one that the function of each proposes."""
    if asked in Route.values:
        yield asked, person_ids
        return
    found: dict[str, list[UUID]] = defaultdict(list)
    for line in lines_to_register(people_to_register().filter(pk__in=person_ids)):
        found[line.routes.proposed or Route.PORTAL].append(line.person.pk)
    yield from found.items()
    known = {one for ids in found.values() for one in ids}
    left = [one for one in person_ids if one not in known]
    if left:  # prepared, numbered or gone since the list was shown: the operation says which
        yield Route.PSI, left


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def export(request: TenantRequest) -> HttpResponse:
    """The list of the screen, whole, as filtered; written inside the door, then journalled."""
    kind = request.GET.get("format", "csv")
    if kind not in TYPES:
        raise Http404
    form = _form(request)
    rows = export_rows(_lines(_people(form)))
    response, count = spreadsheet(kind, f"a-enregistrer-{today():%Y-%m-%d}", HEADER, rows)
    what = ", ".join(["personnes à enregistrer", *form.said(), kind.upper()])
    record_export(actor=request.access, establishment_id=form.site, count=count, what=what)
    return response


def _lines(people: QuerySet[Person]) -> Iterator[ToRegister]:
    listed = list(people)
    for start in range(0, len(listed), CHUNK):
        yield from lines_to_register(listed[start : start + CHUNK])
