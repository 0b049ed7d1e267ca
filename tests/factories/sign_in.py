"""Identities that open accounts: outside of row security."""

from uuid import UUID

import factory
from django.conf import settings

from tenants.sign_in.identifiers import IdentifierKind, TypedIdentifier
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.models import ExternalIdentity
from tests.factories.memberships import UserFactory


class ExternalIdentityFactory(factory.django.DjangoModelFactory):
    """An RPPS of Pro Santé Connect, linked."""

    class Meta:
        model = ExternalIdentity

    user = factory.SubFactory(UserFactory)
    issuer = factory.LazyFunction(lambda: settings.PSC_ISSUER)
    kind = IdentifierKind.RPPS
    value = factory.Sequence(lambda n: f"{99700000000 + n}")


def proved(
    *identifiers: tuple[str, str],
    name: str = "Camille Fictif",
    issuer: str = "",
    group_id: UUID | None = None,
) -> ProvedIdentity:
    """An identity as Pro Santé Connect would have proved it; `identifiers`: (kind, value)."""
    return ProvedIdentity(
        door="Pro Santé Connect",
        issuer=issuer or settings.PSC_ISSUER,
        identifiers=tuple(TypedIdentifier(IdentifierKind(kind), value) for kind, value in identifiers),
        full_name=name,
        means="niveau eidas3",
        group_id=group_id,
    )
