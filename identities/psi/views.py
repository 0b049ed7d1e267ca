"""« Connexion PSI » : the key, the number sent, whether sending goes on, and what the last trial said."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from identities.psi.forms import FormatForm, KeyForm, StopForm
from identities.psi.models import Connection, EstablishmentFormat
from identities.psi.operations import choose_format, resume_sending, set_key, stop_sending, try_connection
from identities.psi.queries import connection_of_group, leave_to_send
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.journal.queries import lines_about
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

MANAGE = Permission.PSI_MANAGE
ROUTES = ("key", "format", "trial", "stop", "resume")


def _url(request: TenantRequest, name: str) -> str:
    return reverse(f"psi:{name}", args=[request.access.group_slug])


@requires(MANAGE)
@require_GET
def page(request: TenantRequest) -> HttpResponse:
    """In one sentence whether requests leave, then the key, the number, the trial and the history."""
    found = connection_of_group()
    context: dict[str, Any] = {
        "connection": found,
        "has_key": found is not None and bool(found.sealed_key),
        "leave": leave_to_send(),
        "is_paused": _is_paused(found),
        "format": EstablishmentFormat(found.establishment_format).label if found else "",
        "urls": {name: _url(request, name) for name in ROUTES},
        "desk_url": reverse("registrations:desk", args=[request.access.group_slug]),
        "lines": lines_about(found.pk) if found else [],
    }
    return render(request, "psi/connection.html", context)


def _is_paused(found: Connection | None) -> bool:
    return found is not None and found.paused_until is not None and found.paused_until > now()


def _edited(request: TenantRequest, form: Any, act: Any, title: str, said: str) -> HttpResponse:
    back = _url(request, "connection")
    if request.method == "POST" and form.is_valid():
        try:
            act(actor=request.access, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, said)
            return redirect(back)
    return render(request, "psi/edit.html", {"form": form, "title": title, "back": back})


@requires(MANAGE)
def key(request: TenantRequest) -> HttpResponse:
    """Records a key, or replaces the one in place."""
    said = "La clé est enregistrée. Essayez la connexion."
    return _edited(request, KeyForm(request.POST or None), set_key, "Clé Pro Santé Identité", said)


@requires(MANAGE)
def establishment_format(request: TenantRequest) -> HttpResponse:
    """Which number names an establishment in a call."""
    found = connection_of_group()
    initial = {
        "establishment_format": found.establishment_format if found else EstablishmentFormat.PREFIXED_FINESS
    }
    form = FormatForm(request.POST or None, initial=initial)
    return _edited(request, form, choose_format, "Numéro d'établissement envoyé", "Le choix est enregistré.")


@requires(MANAGE)
@require_POST
def trial(request: TenantRequest) -> HttpResponse:
    """Asks the API a question that creates nobody."""
    try:
        found = try_connection(actor=request.access)
    except DomainError as error:
        messages.error(request, error.french)
    else:
        (messages.success if found.tested_ok else messages.error)(request, found.tested_said)
    return redirect(_url(request, "connection"))


@requires(MANAGE)
def stop(request: TenantRequest) -> HttpResponse:
    """Nothing more leaves: a reason, and what it means, before."""
    form = StopForm(request.POST or None)
    back = _url(request, "connection")
    if request.method == "POST" and form.is_valid():
        try:
            stop_sending(actor=request.access, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, "Les envois sont arrêtés.")
            return redirect(back)
    context = {
        "title": "Arrêter les envois à Pro Santé Identité",
        "consequences": [
            "Plus aucune demande ne part. Celles qui attendent restent en attente, sans rien perdre.",
            "Une demande déjà partie se termine. Vous pourrez reprendre à tout moment.",
        ],
        "confirm_label": "Arrêter les envois",
        "cancel_url": back,
        "form": form,
    }
    return render(request, "components/confirm.html", context)


@requires(MANAGE)
@require_POST
def resume(request: TenantRequest) -> HttpResponse:
    """What waited leaves."""
    resume_sending(actor=request.access)
    messages.success(request, "Les envois reprennent : ce qui attendait part.")
    return redirect(_url(request, "connection"))
