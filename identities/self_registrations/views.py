"""One self-registration: what happened, the link, the code of the mobile, the declaration, the confirmation."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from identities.people.views import place_of
from identities.self_registrations.confirmation_operations import confirm_numbered, prepare_confirmation
from identities.self_registrations.forms import DeclareForm, NumberForm, WithdrawForm
from identities.self_registrations.models import Channel, Contact, SelfRegistration
from identities.self_registrations.operations import declare_enrolled, new_link, phone_code, withdraw
from identities.self_registrations.queries import code_of, links_of, living_link, path_seen
from identities.self_registrations.rules import DAYS_TO_CONFIRM, can_confirm, can_send_link
from identities.self_registrations.shown import LEVELS, days_left, next_step, remark_rows
from identities.self_registrations.states import PathState
from portal.foundation.addresses import address
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.foundation.names import of_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


def _seen(self_registration_id: UUID, establishment_id: UUID | None) -> SelfRegistration:
    found = path_seen(self_registration_id)
    if found is None or establishment_id not in (None, found.establishment_id):
        raise Http404
    return found


def _url(request: TenantRequest, name: str, path: SelfRegistration, establishment_id: UUID | None) -> str:
    place: dict[str, Any] = place_of(request, establishment_id)
    return address(f"self_registrations:{name}", **place, self_registration_id=path.pk)


def _allowed(request: TenantRequest, permission: Permission, path: SelfRegistration) -> bool:
    sites = request.access.establishments_for(permission)
    return sites is None or path.establishment_id in sites


def _check_allowed(request: TenantRequest, permission: Permission, path: SelfRegistration) -> None:
    """A group page opens to whoever holds the right somewhere: the act is for those who hold it there."""
    if not _allowed(request, permission, path):
        raise Http404


@requires(Permission.REGISTRATION_VIEW, limited=True)
@require_GET
def one_path(
    request: TenantRequest, self_registration_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """What happened, what is next in one sentence, and the buttons of whoever looks."""
    path = _seen(self_registration_id, establishment_id)
    link = living_link(path)
    names = ("link", "code", "withdraw", "declare", "confirm")
    context = {
        "path": path,
        "level": LEVELS[PathState(path.state)],
        "days_left": days_left(path, today()),
        "next_step": next_step(path, link),
        "link": link,
        "links": list(links_of(path)),
        "remarks": remark_rows(path),
        "reads_remarks": _allowed(request, Permission.IDENTITY_CHECK, path),
        "phone_code": code_of(path, Contact.PHONE),
        "urls": {one: _url(request, one, path, establishment_id) for one in names},
        "person_url": address(
            "shell:person", **place_of(request, establishment_id), person_id=path.person_id
        ),
        "list_url": address("self_registrations:list", **place_of(request, establishment_id)),
        "may_invite": can_send_link(path) and _allowed(request, Permission.REGISTRATION_INVITE, path),
        "may_confirm": can_confirm(path) and _allowed(request, Permission.REGISTRATION_WORK, path),
        "days": DAYS_TO_CONFIRM,
    }
    return render(request, "self_registrations/path.html", context)


@requires(Permission.REGISTRATION_INVITE, limited=True)
@require_POST
def link(
    request: TenantRequest, self_registration_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """By mail: posted. By SMS: the link and the ready text, shown this once."""
    path = _seen(self_registration_id, establishment_id)
    _check_allowed(request, Permission.REGISTRATION_INVITE, path)
    channel = Channel.SMS if request.POST.get("channel") == Channel.SMS else Channel.EMAIL
    back = _url(request, "path", path, establishment_id)
    try:
        secret = new_link(actor=request.access, path=path, channel=channel)
    except DomainError as error:
        messages.error(request, error.french)
        return redirect(back)
    if channel == Channel.EMAIL:
        messages.success(request, "Un nouveau courriel part. Le lien précédent ne sert plus.")
        return redirect(back)
    full = f"{settings.PUBLIC_URL}{reverse('pre_registration:open', args=[secret])}"
    text = (
        f"{path.establishment.name} vous invite à vous enregistrer comme professionnel. Votre lien personnel, valable 7"
        f" jours, à ouvrir une seule fois : {full}"
    )
    context = {
        "path": path,
        "full": full,
        "text": text,
        "sms_url": f"sms:{path.person.phone}?&body={quote(text)}",
        "back": back,
    }
    return render(request, "self_registrations/sms.html", context)


@requires(Permission.REGISTRATION_INVITE, limited=True)
@require_POST
def code(
    request: TenantRequest, self_registration_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """Six digits to send to the mobile of the record, shown this once."""
    path = _seen(self_registration_id, establishment_id)
    _check_allowed(request, Permission.REGISTRATION_INVITE, path)
    back = _url(request, "path", path, establishment_id)
    try:
        digits = phone_code(actor=request.access, path=path)
    except DomainError as error:
        messages.error(request, error.french)
        return redirect(back)
    text = f"Votre code pour vérifier votre mobile : {digits}. Il sert pendant 15 minutes."
    context = {
        "path": path,
        "digits": f"{digits[:3]} {digits[3:]}",
        "text": text,
        "sms_url": f"sms:{path.person.phone}?&body={quote(text)}",
        "back": back,
    }
    return render(request, "self_registrations/phone_code.html", context)


@requires(Permission.REGISTRATION_INVITE, limited=True)
def withdrawal(
    request: TenantRequest, self_registration_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """After a confirmation, with its reason."""
    path = _seen(self_registration_id, establishment_id)
    _check_allowed(request, Permission.REGISTRATION_INVITE, path)
    back = _url(request, "path", path, establishment_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(actor=request.access, path=path, reason=form.cleaned_data["reason"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, "L'invitation est retirée : le lien n'ouvre plus rien.")
            return redirect(back)
    context = {
        "title": f"Retirer l'invitation {of_name(path.person.display_name)}",
        "consequences": [
            "Le lien de cette personne n'ouvrira plus rien, même s'il a déjà été ouvert.",
            "Sa demande d'enregistrement est retirée ; ce qu'elle a rempli reste sur sa fiche.",
        ],
        "confirm_label": "Retirer l'invitation",
        "cancel_url": back,
        "form": form,
    }
    return render(request, "components/confirm.html", context)


@requires(Permission.REGISTRATION_INVITE, limited=True)
def declaration(
    request: TenantRequest, self_registration_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """The site learnt of the enrolment otherwise: from the person, or at the RPPS+ portal."""
    path = _seen(self_registration_id, establishment_id)
    _check_allowed(request, Permission.REGISTRATION_INVITE, path)
    back = _url(request, "path", path, establishment_id)
    form = DeclareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            declare_enrolled(actor=request.access, path=path, enrolled_on=form.cleaned_data["enrolled_on"])
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"Noté : {DAYS_TO_CONFIRM} jours pour confirmer.")
            return redirect(back)
    context = {
        "title": f"Auto-enregistrement {of_name(path.person.display_name)}",
        "consequences": [
            f"L'établissement a {DAYS_TO_CONFIRM} jours, à partir de cette date, pour confirmer (règle de l'ANS).",
            "Le lien de pré-enregistrement, s'il n'a pas été ouvert, ne servira plus.",
        ],
        "confirm_label": "Noter l'auto-enregistrement",
        "cancel_url": back,
        "form": form,
        "danger": False,
    }
    return render(request, "components/confirm.html", context)


@requires(Permission.REGISTRATION_WORK, limited=True)
def confirmation(
    request: TenantRequest, self_registration_id: UUID, establishment_id: UUID | None = None
) -> HttpResponse:
    """By API PSI, on the request's own page; or the number given by the RPPS+ portal, typed back."""
    path = _seen(self_registration_id, establishment_id)
    _check_allowed(request, Permission.REGISTRATION_WORK, path)
    back = _url(request, "path", path, establishment_id)
    if not can_confirm(path):
        messages.info(request, next_step(path, living_link(path)))
        return redirect(back)
    form = NumberForm(request.POST if "rpps" in request.POST else None)
    if "psi" in request.POST:
        try:
            prepared = prepare_confirmation(actor=request.access, path=path)
        except DomainError as error:
            messages.error(request, error.french)
        else:
            return redirect(_request_url(request, prepared.pk, establishment_id) or back)
    elif form.is_valid() and _numbered(request, path, form):
        return redirect(back)
    context = {"path": path, "form": form, "back": back, "remarks": remark_rows(path)}
    return render(request, "self_registrations/confirm.html", context)


def _numbered(request: TenantRequest, path: SelfRegistration, form: NumberForm) -> bool:
    try:
        confirm_numbered(actor=request.access, path=path, **form.cleaned_data)
    except DomainError as error:
        add_refusal(form, error)
        return False
    messages.success(request, "L'auto-enregistrement est confirmé, et le numéro est sur la fiche.")
    return True


def _request_url(request: TenantRequest, request_id: UUID, establishment_id: UUID | None) -> str:
    try:
        return address("registrations:request", **place_of(request, establishment_id), request_id=request_id)
    except NoReverseMatch:
        return ""
