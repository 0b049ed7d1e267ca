"""The same engine as a group's own identity provider: its claims, its people, the same faults."""

import jwt
import pytest

from portal.sandbox.provider_people import EVERYDAY, ODD, PEOPLE
from tests.remotes.sandbox.relying_party import asking, brought_back, tokens_of, userinfo, verified

PLAIN = {"scope": "openid profile email", "acr_values": None}


@pytest.fixture
def okta(sandbox):
    return sandbox.provider("okta")


@pytest.mark.parametrize("slug", PEOPLE)
def test_everyone_signs_in_with_the_same_subject_everywhere(okta, slug):
    tokens = tokens_of(okta, slug, **PLAIN)
    claims = verified(okta, tokens["id_token"])
    assert claims["sub"] == userinfo(okta, tokens["access_token"]).json()["sub"] == PEOPLE[slug].subject
    assert claims["tid"]
    assert "acr_values" not in claims


def claims_of(okta, slug: str) -> dict:
    return verified(okta, tokens_of(okta, slug, **PLAIN)["id_token"])


def test_two_factors_are_said_in_each_providers_words(okta):
    assert claims_of(okta, "claire-okta")["amr"] == ["pwd", "mfa", "swk"]
    assert claims_of(okta, "sophie-entra")["amr"] == ["pwd", "mfa"]
    keycloak = claims_of(okta, "nadia-keycloak")
    assert keycloak["acr"] == "2"
    assert "amr" not in keycloak
    assert claims_of(okta, "un-facteur")["amr"] == ["pwd"]


def test_groups_and_roles_come_in_each_providers_shape(okta):
    assert "trousseau-administrateurs" in claims_of(okta, "claire-okta")["groups"]
    assert claims_of(okta, "sophie-entra")["roles"] == ["Trousseau.Referent"]
    assert claims_of(okta, "nadia-keycloak")["groups"] == ["/trousseau/rh"]
    assert "groups" not in claims_of(okta, "sans-groupe")
    assert "groups" in claims_of(okta, "trop-de-groupes")["_claim_names"]


def test_an_address_alone_proves_nobody(okta):
    claire, other = claims_of(okta, "claire-okta"), claims_of(okta, "adresse-reprise")
    assert claire["email"] == other["email"]
    assert claire["sub"] != other["sub"]
    changed = claims_of(okta, "adresse-changee")
    assert (changed["sub"], changed["oid"]) == (claire["sub"], claire["oid"])
    assert changed["email"] != claire["email"]
    assert claims_of(okta, "adresse-non-verifiee")["email_verified"] is False
    assert "email" not in claims_of(okta, "sans-adresse")


def test_a_thin_id_token_leaves_the_profile_to_the_user_information(okta):
    tokens = tokens_of(okta, "jeton-maigre", **PLAIN)
    assert "email" not in verified(okta, tokens["id_token"])
    assert userinfo(okta, tokens["access_token"]).json()["email"] == "luc@demo.invalid"


def test_two_providers_differ_by_their_issuer_only(sandbox, okta):
    entra = sandbox.provider("entra")
    one, two = claims_of(okta, "claire-okta"), claims_of(entra, "claire-okta")
    assert one["sub"] == two["sub"]
    assert one["iss"] != two["iss"]
    assert one["tid"] != two["tid"]
    tokens = tokens_of(okta, "claire-okta", **PLAIN)
    assert userinfo(entra, tokens["access_token"]).status == 401
    with pytest.raises(jwt.InvalidIssuerError):
        verified(entra, tokens["id_token"])


def test_pro_sante_connects_people_are_not_there(okta):
    assert {one.slug for one in (*EVERYDAY, *ODD)} == set(PEOPLE)
    assert "maelle-kergoat" not in PEOPLE


def test_the_same_faults_strike(sandbox, okta):
    sandbox.fault("wrong_iss")
    with pytest.raises(jwt.InvalidIssuerError):
        claims_of(okta, "claire-okta")
    sandbox.fault("error_server_error")
    back = brought_back(okta.sign_in(asking(okta, **PLAIN), "claire-okta"))
    assert back["error"] == "server_error"


def test_a_client_is_declared_for_one_test(sandbox, okta):
    sandbox.declare("portail-du-groupe", "/compte/oidc/*/login/callback/")
    okta.client_id = "portail-du-groupe"
    address = "http://localhost:8000/compte/oidc/okta/login/callback/"
    back = okta.sign_in(asking(okta, **PLAIN, redirect_uri=address), "claire-okta")
    assert back.startswith(address)
