"""What may be linked to an account, and taken away from it."""

from collections.abc import Sequence

from portal.foundation.errors import DomainError
from tenants.memberships.models import User
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.models import ExternalIdentity


def check_link(user: User, identity: ProvedIdentity, others: Sequence[ExternalIdentity]) -> None:
    """Refuses (DomainError) an identity that opens another account, and a closed account. `others`: its links in force."""
    if not user.is_active:
        raise DomainError("Closed account", "Ce compte est fermé : il ne peut être relié à aucune identité.")
    if any(one.user_id != user.pk for one in others):
        raise DomainError(
            "Opens another account",
            f"Cette identité {identity.door} ouvre déjà un autre compte Trousseau. Connectez-vous avec elle, ou "
            "déliez-la d'abord depuis cet autre compte.",
        )


def check_unlink(user: User, ended: Sequence[ExternalIdentity], kept: Sequence[ExternalIdentity]) -> None:
    """Refuses (DomainError) to shut the last door of an account, and a link that is over already."""
    if not ended:
        raise DomainError("Unlinked already", "Cette identité n'est plus reliée à votre compte.")
    if not kept and not user.has_usable_password():
        raise DomainError(
            "Last door",
            "C'est votre seul moyen de vous connecter : choisissez d'abord un mot de passe, ou reliez une autre identité.",
        )
