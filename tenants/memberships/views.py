"""« Droits du portail » of a group: who may do what, given and taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.foundation.errors import DomainError
from portal.foundation.names import of_name
from portal.journal.queries import lines_about
from tenants.groups.queries import establishment_names
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.forms import InviteForm, ReasonForm, RightForm, terms_in_place
from tenants.memberships.lost_factors import remove_second_factors
from tenants.memberships.models import Membership
from tenants.memberships.operations import (
    change_membership,
    confirm_membership,
    end_membership,
    invite,
    resend_invitation,
)
from tenants.memberships.permissions import ROLE_PERMISSIONS, Permission, Role
from tenants.memberships.queries import (
    confirmer_in,
    reset_refusal,
    rights_seen,
)
from tenants.memberships.rules import can_ask_reset, can_change, can_confirm, can_end
from tenants.memberships.spoken import spoken_scope
from tenants.memberships.standing import standing_of
from tenants.memberships.states import MembershipState


def _url(request: TenantRequest, route: str, right: Membership | None = None) -> str:
    ids = {"membership_id": right.pk} if right is not None else {}
    return reverse(f"memberships:{route}", kwargs={"group_slug": request.access.group_slug, **ids})


def _right(request: TenantRequest, membership_id: UUID) -> Membership:
    return get_object_or_404(rights_seen(request.access), pk=membership_id)


@requires(Permission.MEMBERSHIPS_GRANT, limited=True)
def invite_person(request: TenantRequest) -> HttpResponse:
    """A right given by invitation."""
    form = InviteForm(request.POST or None, access=request.access, names=establishment_names())
    if request.method == "POST" and form.is_valid():
        who = {"email": form.cleaned_data["email"], "full_name": form.cleaned_data["full_name"]}
        if _tried(form, invite, actor=request.access, group_id=request.access.group_id, **who, **form.terms):
            messages.success(
                request, f"Invitation envoyée à {who['full_name']} : le lien sert une fois, pendant 7 jours."
            )
            return redirect(_url(request, "rights"))
    context = {"form": form, "list_url": _url(request, "rights"), "roles": _roles_in_words()}
    return render(request, "memberships/invite.html", context)


def _roles_in_words() -> list[tuple[str, list[str]]]:
    """What each role allows, for whoever chooses."""
    return [
        (role.label, sorted(Permission(one).label for one in permissions))
        for role, permissions in ROLE_PERMISSIONS.items()
    ]


def _tried(form: RightForm, operation: Any, **values: Any) -> bool:
    """Runs the operation; a refusal is undone and shown in the form."""
    try:
        with transaction.atomic():
            operation(**values)
    except DomainError as error:
        form.refuse(error)
        return False
    return True


@requires(Permission.MEMBERSHIPS_VIEW, limited=True)
def right(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """One right: its terms, its history, and what may be done now."""
    found = _right(request, membership_id)
    access = request.access
    context = {
        "right": found,
        "standing": standing_of(found),
        "scope": spoken_scope(found, establishment_names()),
        "allows": sorted(one.label for one in ROLE_PERMISSIONS[Role(found.role)]),
        "lines": lines_about(found.pk)[:100],
        "list_url": _url(request, "rights"),
        "urls": {
            name: _url(request, name, found) for name in ("confirm", "change", "end", "resend", "factors")
        },
        "can_confirm": can_confirm(confirmer_in(access.user, access.group_id), found),
        "can_change": can_change(access, found),
        "can_end": can_end(access, found),
        "can_ask_reset": can_ask_reset(access, found),
        "is_invited": found.state == MembershipState.INVITED,
    }
    return render(request, "memberships/right.html", context)


@requires(Permission.MEMBERSHIPS_CONFIRM)
def confirm(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """The second administrator's page."""
    found = _right(request, membership_id)
    if request.method == "POST":
        done = f"Le droit {of_name(found.shown_name)} est confirmé : il vaut dès maintenant."
        return _acted(request, found, done, confirm_membership, actor=request.access.user)
    granter = found.granted_by.full_name if found.granted_by else "L'exploitant de la plateforme"
    scope = spoken_scope(found, establishment_names())
    context = {
        "title": f"Confirmer le droit {of_name(found.shown_name)}",
        "consequences": [
            f"{granter} lui a donné le rôle « {found.get_role_display()} », {scope}.",
            "Vérifiez avec cette personne, ou avec sa direction, qu'elle doit l'avoir.",
            "Le droit vaut dès que vous confirmez, et votre nom est écrit au journal.",
        ],
        "confirm_label": "Confirmer ce droit",
        "cancel_url": _url(request, "right", found),
        "danger": False,
    }
    return render(request, "components/confirm.html", context)


@requires(Permission.MEMBERSHIPS_GRANT, limited=True)
def change(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """New terms for a right."""
    found = _right(request, membership_id)
    form = RightForm(
        request.POST or None,
        access=request.access,
        names=establishment_names(),
        initial=terms_in_place(found),
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and _tried(form, change_membership, actor=request.access, membership=found, **form.terms)
    ):
        waits = " : un second administrateur doit le confirmer" * (found.state == MembershipState.TO_CONFIRM)
        messages.success(request, f"Droit modifié{waits}.")
        return redirect(_url(request, "right", found))
    context = {"form": form, "right": found, "right_url": _url(request, "right", found)}
    return render(request, "memberships/change.html", context)


@requires(Permission.MEMBERSHIPS_GRANT, limited=True)
def end(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """A page before the end of a right, or before its invitation is cancelled."""
    found = _right(request, membership_id)
    invited = found.state == MembershipState.INVITED
    if request.method == "POST":
        done = "Invitation annulée." if invited else f"Le droit {of_name(found.shown_name)} est terminé."
        return _acted(request, found, done, end_membership, actor=request.access)
    context = {
        "title": f"{'Annuler l’invitation' if invited else 'Mettre fin au droit'} {of_name(found.shown_name)}",
        "consequences": _end_of(found, spoken_scope(found, establishment_names())),
        "confirm_label": "Annuler l'invitation" if invited else "Mettre fin à ce droit",
        "cancel_url": _url(request, "right", found),
    }
    return render(request, "components/confirm.html", context)


def _end_of(found: Membership, scope: str) -> list[str]:
    if found.state == MembershipState.INVITED:
        return ["Le lien déjà envoyé ne servira plus.", "Vous pourrez inviter cette personne de nouveau."]
    return [
        f"Le rôle « {found.get_role_display()} », {scope}, s'arrête tout de suite.",
        "Ses sessions ouvertes sont coupées.",
        "Pour le rendre, il faudra l'inviter de nouveau.",
    ]


@requires(Permission.MEMBERSHIPS_GRANT, limited=True)
@require_POST
def resend(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """A new link; the one before no longer works."""
    found = _right(request, membership_id)
    done = f"Nouveau lien envoyé à {found.shown_name} ; le précédent ne sert plus."
    return _acted(request, found, done, resend_invitation, actor=request.access)


@requires(Permission.MEMBERSHIPS_GRANT, limited=True)
def factors(request: TenantRequest, membership_id: UUID) -> HttpResponse:
    """A page before the second factors of somebody who lost theirs are taken away."""
    found = _right(request, membership_id)
    refused = reset_refusal(request.access, found)
    if refused:
        messages.error(request, refused)
        return redirect(_url(request, "right", found))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = (
            f"{found.shown_name} ajoutera un second facteur à sa prochaine connexion, après son mot de passe."
        )
        reason = form.cleaned_data["reason"]
        return _acted(request, found, done, remove_second_factors, actor=request.access, reason=reason)
    context = {
        "title": f"Retirer les seconds facteurs {of_name(found.shown_name)}",
        "consequences": [
            "Vérifiez d'abord que c'est bien cette personne qui le demande, de vive voix ou en face.",
            "Son application d'authentification, ses clés de sécurité et ses codes de secours ne serviront plus.",
            "Ses sessions ouvertes sont coupées ; elle est prévenue par courriel.",
            "À sa prochaine connexion, elle entre son mot de passe puis ajoute un second facteur.",
        ],
        "form": form,
        "confirm_label": "Retirer ses seconds facteurs",
        "cancel_url": _url(request, "right", found),
    }
    return render(request, "components/confirm.html", context)


def _acted(
    request: TenantRequest, found: Membership, done: str, operation: Any, **values: Any
) -> HttpResponse:
    """Back to the right, with what was done or why not."""
    try:
        with transaction.atomic():
            operation(membership=found, **values)
    except DomainError as error:
        messages.error(request, error.french)
    else:
        messages.success(request, done)
    return redirect(_url(request, "right", found))
