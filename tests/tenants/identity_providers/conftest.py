"""A group's provider played by the sandbox over real HTTP, and a browser that walks through it."""

from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.identity_providers.models import IdentityProvider, RoleMapping
from tenants.memberships.models import Membership, User
from tests.factories.identity_providers import IdentityProviderFactory, RoleMappingFactory
from tests.factories.sign_in import ExternalIdentityFactory
from tests.sandbox import Sandbox


class GroupDoor:
    """`come(persona)` goes out and back with this browser; `link(user, persona)` binds an account beforehand."""

    def __init__(self, sandbox: Sandbox, group: SimpleNamespace, name: str = "okta") -> None:
        self.sandbox, self.group, self.client = sandbox, group, Client()
        self.remote = sandbox.provider(name)
        self.path = f"/connexion/groupe/{group.slug}/"
        with tenant(group.id):
            self.provider: IdentityProvider = IdentityProviderFactory(issuer=self.remote.issuer)

    def change(self, **values) -> None:
        with tenant(self.group.id):
            IdentityProvider.objects.filter(pk=self.provider.pk).update(**values)
            self.provider.refresh_from_db()

    def map(self, mapped_by: User, **values) -> RoleMapping:
        with tenant(self.group.id):
            return RoleMappingFactory(provider=self.provider, mapped_by=mapped_by, **values)

    def leave(self, query: str = "") -> str:
        """The address at the provider."""
        return self.client.get(f"{self.path}{query}")["Location"]

    def back(self, address: str, persona: str) -> str:
        """The person chooses; the address of ours, host aside, that the browser is sent to."""
        found = urlsplit(self.remote.sign_in(address, persona))
        return f"{found.path}?{found.query}"

    def come(self, persona: str, query: str = "") -> HttpResponse:
        return self.client.get(self.back(self.leave(query), persona))

    def subject(self, persona: str) -> str:
        return next(one for one in self.sandbox.people("idp") if one["slug"] == persona)["sub"]

    def link(self, user: User, persona: str) -> None:
        ExternalIdentityFactory(
            user=user, issuer=self.remote.issuer, kind="subject", value=self.subject(persona),
            group_id=self.group.id,
        )  # fmt: skip

    def rights(self, **values) -> list[tuple[str, str]]:
        rows = Membership.objects.filter(
            group_id=self.group.id, granted_by_provider=self.provider.pk, **values
        )
        return sorted(rows.values_list("role", "state"))

    def lines(self) -> list[str]:
        with tenant(self.group.id):
            return list(Line.objects.order_by("at", "number").values_list("sentence", flat=True))

    @property
    def signed_in(self) -> bool:
        return "_auth_user_id" in self.client.session


@pytest.fixture
def door_of_group(sandbox, group, settings) -> GroupDoor:
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.5
    return GroupDoor(sandbox, group)
