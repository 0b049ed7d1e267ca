"""Decisions on links: many at once from the list, or one from a person's page; and the matching of the whole group."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from identities.national_directory.forms import LinkList, LinksForm, NumberForm, ReasonForm
from identities.national_directory.link_lists import LinkFilter, links_listed, numbers_proposed
from identities.national_directory.matching import directory_candidates
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.operations import link_person, refuse_link
from identities.national_directory.set_operations import Decided, confirm_links, propose_links, refuse_links
from identities.national_directory.states import LinkState
from identities.national_directory.views import address
from identities.people.models import Person
from identities.people.views import person_url, seen_person
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

LINK = Permission.DIRECTORY_LINK
CONFIRM, REFUSE = "confirm", "refuse"
SHOWN = 50  # of those about to be decided
MANY_LEFT = 5  # reasons told one by one


@requires(LINK)
@require_POST
def match(request: TenantRequest) -> HttpResponse:
    """Compares the whole group with the loaded files, now."""
    found = propose_links(actor=request.access)
    linked = _many(found.linked, "lien automatique", "liens automatiques")
    proposed = _many(found.proposed, "proposition nouvelle", "propositions nouvelles")
    messages.success(request, f"Rapprochement terminé : {linked}, {proposed}.")
    return redirect(_to_confirm(request) if found.proposed else address(request, "home"))


@requires(LINK, limited=True)
@require_POST
def decide(request: TenantRequest) -> HttpResponse:
    """One proposal is linked by its own button, since that may be taken back; the rest is confirmed on a page first."""
    decision, rows = _chosen(request)
    if not rows:
        messages.info(request, "Cochez au moins une proposition qui attend encore une décision.")
        return redirect(_to_confirm(request))
    if decision == REFUSE:
        return _refuse(request, rows)
    if not {"sure", "confirm_one"} & set(request.POST):
        return _ask(request, rows, decision)
    try:
        _tell(request, confirm_links(actor=request.access, link_ids=[one.pk for one in rows]))
    except DomainError as error:
        messages.error(request, error.french)
    return redirect(_to_confirm(request))


def _chosen(request: TenantRequest) -> tuple[str, list[DirectoryLink]]:
    """The decision, and the proposals that wait for it: one by its button, those ticked, or all that are not doubtful."""
    posted = request.POST
    if posted.get("decision") == "confirm_all":
        rows = links_listed(LinksForm(posted, sites=establishment_names()).asked())
        numbers = numbers_proposed(rows.values("person_id"))
        return CONFIRM, [one for one in rows if numbers.get(one.person_id) == 1]
    decision, texts = posted.get("decision", CONFIRM), ",".join(posted.getlist("links")).split(",")
    for name in (CONFIRM, REFUSE):
        if posted.get(f"{name}_one"):
            decision, texts = name, [posted[f"{name}_one"]]
    rows = links_listed(LinkFilter(state=LinkState.PROPOSED)).filter(pk__in=_uuids(texts))
    return REFUSE if decision == REFUSE else CONFIRM, list(rows)


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for one in texts:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


def _refuse(request: TenantRequest, rows: list[DirectoryLink]) -> HttpResponse:
    form = ReasonForm(request.POST if "sure" in request.POST else None)
    if not form.is_valid():
        return _ask(request, rows, REFUSE, form)
    reason = form.cleaned_data["reason"]
    try:
        _tell(request, refuse_links(actor=request.access, link_ids=[one.pk for one in rows], reason=reason))
    except DomainError as error:
        add_refusal(form, error)
        return _ask(request, rows, REFUSE, form)
    return redirect(_to_confirm(request))


def _ask(
    request: TenantRequest, rows: list[DirectoryLink], decision: str, form: ReasonForm | None = None
) -> HttpResponse:
    context = {
        "rows": rows[:SHOWN],
        "count": len(rows),
        "more": max(0, len(rows) - SHOWN),
        "links": ",".join(str(one.pk) for one in rows),
        "decision": decision,
        "form": form,
        "back_url": _to_confirm(request),
    }
    return render(request, "national_directory/decide.html", context)


def _tell(request: TenantRequest, decided: Decided) -> None:
    if decided.done:
        messages.success(request, f"{_many(decided.done, 'proposition décidée', 'propositions décidées')}.")
    for sentence in decided.left[:MANY_LEFT]:
        messages.warning(request, f"Laissée à confirmer : {sentence}")
    if len(decided.left) > MANY_LEFT:
        more = len(decided.left) - MANY_LEFT
        messages.warning(request, f"{more} autres sont laissées à confirmer, pour les mêmes raisons.")


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {several if count > 1 else one}"


def _to_confirm(request: TenantRequest) -> str:
    return f"{address(request, 'links')}?liste={LinkList.TO_CONFIRM}"


@requires(LINK, limited=True)
def link(request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """A number typed, or that of a candidate of the person's page."""
    person = seen_person(person_id)
    form = NumberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["rpps"].replace(" ", "")
        try:
            done = link_person(
                actor=request.access, person=person, rpps=number, source=_source(person, number)
            )
        except DomainError as error:
            form.add_error("rpps", error.french)
        else:
            messages.success(request, f"{person} est désormais reliée au numéro RPPS {done.rpps}.")
            return redirect(person_url(request, person, establishment_id))
    return _page(request, "national_directory/link.html", person, establishment_id, form=form)


def _source(person: Person, number: str) -> LinkSource:
    found = {one.entry.number: one.source for one in directory_candidates(person)}
    return found.get(number, LinkSource.TYPED)


@requires(LINK, limited=True)
def refuse(request: TenantRequest, person_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """The number named by `?rpps=` is not that person's; a link with it ends."""
    person = seen_person(person_id)
    number = request.GET.get("rpps", "")
    if not number:
        return redirect(person_url(request, person, establishment_id))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            refuse_link(actor=request.access, person=person, rpps=number, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.french)
        else:
            messages.success(
                request, f"Le numéro RPPS {number} est écarté : il ne sera plus proposé pour cette personne."
            )
            return redirect(person_url(request, person, establishment_id))
    return _page(
        request, "national_directory/refuse.html", person, establishment_id, form=form, number=number
    )


def _page(
    request: TenantRequest, template: str, person: Person, establishment_id: UUID | None, **context: Any
) -> HttpResponse:
    url = person_url(request, person, establishment_id)
    return render(request, template, {"person": person, "person_url": url, **context})
