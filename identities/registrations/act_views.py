"""What a person does with one request, each on a page that asks first: withdraw, ask again, stop there, tell of a card."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from identities.registrations.forms import CardOutcomeForm, WithdrawForm
from identities.registrations.next_steps import has_unknown_card
from identities.registrations.operations import (
    close_partly_done,
    retry_blocks,
    settle_unknown_card,
    withdraw_request,
)
from identities.registrations.views import WORK, seen_request, url_of
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires


def _confirmed(
    request: TenantRequest,
    back: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    said: str,
    **shown: Any,
) -> HttpResponse:
    """A page before an act: GET asks, POST acts and goes back with `said`; a refusal stays with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, said)
            return redirect(back)
    return render(request, "components/confirm.html", {"form": form, "cancel_url": back, **shown})


@requires(WORK, limited=True)
def withdraw(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    found = seen_request(request_id)
    return _confirmed(
        request,
        url_of(request, "request", found, establishment_id),
        WithdrawForm(request.POST or None),
        lambda typed: withdraw_request(actor=request.access, request_id=found.pk, reason=typed["reason"]),
        "La demande est retirée : rien ne partira.",
        title=f"Retirer la demande {of_name(found.person.display_name)}",
        consequences=[
            "Rien ne part vers le service national.",
            "Son historique reste. Une nouvelle demande pourra être préparée.",
        ],
        confirm_label="Retirer la demande",
    )


@requires(WORK, limited=True)
def retry(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    found = seen_request(request_id)
    return _confirmed(
        request,
        url_of(request, "request", found, establishment_id),
        forms.Form(request.POST if request.method == "POST" else None),
        lambda typed: retry_blocks(actor=request.access, request_id=found.pk),
        "Ce qui reste est redemandé.",
        title=f"Relancer ce qui reste {of_name(found.person.display_name)}",
        consequences=[
            "Seules les parties qui attendaient sont redemandées.",
            "Ce qui est déjà fait, carte comprise, n'est jamais demandé deux fois.",
        ],
        confirm_label="Relancer",
        danger=False,
    )


@requires(WORK, limited=True)
def close(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    found = seen_request(request_id)
    return _confirmed(
        request,
        url_of(request, "request", found, establishment_id),
        forms.Form(request.POST if request.method == "POST" else None),
        lambda typed: close_partly_done(actor=request.access, request_id=found.pk),
        "La demande est close avec ce qui est fait.",
        title=f"Arrêter là la demande {of_name(found.person.display_name)}",
        consequences=[
            "Ce qui est fait reste fait, et les numéros obtenus restent sur la fiche.",
            "Ce qui reste ne sera plus demandé par cette demande ; une nouvelle pourra l'être.",
        ],
        confirm_label="Arrêter là",
    )


@requires(WORK, limited=True)
def card(request: TenantRequest, request_id: UUID, establishment_id: UUID | None = None) -> HttpResponse:
    """A card whose order was never answered: a person says what they found out."""
    found = seen_request(request_id)
    if not has_unknown_card(list(found.blocks.all())):
        messages.info(request, "Aucune carte de cette demande n'attend de réponse.")
        return redirect(url_of(request, "request", found, establishment_id))
    return _confirmed(
        request,
        url_of(request, "request", found, establishment_id),
        CardOutcomeForm(request.POST if request.method == "POST" else None),
        lambda typed: settle_unknown_card(
            actor=request.access, request_id=found.pk, outcome=typed["outcome"]
        ),
        "C'est noté.",
        title=f"Carte {of_name(found.person.display_name)} : commandée ou non ?",
        consequences=[
            "La réponse à la commande s'est perdue. Commander de nouveau pourrait faire arriver deux cartes.",
            "Demandez à l'ANS (support Pro Santé Identité) ou à la personne si une carte est annoncée, puis répondez ici.",
        ],
        confirm_label="Enregistrer la réponse",
        danger=False,
    )
