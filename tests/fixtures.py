"""Fixtures that every room shares: a group of two sites, its people of the portal, and signed-in clients."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from tenants.memberships.models import User
from tenants.memberships.permissions import Role
from tests.factories.groups import EstablishmentFactory, GroupFactory, LegalEntityFactory
from tests.factories.memberships import MembershipFactory, UserFactory


def make_group(**values):
    """A group of two establishments: `.id`, `.slug`, `.group`, `.first`, `.second`."""
    group_id = uuid7()
    with tenant(group_id):
        group = GroupFactory(id=group_id, **values)
        entity = LegalEntityFactory()
        first, second = EstablishmentFactory.create_batch(2, legal_entity=entity)
    return SimpleNamespace(
        id=group_id, slug=group.slug, group=group, entity=entity, first=first, second=second
    )


@pytest.fixture
def group(db):
    return make_group()


@pytest.fixture
def door(group):
    """Stands inside the group's own door for the whole test."""
    with tenant(group.id) as opened:
        yield opened


@pytest.fixture
def administrator(group) -> User:
    return MembershipFactory(group_id=group.id).user


@pytest.fixture
def manager(group) -> User:
    """Référent de site of the first establishment only."""
    return MembershipFactory(
        group_id=group.id, role=Role.SITE_MANAGER, establishment_ids=[group.first.pk]
    ).user


@pytest.fixture
def operator_user(db) -> User:
    return UserFactory(operator=True)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """A test client signed in as that user, second factor included."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def pro_sante_connect(sandbox, settings):
    """Pro Santé Connect is the sandbox: our endpoints are its own."""
    settings.PSC_ENABLED = True
    settings.PSC_ISSUER = sandbox.issuer
    settings.PSC_DISCOVERY = sandbox.discovery
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = sandbox.endpoints["authorization"]
    settings.OIDC_OP_TOKEN_ENDPOINT = sandbox.endpoints["token"]
    settings.OIDC_OP_USER_ENDPOINT = sandbox.endpoints["userinfo"]
    settings.OIDC_OP_JWKS_ENDPOINT = sandbox.endpoints["jwks"]
    settings.PSC_END_SESSION_ENDPOINT = sandbox.endpoints["end_session"]
    settings.OIDC_RP_CLIENT_ID = sandbox.client_id
    settings.OIDC_RP_CLIENT_SECRET = sandbox.client_secret
    return sandbox


@pytest.fixture
def directory_api(sandbox, settings):
    """The Annuaire Santé API is the sandbox's, with its built-in people until told otherwise."""
    settings.DIRECTORY_API_URL = sandbox.directory
    settings.DIRECTORY_API_KEY = "cle-du-bac-a-sable"
    sandbox.tell_directory(builtin=True)
    return sandbox


@pytest.fixture
def psi_api(sandbox, settings):
    """API PSI is the sandbox's; a group's key is `ConnectionFactory()`, inside its door."""
    settings.PSI_API_URL = sandbox.psi
    settings.PSI_API_CALLS_PER_SECOND = 1000
    return sandbox
