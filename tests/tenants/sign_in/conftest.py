"""Pro Santé Connect played by the sandbox, and a browser that walks through it."""

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tenants.memberships.models import User
from tenants.sign_in.identifiers import typed
from tests.factories.memberships import DoorOnlyUserFactory, MembershipFactory
from tests.factories.sign_in import ExternalIdentityFactory
from tests.sandbox import Sandbox


class Psc:
    """`come(persona)` goes out and back with this browser; `link(user, persona)` binds an account beforehand."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.client = sandbox, Client()

    def leave(self, query: str = "") -> str:
        """The address at Pro Santé Connect."""
        return self.client.get(f"/connexion/psc/{query}")["Location"]

    def back(self, address: str, persona: str) -> str:
        """The person chooses; the address of ours, host aside, that the browser is sent to."""
        found = urlsplit(self.sandbox.sign_in(address, persona))
        return f"{found.path}?{found.query}"

    def come(self, persona: str, query: str = "") -> HttpResponse:
        return self.client.get(self.back(self.leave(query), persona))

    def link(self, user: User, persona: str) -> None:
        person = next(one for one in self.sandbox.people() if one["slug"] == persona)
        main = typed(person["userinfo"]["SubjectNameID"])
        ExternalIdentityFactory(user=user, kind=main.kind, value=main.value)

    @property
    def signed_in(self) -> bool:
        return "_auth_user_id" in self.client.session


@pytest.fixture
def psc(pro_sante_connect, settings, db) -> Psc:
    settings.OIDC_TIMEOUT = 0.4
    return Psc(pro_sante_connect)


@pytest.fixture
def nurse(psc, group) -> User:
    """Maëlle Kergoat: linked already, with a right in a group, and no other door."""
    user = MembershipFactory(group_id=group.id, user=DoorOnlyUserFactory()).user
    psc.link(user, "maelle-kergoat")
    return user


def lines(group_id: UUID = PLATFORM) -> list[str]:
    """The sentences of that journal, the platform's by default, oldest first."""
    with tenant(group_id):
        return list(Line.objects.order_by("at").values_list("sentence", flat=True))
