"""End to end against npm oidc-provider, certified and independent: PKCE required, factors said by its own login page."""

from html import unescape
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from portal.foundation.secrets import encrypt
from portal.foundation.tenancy import tenant
from tenants.identity_providers.oidc.examination import examine, is_sound
from tenants.memberships.models import User
from tenants.memberships.queries import memberships_in_force
from tests.factories.identity_providers import IdentityProviderFactory, RoleMappingFactory
from tests.remotes.oidc_provider.independent import Independent

pytestmark = pytest.mark.slow
TWO_FACTORS, BY_LEVEL = "claire|2|pwd hwk", "claire|2|"


class Walk:
    """One browser, one group, this provider."""

    def __init__(self, remote: Independent, group, administrator) -> None:
        self.remote, self.group, self.client = remote, group, Client()
        self.path = f"/connexion/groupe/{group.slug}/"
        remote.control(redirect_uris=[f"http://localhost:8000{self.path}retour/"], alg="RS256")
        with tenant(group.id):
            self.provider = IdentityProviderFactory(
                issuer=remote.issuer, client_id=remote.client_id, sealed_secret=encrypt(remote.client_secret),
                extra_scopes=["groups"],
            )  # fmt: skip
            RoleMappingFactory(
                provider=self.provider, mapped_by=administrator, establishment_ids=[group.first.pk]
            )

    def come(self, how: str):
        found = urlsplit(self.remote.sign_in(self.client.get(self.path)["Location"], how))
        return self.client.get(f"{found.path}?{found.query}")

    @property
    def signed_in(self) -> bool:
        return "_auth_user_id" in self.client.session


@pytest.fixture
def walk(independent_process, group, administrator) -> Walk:
    cache.clear()
    return Walk(independent_process, group, administrator)


def test_somebody_new_enters_with_the_role_of_their_groups(walk):
    """Its id_token says neither address nor groups: they come from the user information."""
    assert walk.come(TWO_FACTORS)["Location"] == "/"
    user = User.objects.get(email="claire@demo.invalid")
    (right,) = memberships_in_force(user)
    assert (right.role, right.establishment_ids) == ("site_manager", [walk.group.first.pk])
    walk.client.logout()
    walk.come(TWO_FACTORS)
    assert walk.client.session["_auth_user_id"] == str(user.pk)


def test_a_level_alone_proves_two_factors_when_the_group_says_so(walk):
    walk.come(BY_LEVEL)
    assert walk.signed_in


def test_signatures_on_an_elliptic_curve_are_read(walk):
    walk.remote.control(alg="ES256")
    walk.come(TWO_FACTORS)
    assert walk.signed_in


def test_its_keys_may_turn(walk):
    walk.come(TWO_FACTORS)
    walk.client.logout()
    walk.remote.control(rotate=True)
    walk.come(TWO_FACTORS)
    assert walk.signed_in


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("claire||pwd", 403, "c'est un seul facteur"),
        ("claire|1|", 403, "il dit le niveau 1"),
        ("marc|2|pwd hwk", 403, "adresse électronique vérifiée"),
        ("refuser", 403, "Vous avez annulé"),
    ],
)
def test_a_refusal_is_explained(walk, how, status, words):
    answer = walk.come(how)
    assert (answer.status_code, walk.signed_in) == (status, False)
    assert words in unescape(answer.text)


def test_a_wrong_secret_is_told(walk):
    with tenant(walk.group.id):
        walk.provider.sealed_secret = encrypt("un-autre-secret")
        walk.provider.save()
    assert walk.come(TWO_FACTORS).status_code == 502


def test_its_description_of_itself_is_sound(walk):
    found = examine(walk.remote.issuer, "la porte")
    assert is_sound(found), [one.text for one in found]
