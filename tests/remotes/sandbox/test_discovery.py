"""What is published, and only where it is published."""

from urllib.parse import urlsplit

import pytest

from tests.house.rooms import routes
from tests.sandbox import send

# Keys of the mock in ansforge/psc-edc-proxy-esante (2025).
PUBLISHED = set(
    "issuer authorization_endpoint token_endpoint introspection_endpoint userinfo_endpoint end_session_endpoint "
    "jwks_uri revocation_endpoint backchannel_authentication_endpoint pushed_authorization_request_endpoint "
    "require_pushed_authorization_requests acr_values_supported response_types_supported subject_types_supported "
    "code_challenge_methods_supported scopes_supported token_endpoint_auth_methods_supported "
    "tls_client_certificate_bound_access_tokens mtls_endpoint_aliases frontchannel_logout_supported "
    "frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported "
    "backchannel_token_delivery_modes_supported authorization_response_iss_parameter_supported grant_types_supported "
    "userinfo_signing_alg_values_supported".split()
)


def test_pro_sante_connect_publishes_what_the_ans_does(sandbox):
    document = send("GET", sandbox.discovery).json()
    assert document.keys() >= PUBLISHED
    assert document["issuer"] == sandbox.issuer
    assert document["acr_values_supported"] == ["0", "0"]
    assert {"scope_all", "eidas1"} <= set(document["scopes_supported"])
    for name, address in sandbox.endpoints.items():
        assert document["jwks_uri" if name == "jwks" else f"{name}_endpoint"] == address


def test_the_standard_address_does_not_answer_for_pro_sante_connect(sandbox):
    assert send("GET", f"{sandbox.issuer}/.well-known/openid-configuration").status == 404


def test_a_group_provider_publishes_at_the_standard_address_only(sandbox):
    okta = sandbox.provider("okta")
    document = send("GET", okta.discovery).json()
    assert document["issuer"] == okta.issuer == f"{sandbox.root}/idp/okta"
    assert document["authorization_endpoint"] == okta.endpoints["authorization"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert send("GET", f"{okta.issuer}/.well-known/wallet-openid-configuration").status == 404


def test_every_published_address_of_the_flow_answers(sandbox):
    for provider in (sandbox, sandbox.provider("entra")):
        for address in provider.endpoints.values():
            assert send("GET", address).status in {200, 400, 401, 405}, address


def test_the_encryption_key_is_published_first_and_is_not_the_signing_one(sandbox):
    encryption, signing = send("GET", sandbox.endpoints["jwks"]).json()["keys"]
    assert (encryption["use"], signing["use"], signing["alg"]) == ("enc", "sig", "RS256")
    assert encryption["kid"] != signing["kid"]
    assert "d" not in signing


@pytest.mark.slow
def test_the_portal_itself_serves_none_of_it():
    served = [one.pattern for one in routes() if "_sandbox" in one.pattern or "esante-wallet" in one.pattern]
    assert served == []
    assert [one.pattern for one in routes() if "sandbox" in getattr(one.view, "__module__", "")] == []


def test_addresses_keep_to_loopback(sandbox):
    document = send("GET", sandbox.discovery).json()
    addresses = [value for value in document.values() if isinstance(value, str) and value.startswith("http")]
    assert {urlsplit(one).hostname for one in addresses} == {"127.0.0.1", "localhost"}
