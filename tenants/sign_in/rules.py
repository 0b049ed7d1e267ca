"""What may be linked to an account, and taken away from it."""

from collections.abc import Sequence

from portal.foundation.errors import DomainError
from tenants.memberships.models import User
from tenants.sign_in.identifiers import IdentifierKind
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.models import ExternalIdentity


def check_link(
    user: User, identity: ProvedIdentity, others: Sequence[ExternalIdentity], held: Sequence[ExternalIdentity]
) -> None:
    """Refuses (DomainError) an identity that opens another account or is somebody else's, and a closed account.

    `others`: the links in force of that identity; `held`: those of the account.
    """
    if not user.is_active:
        raise DomainError("Closed account", "Ce compte est fermé : il ne peut être relié à aucune identité.")
    if is_another_person(identity, held):
        raise DomainError(
            "Somebody else",
            f"Votre compte est déjà relié à une autre personne connue de {identity.door} : déliez-la d'abord.",
        )
    if any(one.user_id != user.pk for one in others):
        raise DomainError(
            "Opens another account",
            f"Cette identité {identity.door} ouvre déjà un autre compte Trousseau. Connectez-vous avec elle, ou "
            "déliez-la d'abord depuis cet autre compte.",
        )


def is_another_person(identity: ProvedIdentity, links: Sequence[ExternalIdentity]) -> bool:
    """Whether that issuer knows the account under another RPPS or another PSI number already: nobody has two."""
    known = {(one.kind, one.value) for one in links if one.issuer == identity.issuer}
    unique = [one for one in identity.identifiers if one.kind in (IdentifierKind.RPPS, IdentifierKind.PSI)]
    return any(kind == one.kind.value and value != one.value for one in unique for kind, value in known)


def check_unlink(
    ended: Sequence[ExternalIdentity], kept: Sequence[ExternalIdentity], *, has_own_door: bool
) -> None:
    """Refuses (DomainError) to shut the last door of an account, and a link that is over already.

    `has_own_door`: a key that signs in, or a password with a second factor. A password alone is one factor.
    """
    if not ended:
        raise DomainError("Unlinked already", "Cette identité n'est plus reliée à votre compte.")
    if not kept and not has_own_door:
        raise DomainError(
            "Last door",
            "Sans elle, vous n'auriez plus deux facteurs pour entrer : ajoutez d'abord un second facteur et un mot de "
            "passe, une clé de sécurité, ou reliez une autre identité.",
        )
