"""What leaves the portal: what waits for a person, what is on its way, what ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.dispatch.models import Message, Settlement
from portal.dispatch.operations import give_up_message, message_name, retry_message
from portal.dispatch.queries import (
    counts,
    held_behind,
    message_exists,
    messages_to_handle,
    messages_waiting,
    settlements,
)
from portal.dispatch.rules import can_settle
from portal.dispatch.states import Outcome
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.shell.dispatch.forms import GiveUpForm
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission

PAGE = 25


def _screen(request: TenantRequest, current: str, page: Any, rows: Any, **context: Any) -> HttpResponse:
    found = counts()
    slug = request.access.group_slug
    tabs = [
        ("to_handle", "À traiter", found.to_handle),
        ("waiting", "En attente", found.waiting),
        ("settled", "Réglés depuis 30 jours", found.settled),
    ]
    shown = [
        {
            "url": reverse(f"dispatch:{name}", args=[slug]),
            "label": label,
            "count": count,
            "current": name == current,
        }
        for name, label, count in tabs
    ]
    values = {"page": page, "rows": rows, "tabs": shown, "counts": found, **context}
    return render(request, f"dispatch/{current}.html", values)


def _page(request: TenantRequest, rows: Any) -> Any:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def _named(page: Any) -> list[dict[str, Any]]:
    held = held_behind(page)
    return [
        {"message": one, "name": message_name(one), "held": held.get(one.ordering_key, 0)} for one in page
    ]


@requires(Permission.DISPATCH_VIEW)
def to_handle(request: TenantRequest) -> HttpResponse:
    """Those that a machine cannot settle alone."""
    page = _page(request, messages_to_handle())
    may_settle = request.access.holds(Permission.DISPATCH_SETTLE)
    return _screen(request, "to_handle", page, _named(page), may_settle=may_settle)


@requires(Permission.DISPATCH_VIEW)
def waiting(request: TenantRequest) -> HttpResponse:
    """Those that the machine will try by itself."""
    page = _page(request, messages_waiting())
    return _screen(request, "waiting", page, _named(page))


@requires(Permission.DISPATCH_VIEW)
def settled(request: TenantRequest) -> HttpResponse:
    """Those that ended, by how they ended."""
    outcome = request.GET.get("issue", "")
    page = _page(request, settlements(outcome if outcome in Outcome.values else ""))
    named = [{"settlement": one, "name": _settled_name(one)} for one in page]
    return _screen(request, "settled", page, named, outcome=outcome)


def _settled_name(one: Settlement) -> str:
    return message_name(Message(kind=one.kind, target=one.target, group_id=one.group_id))


def _known(message_id: UUID) -> None:
    if not message_exists(message_id):
        raise Http404


@requires(Permission.DISPATCH_SETTLE)
@require_POST
def retry(request: TenantRequest, message_id: UUID) -> HttpResponse:
    """Back in the queue, now. Twice is once."""
    _known(message_id)
    retry_message(actor=request.access, message_id=message_id)
    messages.success(request, "L'envoi est relancé : son résultat paraîtra ici dans quelques instants.")
    return redirect("dispatch:to_handle", group_slug=request.access.group_slug)


@requires(Permission.DISPATCH_SETTLE)
def give_up(request: TenantRequest, message_id: UUID) -> HttpResponse:
    """Asks for the reason, then settles it. Twice is once."""
    _known(message_id)
    back = reverse("dispatch:to_handle", args=[request.access.group_slug])
    found = Message.objects.filter(pk=message_id).first()
    if found is None or not can_settle(found):
        messages.info(request, "Cet envoi n'attend plus personne.")
        return redirect(back)
    form = GiveUpForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid() and _given_up(request, form, message_id):
        messages.success(request, "L'envoi est abandonné ; le motif est écrit au journal.")
        return redirect(back)
    held = held_behind([found]).get(found.ordering_key, 0)
    context = {
        "title": "Abandonner l'envoi",
        "consequences": [
            f"« {message_name(found)} » ne sera plus envoyé.",
            *([f"{held} envoi(s) qui l'attendaient partiront à sa suite."] if held else []),
        ],
        "confirm_label": "Abandonner l'envoi",
        "cancel_url": back,
        "form": form,
    }
    return render(request, "components/confirm.html", context)


def _given_up(request: TenantRequest, form: GiveUpForm, message_id: UUID) -> bool:
    try:
        give_up_message(actor=request.access, message_id=message_id, reason=form.cleaned_data["reason"])
    except DomainError as refusal:
        add_refusal(form, refusal)
        return False
    return True
