"""What the mails of this room say, made when they leave: names and links are never in the outbox."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from portal.dispatch.mail import Mail, Recipient, mail_content, register_recipients
from portal.foundation.clock import now
from tenants.groups.queries import GroupName, groups_named
from tenants.memberships.links import invitation_path
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.queries import is_open
from tenants.memberships.states import MembershipState

OPERATOR_NAME = "L'exploitant de Trousseau"

# Events that are told to the person: allauth's, by the last word of its template's name, and ours.
SECURITY_EVENTS = {
    "password_changed": "Votre mot de passe a été changé.",
    "password_set": "Un mot de passe a été choisi pour votre compte.",
    "password_reset": "Votre mot de passe a été remplacé après une demande d'oubli.",
    "no_password_to_reset": "Un nouveau mot de passe a été demandé, mais il ne suffirait pas à ouvrir votre compte : "
    "connectez-vous par Pro Santé Connect ou par le compte de votre groupe.",
    "totp_activated": "Une application d'authentification a été ajoutée à votre compte.",
    "totp_deactivated": "L'application d'authentification de votre compte a été retirée.",
    "recovery_codes_generated": "De nouveaux codes de secours ont été donnés à votre compte.",
    "webauthn_added": "Une clé de sécurité a été ajoutée à votre compte.",
    "webauthn_removed": "Une clé de sécurité de votre compte a été retirée.",
    "identity_linked": "Une identité (Pro Santé Connect ou compte de votre groupe) ouvre désormais votre compte.",
    "identity_unlinked": "Une identité (Pro Santé Connect ou compte de votre groupe) n'ouvre plus votre compte.",
    "second_factors_removed_by_administrator": "Un administrateur de votre groupe a retiré tous vos seconds facteurs et "
    "codes de secours, et fermé vos sessions : à votre prochaine connexion, vous ajouterez un nouveau second facteur.",
    "second_factors_removed_by_operator": "L'exploitant de la plateforme a retiré tous vos seconds facteurs et "
    "codes de secours, et fermé vos sessions : à votre prochaine connexion, vous ajouterez un nouveau second facteur.",
}
CUT_REASONS = {
    "asked": "Vous l'avez demandé depuis votre compte.",
    "changed": "Un de vos droits vient d'être modifié : reconnectez-vous pour travailler avec vos nouveaux droits.",
    "ended": "Un de vos droits vient de prendre fin.",
}


def recipient_of(user_id: UUID) -> Recipient | None:
    """None for an account that was shut; one that waits for its invitation to be accepted receives it."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or (user.opened_at is not None and not user.is_active):
        return None
    return Recipient(user.email, user.full_name if user.is_active else "")


register_recipients(recipient_of)


def _group(group_id: UUID) -> GroupName | None:
    return next(iter(groups_named([group_id])), None)


@mail_content("invitation")
def invitation(mail: Mail) -> dict[str, Any] | None:
    """None when it was used, cancelled, sent again or is too old, and for a group that is closed."""
    found = Invitation.objects.select_related("membership", "membership__granted_by").get(
        pk=mail.context["invitation_id"]
    )
    group = _group(found.membership.group_id)
    if not is_open(found) or group is None:
        return None
    granter = found.membership.granted_by
    return {
        "link": mail.link(invitation_path(found.pk)),
        "group_name": group.name,
        "role_label": found.membership.get_role_display(),
        "inviter_name": OPERATOR_NAME if granter is None or granter.is_operator else granter.full_name,
        "expires_at": found.expires_at,
    }


@mail_content("membership_to_confirm")
def membership_to_confirm(mail: Mail) -> dict[str, Any] | None:
    """None once it is confirmed or ended."""
    found = Membership.objects.select_related("user", "granted_by").get(pk=mail.context["membership_id"])
    group = _group(found.group_id)
    if found.state != MembershipState.TO_CONFIRM or group is None:
        return None
    address = reverse("memberships:right", kwargs={"group_slug": group.slug, "membership_id": found.pk})
    return {
        "link": mail.link(address),
        "group_name": group.name,
        "role_label": found.get_role_display(),
        "granted_by_name": found.granted_by.full_name if found.granted_by else OPERATOR_NAME,
        "granted_to_name": found.shown_name,
    }


@mail_content("membership_confirmed")
def membership_confirmed(mail: Mail) -> dict[str, Any] | None:
    """None when the right no longer stands."""
    found = Membership.objects.select_related("confirmed_by").get(pk=mail.context["membership_id"])
    group = _group(found.group_id)
    if found.state != MembershipState.ACTIVE or found.confirmed_by is None or group is None:
        return None
    return {
        "link": mail.link(reverse("account_login")),
        "group_name": group.name,
        "role_label": found.get_role_display(),
        "confirmed_by_name": found.confirmed_by.full_name,
    }


@mail_content("password_reset")
def password_reset(mail: Mail) -> dict[str, Any] | None:
    """The token is made now, for the password of now. None for an account that was shut."""
    user = User.objects.filter(pk=str(mail.to_user_id), is_active=True).first()
    if user is None:
        return None
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    arguments = {"uidb36": user_pk_to_url_str(user), "key": key}
    return {
        "link": mail.link(reverse("account_reset_password_from_key", kwargs=arguments)),
        "expires_at": now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    }


@mail_content("sessions_cut")
def sessions_cut(mail: Mail) -> dict[str, Any]:
    return {
        "link": mail.link(reverse("account_login")),
        "cut_at": datetime.fromisoformat(mail.context["cut_at"]),
        "reason": CUT_REASONS[mail.context["reason"]],
    }


@mail_content("security_notice")
def security_notice(mail: Mail) -> dict[str, Any]:
    """What changed, and where to go when it was somebody else."""
    return {
        "sentence": SECURITY_EVENTS[mail.context["event"]],
        "link": mail.link(reverse("account_rights:account")),
    }
