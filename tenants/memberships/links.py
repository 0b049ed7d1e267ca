"""The link of an invitation: its id, signed. Nothing of it is stored; the row says whether it is still open."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tenants.memberships.models import Invitation

_SALT = "tenants.memberships.invitation"


def invitation_token(invitation_id: UUID) -> str:
    return signing.dumps(invitation_id.hex, salt=_SALT)


def invitation_path(invitation_id: UUID) -> str:
    return reverse("account_rights:invitation", args=[invitation_token(invitation_id)])


def invitation_link(invitation_id: UUID) -> str:
    """The full address to send."""
    return f"{settings.PUBLIC_URL}{invitation_path(invitation_id)}"


def invitation_of(token: str) -> Invitation | None:
    """None for a link that we did not sign."""
    try:
        key = UUID(hex=signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Invitation.objects.select_related("membership", "membership__user").filter(pk=key).first()
