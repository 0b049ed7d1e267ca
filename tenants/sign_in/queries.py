"""Which account an identity opens, and by which doors an account opens."""

from collections.abc import Iterable
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q

from tenants.memberships.models import Membership, User
from tenants.memberships.queries import in_force
from tenants.sign_in.identifiers import IdentifierKind, TypedIdentifier
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.models import ExternalIdentity
from tenants.sign_in.refusals import CONFLICT, DoorShutError


def _any_of(identifiers: Iterable[TypedIdentifier]) -> Q:
    found = Q()
    for one in identifiers:
        found |= Q(kind=one.kind, value=one.value)
    return found


def links_of_identity(identity: ProvedIdentity) -> list[ExternalIdentity]:
    """The links in force of any identifier of that identity, with their accounts."""
    return list(
        ExternalIdentity.objects.select_related("user")
        .filter(_any_of(identity.identifiers), issuer=identity.issuer, ended_at__isnull=True)
        .order_by("linked_at", "pk")
    )


def account_opened_by(identity: ProvedIdentity) -> User | None:
    """The account that identity opens, by its main identifier or another of its own; never by an e-mail address.

    Refuses (DoorShutError) identifiers that open several accounts. None: nobody's yet.
    """
    users = {one.user_id: one.user for one in links_of_identity(identity)}
    if len(users) > 1:
        raise DoorShutError(
            CONFLICT, identity.door, "les identifiants de cette identité ouvrent plusieurs comptes"
        )
    return next(iter(users.values()), None)


def links_of(user: User) -> list[ExternalIdentity]:
    """The identities that open this account now, oldest first."""
    return list(ExternalIdentity.objects.filter(user=user, ended_at__isnull=True).order_by("linked_at", "pk"))


def holders_of(issuer: str, group_id: UUID) -> list[UUID]:
    """The accounts that identities of that group's own provider open now."""
    links = ExternalIdentity.objects.filter(issuer=issuer, group_id=group_id, ended_at__isnull=True)
    return sorted(set(links.values_list("user_id", flat=True)))


def rpps_proved(group_id: UUID, email: str = "") -> list[tuple[str, str]]:
    """E-mail and RPPS of the accounts with a right in force in that group which Pro Santé Connect opens by an RPPS.

    All of them, or that of one e-mail.
    """
    accounts = Membership.objects.filter(in_force(), group_id=group_id, user__is_active=True).values(
        "user_id"
    )
    links = ExternalIdentity.objects.filter(
        kind=IdentifierKind.RPPS, group_id=None, ended_at=None, user__in=accounts
    )
    links = links.filter(user__email=email) if email else links
    return list(links.order_by("pk").values_list("user__email", "value"))


def has_own_door(user: User) -> bool:
    """Whether the account opens with two factors without anybody else: a key, or a password and a second factor."""
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    has_key, has_code = Authenticator.Type.WEBAUTHN in types, Authenticator.Type.TOTP in types
    return has_key or (has_code and user.has_usable_password())
