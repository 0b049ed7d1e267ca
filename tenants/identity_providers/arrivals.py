"""A person whom the group's provider has just proved: may they enter, under which account, with which rights."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.identity_providers.claims import (
    believed_email,
    full_name_of,
    is_elsewhere,
    mapped_rights,
    why_not_believed,
)
from tenants.identity_providers.connections import Connection
from tenants.identity_providers.factors import Verdict, verdict
from tenants.identity_providers.models import FactorRefusal
from tenants.identity_providers.oidc.causes import GROUPS_ELSEWHERE, NOT_OUR_DOMAIN, with_words
from tenants.memberships.models import User
from tenants.memberships.provider_rights import (
    account_of_address,
    grant_by_provider,
    open_account_by_provider,
)
from tenants.sign_in.identifiers import IdentifierKind, TypedIdentifier
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.operations import link_identity
from tenants.sign_in.queries import account_opened_by
from tenants.sign_in.refusals import TOO_WEAK, DoorShutError

MOST_COUNTS = 100  # different refusals kept for one provider


def concluded(connection: Connection, claims: dict[str, Any]) -> Verdict:
    """What the group's rules say of the factors."""
    return verdict(claims, connection.provider.amr_proofs, connection.provider.acr_proofs)


def proved_identity(connection: Connection, claims: dict[str, Any]) -> ProvedIdentity:
    """The person, once two factors, an address of the group and its groups are there. Refuses (DoorShutError) the rest."""
    found = concluded(connection, claims)
    if not found.proved:
        _count(connection, found)
        sentence = f"{{door}} ne prouve pas deux facteurs : {_escaped(found.words)}."
        raise DoorShutError(
            with_words(TOO_WEAK, sentence), connection.door, f"{found.code} : {found.received}"
        )
    if not believed_email(claims, connection.provider):
        raise DoorShutError(NOT_OUR_DOMAIN, connection.door, why_not_believed(claims, connection.provider))
    if is_elsewhere(claims, connection.mapped_claims):
        raise DoorShutError(GROUPS_ELSEWHERE, connection.door, "groupes donnés par renvoi")
    return ProvedIdentity(
        door=connection.door,
        issuer=connection.provider.issuer,
        identifiers=(TypedIdentifier(IdentifierKind.SUBJECT, claims["sub"]),),
        full_name=full_name_of(claims),
        means=found.received,
        group_id=connection.group_id,
    )


def _escaped(words: str) -> str:
    return words.replace("{", "").replace("}", "")


def settle(connection: Connection, identity: ProvedIdentity, claims: dict[str, Any]) -> None:
    """Before the session opens: brings the rights of a known account to what the claims say, and opens the account of
    somebody new when the group has mapped one of their claims to a role and nobody has their address yet.

    An account found by its address alone is never opened: its holder links it after signing in as they usually do.
    """
    user = account_opened_by(identity)
    wanted = mapped_rights(claims, connection.mappings)
    actor = Machine(f"Le fournisseur « {connection.door} »")
    if user is None:
        if wanted:
            _open(actor, connection, identity, believed_email(claims, connection.provider), wanted)
    elif user.is_active:
        with tenant(connection.group_id):
            grant_by_provider(actor=actor, user=user, provider_id=connection.provider.pk, wanted=wanted)


def _open(
    actor: Machine, connection: Connection, identity: ProvedIdentity, email: str, wanted: dict[Any, Any]
) -> User | None:
    """None when that address has an account, or another tab has just opened it."""
    if account_of_address(email) is not None:
        return None
    name = identity.full_name or email.partition("@")[0]
    try:
        with transaction.atomic():
            with tenant(connection.group_id):
                user = open_account_by_provider(actor=actor, email=email, full_name=name)
                grant_by_provider(actor=actor, user=user, provider_id=connection.provider.pk, wanted=wanted)
            link_identity(actor=user, identity=identity)
    except IntegrityError:
        return None
    return user


def _count(connection: Connection, found: Verdict) -> None:
    """One more of that refusal; a provider that invents new words each time fills nothing."""
    with tenant(connection.group_id):
        rows = FactorRefusal.objects.filter(provider_id=connection.provider.pk)
        same = rows.filter(code=found.code, received=found.received)
        if same.update(count=F("count") + 1, last_at=now()):
            return
        if rows.count() < MOST_COUNTS:
            FactorRefusal.objects.bulk_create([_first(connection.provider.pk, found)], ignore_conflicts=True)


def _first(provider_id: UUID, found: Verdict) -> FactorRefusal:
    return FactorRefusal(provider_id=provider_id, code=found.code, received=found.received, last_at=now())
