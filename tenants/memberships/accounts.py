"""Accounts themselves: opened by an invitation, their sessions cut all at once."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import F

from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from tenants.memberships.models import User


def account_for(email: str, full_name: str) -> User:
    """The account of that address; a new one stays shut, without a password, until the invitation is accepted."""
    address = email.strip().lower()
    user, _ = User.objects.get_or_create(
        email=address,
        defaults={"full_name": full_name.strip(), "is_active": False, "opened_at": None, "password": "!"},
    )
    return user


def open_account(user: User, full_name: str, password: str | None) -> None:
    """Only an account that was never opened; one that was shut stays shut.

    `password` None: the person has just proved who they are by another door, and comes back by it.
    """
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.opened_at is not None:
        if not stored.is_active:
            raise DomainError(
                "Closed account", "Ce compte est fermé : écrivez à l'exploitant de la plateforme."
            )
        return
    if password == "":  # noqa: S105
        raise DomainError("No password", "Choisissez un mot de passe pour ouvrir votre compte.", "password1")
    user.full_name, user.is_active, user.opened_at = full_name.strip() or stored.full_name, True, now()
    user.set_password(password)
    user.save(update_fields=["full_name", "is_active", "opened_at", "password"])
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def cut_all_sessions(user_id: UUID) -> None:
    """Each of them carries the epoch it was opened in (User.get_session_auth_hash)."""
    User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)
