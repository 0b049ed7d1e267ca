"""What the mails of this room say, made when they leave: names and links are never in the outbox."""

from typing import Any
from uuid import UUID

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from portal.dispatch.mail import Mail, Recipient, mail_content, register_recipients
from portal.foundation.tenancy import tenant
from tenants.groups.queries import groups_named
from tenants.memberships.links import invitation_path
from tenants.memberships.models import Invitation, User
from tenants.memberships.queries import is_open
from tenants.memberships.spoken import spoken_terms

# Events of allauth that are told to the person, by the last word of its template's name.
SECURITY_EVENTS = {
    "password_changed": "Votre mot de passe a été changé.",
    "password_set": "Un mot de passe a été choisi pour votre compte.",
    "password_reset": "Votre mot de passe a été remplacé après une demande d'oubli.",
    "totp_activated": "Une application d'authentification a été ajoutée à votre compte.",
    "totp_deactivated": "L'application d'authentification de votre compte a été retirée.",
    "recovery_codes_generated": "De nouveaux codes de secours ont été donnés à votre compte.",
    "webauthn_added": "Une clé de sécurité a été ajoutée à votre compte.",
    "webauthn_removed": "Une clé de sécurité de votre compte a été retirée.",
}


def recipient_of(user_id: UUID) -> Recipient | None:
    """None for an account that was shut; one that waits for its invitation to be accepted receives it."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or (user.has_usable_password() and not user.is_active):
        return None
    return Recipient(user.email, user.full_name if user.is_active else "")


register_recipients(recipient_of)


@mail_content("invitation")
def invitation(mail: Mail) -> dict[str, Any] | None:
    """None when it was used, cancelled, sent again or is too old."""
    found = Invitation.objects.select_related("membership").get(pk=mail.context["invitation_id"])
    if not is_open(found):
        return None
    with tenant(mail.group_id):
        terms = spoken_terms(found.membership)
    return {
        "link": mail.link(invitation_path(found.pk)),
        "group_name": "".join(one.name for one in groups_named([mail.group_id])),
        "terms": terms,
        "expires_at": found.expires_at,
        "invited_as": found.membership.invited_as,
    }


@mail_content("password_reset")
def password_reset(mail: Mail) -> dict[str, Any] | None:
    """The token is made now, for the password of now."""
    user = User.objects.filter(pk=mail.to_user_id, is_active=True).first()
    if user is None:
        return None
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    arguments = {"uidb36": user_pk_to_url_str(user), "key": key}
    return {"link": mail.link(reverse("account_reset_password_from_key", kwargs=arguments))}


@mail_content("security_notice")
def security_notice(mail: Mail) -> dict[str, Any]:
    """What changed, and where to go when it was somebody else."""
    return {
        "sentence": SECURITY_EVENTS[mail.context["event"]],
        "link": mail.link(reverse("account_rights:account")),
    }
