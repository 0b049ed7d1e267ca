"""The link that stops the digest: the account's id, signed, without an end. It can do nothing else."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

from tenants.memberships.models import User

_SALT = "tenants.notices.stop"


def stop_path(user_id: UUID) -> str:
    return reverse("notices:stop", args=[signing.dumps(user_id.hex, salt=_SALT)])


def user_to_stop(token: str) -> User | None:
    """None for a link that we did not sign."""
    try:
        key = UUID(hex=signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    return User.objects.filter(pk=key).first()
