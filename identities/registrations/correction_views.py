"""What the RNIPP has otherwise, corrected through the rule of verified identities; and the news that few may open."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from identities.identity_checks.forms import NewCheckForm
from identities.identity_checks.operations import ask_change
from identities.identity_checks.queries import waiting_change_of
from identities.people.check_rules import holding_check
from identities.people.traits import PersonTraits, Sighting
from identities.psi.answers import CivilStatus
from identities.registrations.correction_forms import CorrectionForm
from identities.registrations.models import RegistrationRequest
from identities.registrations.operations import check_again, close_death_news, open_death_news
from identities.registrations.queries import echo_of
from identities.registrations.states import RequestState
from identities.registrations.views import WORK, holds_at, seen_request, url_of
from portal.foundation.addresses import address
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

KEPT = "Le changement attend la confirmation d'une seconde personne. Ensuite, vérifiez de nouveau la demande sur cette page."


@requires(WORK, limited=True)
def correct(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """Side by side, trait by trait. The record changes by the same rule as on its own page; nothing is sent from here."""
    found = seen_request(request_id)
    back = url_of(request, "request", found, establishment_id)
    if found.state != RequestState.NEEDS_CORRECTION or not found.divergences:
        messages.info(request, "Il n'y a pas, ou plus, d'état civil à comparer pour cette demande.")
        return redirect(back)
    form, check = _forms(request, found)
    holding = holding_check(found.person)
    is_right = request.method == "POST" and all([form.is_valid(), holding is None or check.is_valid()])
    if is_right and _corrected(request, found, form, check, establishment_id):
        return redirect(back)
    context = {
        "found": found,
        "form": form,
        "check": check,
        "holding": holding,
        "has_echo": bool(form.echo),
        "waiting": waiting_change_of(found.person),
        "back": back,
    }
    return render(request, "registrations/correct.html", context)


def _forms(request: TenantRequest, found: RegistrationRequest) -> tuple[CorrectionForm, NewCheckForm]:
    typed = request.POST if request.method == "POST" else None
    form = CorrectionForm(
        typed,
        person=found.person,
        divergences=found.divergences,
        echo=_echo(request, found),
        choices_url=address("people:birth_places", group_slug=request.access.group_slug),
    )
    return form, NewCheckForm(typed)


def _echo(request: TenantRequest, found: RegistrationRequest) -> CivilStatus | None:
    """What the RNIPP has, for those who may see it; opened for this page alone."""
    return echo_of(found.pk) if holds_at(request, Permission.CIVIL_STATUS_VIEW, found) else None


def _corrected(
    request: TenantRequest,
    found: RegistrationRequest,
    form: CorrectionForm,
    check: NewCheckForm,
    establishment_id: UUID | None,
) -> bool:
    """Whether the correction is written, or waits for a second person; else the refusal stands at its field."""
    try:
        with transaction.atomic():
            change = ask_change(
                actor=request.access,
                person=found.person,
                traits=_traits(form),
                sighting=_sighting(check),
                establishment_id=establishment_id,
            )
            checked = None if change else check_again(actor=request.access, request_id=found.pk)
    except DomainError as error:
        add_refusal(check if error.field in check.fields else form, error)
        return False
    if change is not None:
        messages.warning(request, KEPT)
    elif checked is not None and checked.state == RequestState.READY:
        messages.success(
            request, "La fiche est corrigée et la demande est prête : relisez-la, puis renvoyez-la."
        )
    else:
        messages.warning(request, "La fiche est corrigée ; il manque encore une donnée, dite ci-dessous.")
    return True


def _traits(form: CorrectionForm) -> PersonTraits:
    assert form.traits is not None  # noqa: S101  of a valid form
    return form.traits


def _sighting(check: NewCheckForm) -> Sighting:
    """Empty when the identity is not verified: nothing asks for a check then."""
    if not check.is_bound or not check.is_valid():
        return Sighting("")
    typed = {name: value or "" for name, value in check.cleaned_data.items()}
    return Sighting(typed["method"], typed["document_kind"] or "none", typed["remote_means"])


@requires(Permission.CIVIL_STATUS_VIEW)
def death(request: TenantRequest, request_id: UUID) -> HttpResponse:
    """The event that the RNIPP signals: a confirmation first, then shown once, and written in the journal. Group only."""
    found = seen_request(request_id)
    back = url_of(request, "request", found, None)
    if not found.deaths.exists():
        messages.info(request, "Aucun événement d'état civil n'est signalé pour cette demande.")
        return redirect(back)
    if "close" in request.POST:
        close_death_news(actor=request.access, request_id=found.pk)
        messages.success(request, "L'événement est classé : le portail n'en garde rien.")
        return redirect(back)
    if request.method == "POST":
        news = open_death_news(actor=request.access, request_id=found.pk)
        return render(request, "registrations/death.html", {"found": found, "news": news, "back": back})
    context = {
        "title": f"Événement d'état civil {of_name(found.person.display_name)}",
        "consequences": [
            "Cette information vient du répertoire national d'identification (RNIPP). Elle est confidentielle.",
            "Son ouverture est écrite au journal, à votre nom.",
            "Elle n'est montrée qu'une fois par ouverture, et à vous seul.",
        ],
        "confirm_label": "Ouvrir",
        "cancel_url": back,
        "danger": False,
    }
    return render(request, "components/confirm.html", context)
