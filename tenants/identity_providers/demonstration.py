"""The demo's group has a provider of its own, played by the stand-in: open already, for whoever looks around."""

from django.conf import settings

from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import current_group_id
from tenants.groups.queries import establishment_names
from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tenants.identity_providers.operations import Settings, describe_provider, map_role
from tenants.identity_providers.queries import provider_of_group
from tenants.identity_providers.states import ProviderState
from tenants.memberships.access import Access
from tenants.memberships.permissions import Role

NAME = "albarine"
DESCRIPTION = Settings(
    label="le compte du Val d'Albarine",
    kind="okta",
    issuer="",
    client_id="trousseau-bas",
    secret="secret-du-bac-a-sable",  # noqa: S106  the stand-in's, published with it
    extra_scopes=["groups"],
    domains=["demo.invalid"],
    vouches=False,
    amr_proofs=[["mfa"], ["pwd", "okta_verify"], ["sc", "pin"]],
    acr_proofs=["2"],
    evidence="Démonstration : le niveau 2 du bac à sable vaut deux facteurs.",
)
ROLES = (
    ("roles", "Trousseau.Referent", Role.SITE_MANAGER),
    ("groups", "/trousseau/rh", Role.HR),
    ("groups", "trousseau-lecteurs", Role.DIRECTOR),
)


def open_demo_provider(*, actor: Access, sandbox_url: str) -> IdentityProvider:
    """In the door of the demo's group: describes its provider and opens it without the two tries, or moves it to the
    address that the stand-in has today. May be called again. Refuses (DomainError) outside of the demo.

    `actor`: an administrator of that group, who maps each role at its first establishment.
    """
    if not settings.DEMO:
        raise DomainError("Not the demo", "Ce fournisseur simulé n'existe que dans la démonstration.")
    issuer = f"{sandbox_url}/idp/{NAME}"
    provider = provider_of_group()
    if provider is None:
        described = {**DESCRIPTION.stored, "issuer": issuer, "secret": DESCRIPTION.secret}
        provider = describe_provider(actor=actor, settings=Settings(**described))
        _map(actor, provider)
    IdentityProvider.objects.filter(pk=provider.pk, group_id=current_group_id()).update(
        issuer=issuer, state=ProviderState.OPEN, checked_at=now(), tried_at=now(), tried_by=actor.user
    )
    provider.refresh_from_db()
    return provider


def _map(actor: Access, provider: IdentityProvider) -> list[RoleMapping]:
    site = next(iter(establishment_names()))
    return [
        map_role(
            actor=actor, provider=provider, claim=claim, value=value, role=role, establishment_ids=[site]
        )
        for claim, value, role in ROLES
    ]
