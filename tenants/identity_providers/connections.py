"""What the wire needs of a provider, read in the group's door and carried out of it: no door stays open on the network."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from portal.foundation.secrets import decrypt
from portal.foundation.tenancy import tenant
from tenants.groups.queries import group_by_slug
from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tenants.identity_providers.queries import mappings_of, provider_of_group


@dataclass(frozen=True)
class Connection:
    """A provider as it stood when the request began."""

    group_id: UUID
    group_slug: str
    provider: IdentityProvider
    secret: str
    mappings: tuple[RoleMapping, ...]

    @property
    def door(self) -> str:
        return self.provider.label

    @property
    def door_key(self) -> str:
        return door_key(self.group_slug)

    @property
    def key(self) -> str:
        """Whose a state is: that provider, and that issuer and client of it."""
        return f"{self.provider.pk}:{self.provider.issuer}:{self.provider.client_id}"

    @property
    def mapped_claims(self) -> frozenset[str]:
        return frozenset(one.claim for one in self.mappings)


def door_key(group_slug: str) -> str:
    """What the browser remembers as its last door."""
    return f"group:{group_slug}"


def connection_at(group_slug: str) -> Connection | None:
    """The provider of the group of that address, whatever its state; None when there is no such group or provider."""
    group = group_by_slug(group_slug)
    if group is None:
        return None
    with tenant(group.id):
        provider = provider_of_group()
        if provider is None:
            return None
        mappings = tuple(mappings_of(provider))
    return Connection(group.id, group_slug, provider, decrypt(provider.sealed_secret), mappings)


def carry(request: HttpRequest, connection: Connection) -> None:
    """Where allauth's adapter finds it."""
    request.group_connection = connection  # type: ignore[attr-defined]


def carried(request: HttpRequest) -> Connection:
    found: Connection = request.group_connection  # type: ignore[attr-defined]
    return found
