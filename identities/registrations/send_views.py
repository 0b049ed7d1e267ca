"""Sending what is ready: chosen, counted and confirmed by a person, then followed until the last answer."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from identities.people.views import place_of
from identities.psi.queries import leave_to_send
from identities.registrations.desk import DeskFilter, desk_counts, requests_on_desk
from identities.registrations.forms import MOST_AT_ONCE, ChosenForm, chosen_ids
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.queries import batch_progress, requests_of_batch
from identities.registrations.set_operations import Queued, queue_requests
from identities.registrations.shown import counted_state, request_rows
from identities.registrations.states import RequestState
from identities.registrations.views import WORK
from portal.foundation.addresses import address
from portal.foundation.errors import DomainError
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

READY = (RequestState.READY.value,)
SITES_NAMED = 10
NEVER = "Les professionnels qu'un ordre ou une ARS enregistre ne sont jamais proposés : ils n'ont pas de demande ici."


@requires(WORK, limited=True)
def send(request: TenantRequest) -> HttpResponse:
    """Three steps at one address: the ready ones with a box each, what would leave, and the sending itself."""
    asked = request.POST if request.method == "POST" else request.GET
    chosen = chosen_ids(asked, "demande")
    ready = _ready(chosen)
    if request.method == "POST" and "confirm" in request.POST:
        return _sent(request, chosen)
    if "demande" in asked and ready:
        return _confirmation(request, chosen, ready)
    if request.method == "POST":
        messages.warning(request, "Aucune demande cochée : cochez celles qui doivent partir.")
    return _choice(request)


def _ready(chosen: list[UUID] | None) -> list[RegistrationRequest]:
    """Of these, or of all when None, those that may leave by API PSI; the oldest first, at most `MOST_AT_ONCE`."""
    rows = requests_on_desk(DeskFilter(states=READY, route=Route.PSI))
    if chosen is not None:
        rows = rows.filter(pk__in=chosen)
    return list(rows[:MOST_AT_ONCE])


def _choice(request: TenantRequest) -> HttpResponse:
    ready = _ready(None)
    by_psi = desk_counts(DeskFilter(route=Route.PSI))
    context = {
        "rows": list(request_rows(ready, place_of(request, None))),
        "stopped": leave_to_send().why,
        "has_more": by_psi[RequestState.READY] > len(ready),
        "most": MOST_AT_ONCE,
        "left_out": _left_out(request, by_psi),
        "never": NEVER,
        "desk_url": address("registrations:desk", group_slug=request.access.group_slug),
        "to_register_url": address("registrations:to_register", group_slug=request.access.group_slug),
    }
    return render(request, "registrations/send.html", context)


def _left_out(request: TenantRequest, by_psi: dict[str, int]) -> list[tuple[str, str]]:
    """What does not leave from here and why, each with the list that shows it."""
    desk = address("registrations:desk", group_slug=request.access.group_slug)
    by_hand = desk_counts(DeskFilter())[RequestState.READY] - by_psi[RequestState.READY]
    return [
        (sentence, f"{desk}?{query}")
        for count, sentence, query in (
            (
                by_psi[RequestState.DRAFT],
                _counted(by_psi[RequestState.DRAFT], "à compléter d'abord"),
                "etat=draft&voie=psi",
            ),
            (
                by_psi[RequestState.NEEDS_CORRECTION],
                _counted(by_psi[RequestState.NEEDS_CORRECTION], "à corriger d'abord"),
                "etat=correction&voie=psi",
            ),
            (
                by_hand,
                _counted(by_hand, "par une autre voie : portail RPPS+ ou auto-enregistrement"),
                "etat=ready",
            ),
        )
        if count
    ]


def _counted(count: int, rest: str) -> str:
    return f"{count} demande{'s' * (count > 1)} {rest}"


def _confirmation(
    request: TenantRequest, chosen: list[UUID], ready: list[RegistrationRequest]
) -> HttpResponse:
    sites = Counter(one.establishment.name for one in ready)
    said = [f"{name} ({count})" for name, count in sites.most_common(SITES_NAMED)]
    rest = len(sites) - len(said)
    left = len(chosen) - len(ready)
    consequences = [
        f"{_counted(len(ready), 'partira' if len(ready) == 1 else 'partiront')} vers Pro Santé Identité (ANS) :"
        f" {', '.join(said)}{f' et {rest} autres sites' if rest > 0 else ''}.",
        "L'état civil et les coordonnées de chaque personne sont copiés tels qu'ils sont maintenant, et envoyés.",
        "Une fois partie, une demande ne peut plus être retirée.",
        NEVER,
    ]
    if left > 0:
        consequences.insert(
            1, f"{_counted(left, 'de votre choix')} reste ici : plus prête, ou d'une autre voie."
        )
    context = {
        "title": "Envoyer une demande" if len(ready) == 1 else f"Envoyer {len(ready)} demandes",
        "consequences": consequences,
        "confirm_label": "Envoyer maintenant",
        "cancel_url": address("registrations:desk", group_slug=request.access.group_slug),
        "form": ChosenForm(ids=[one.pk for one in ready]),
        "danger": False,
    }
    return render(request, "components/confirm.html", context)


def _sent(request: TenantRequest, chosen: list[UUID]) -> HttpResponse:
    try:
        done = queue_requests(actor=request.access, request_ids=chosen)
    except DomainError as error:
        messages.error(request, error.french)
        return redirect("registrations:desk", request.access.group_slug)
    _tell_left(request, done)
    if not done.queued:
        return redirect("registrations:desk", request.access.group_slug)
    return redirect("registrations:batch", request.access.group_slug, done.batch_id)


def _tell_left(request: TenantRequest, done: Queued) -> None:
    for reason, count in Counter(one.french for one in done.not_ready).most_common(5):
        messages.warning(request, f"{_counted(count, 'non envoyée' + 's' * (count > 1))} : {reason}")


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def batch(request: TenantRequest, batch_id: UUID) -> HttpResponse:
    """What became of requests sent together. While some are under way, htmx asks for the progress alone."""
    progress = batch_progress(batch_id)
    if not progress.total:
        raise Http404
    context: dict[str, Any] = {
        "progress": progress,
        "answered": progress.total - progress.waiting,
        "figures": [
            (counted_state(state, progress.counts[state]), progress.counts[state])
            for state in RequestState
            if progress.counts.get(state)
        ],
        "stopped": "" if progress.is_over else leave_to_send().why,
        "url": request.path,
        "desk_url": address("registrations:desk", group_slug=request.access.group_slug),
    }
    if request.headers.get("HX-Request") == "true" and not progress.is_over:
        return render(request, "registrations/_batch_progress.html", context)
    rows = requests_of_batch(batch_id)[:MOST_AT_ONCE]
    context["rows"] = list(request_rows(rows, place_of(request, None)))
    response = render(request, "registrations/batch.html", context)
    if request.headers.get("HX-Request") == "true":
        response.headers["HX-Refresh"] = "true"
    return response
