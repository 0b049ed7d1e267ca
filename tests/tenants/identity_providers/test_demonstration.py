"""The demo's provider opens at the stand-in's address of the day."""

import pytest
from django.test import Client

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tenants.identity_providers.demonstration import open_demo_provider
from tenants.memberships.queries import access_to
from tests.tenants.identity_providers.conftest import GroupDoor


def test_it_opens_and_moves(sandbox, group, administrator, settings):
    access = access_to(administrator, group.slug)
    with tenant(group.id):
        open_demo_provider(actor=access, sandbox_url="http://127.0.0.1:1")
        provider = open_demo_provider(actor=access, sandbox_url=sandbox.root)
        assert provider.mappings.count() == 3
    door = GroupDoor.__new__(GroupDoor)
    door.sandbox, door.group, door.remote, door.provider = (
        sandbox,
        group,
        sandbox.provider("albarine"),
        provider,
    )
    door.client, door.path = Client(), f"/connexion/groupe/{group.slug}/"
    door.come("sophie-entra")
    assert door.rights() == [("site_manager", "active")]


def test_it_exists_in_the_demo_only(group, administrator, settings):
    settings.DEMO = False
    with tenant(group.id), pytest.raises(DomainError):
        open_demo_provider(actor=access_to(administrator, group.slug), sandbox_url="http://127.0.0.1:1")
