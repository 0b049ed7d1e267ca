"""The stand-in plays the authorization code flow as Pro Santé Connect publishes it."""

import base64
from urllib.parse import urlencode, urlsplit

import pytest

from tests.remotes.sandbox.relying_party import (
    RETURN,
    asking,
    brought_back,
    exchanged,
    tokens_of,
    userinfo,
    verified,
)
from tests.sandbox import send

NURSE = "maelle-kergoat"


def test_a_professional_signs_in_from_the_wallet_to_the_user_information(sandbox):
    callback = sandbox.sign_in(asking(sandbox), NURSE)
    back = brought_back(callback)
    assert callback.startswith(RETURN)
    assert (back["state"], back["iss"]) == ("etat", sandbox.issuer)

    answer = exchanged(sandbox, back["code"])
    tokens = answer.json()
    assert set(tokens) == {
        "access_token", "expires_in", "refresh_expires_in", "refresh_token", "token_type", "id_token",
        "not-before-policy", "session_state", "scope",
    }  # fmt: skip
    assert tokens["expires_in"] == 120

    claims = verified(sandbox, tokens["id_token"])
    assert claims["sub"] == "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700000013"
    assert (claims["nonce"], claims["acr"], claims["azp"]) == ("n" * 32, "eidas3", sandbox.client_id)
    assert claims["sid"] == claims["session_state"] == tokens["session_state"]
    assert claims["exp"] - claims["iat"] == 120
    assert (claims["SubjectNameID"], claims["family_name"], claims["authMode"]) == (
        "899700000013",
        "KERGOAT",
        "CARD",
    )

    said = userinfo(sandbox, tokens["access_token"]).json()
    assert said["sub"] == claims["sub"]
    assert "email" not in said


def test_the_issuer_and_the_sign_in_page_are_on_two_hosts(sandbox):
    issuer, wallet = urlsplit(sandbox.issuer), urlsplit(sandbox.endpoints["authorization"])
    assert issuer.hostname != wallet.hostname
    assert send("GET", asking(sandbox).replace("localhost", "127.0.0.1", 1)).status == 404
    assert send("GET", sandbox.discovery.replace("127.0.0.1", "localhost")).status == 404


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"acr_values": "eidas3"}, "invalid_request"),
        ({"acr_values": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_is_told_to_the_client(sandbox, changed, error):
    back = brought_back(sandbox.sign_in(asking(sandbox, **changed), NURSE))
    assert (back["error"], back["state"], back["iss"]) == (error, "etat", sandbox.issuer)


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "inconnu"},
        {"redirect_uri": "http://testserver/ailleurs/"},
        {"redirect_uri": RETURN.rstrip("/")},
        {"redirect_uri": f"{RETURN}?suite=1"},
        {"redirect_uri": RETURN.replace("testserver", "ailleurs.invalid")},
        {"redirect_uri": RETURN.replace("http:", "https:")},
    ],
)
def test_an_undeclared_client_or_address_is_told_to_the_person_only(sandbox, changed):
    page = send("GET", asking(sandbox, **changed))
    assert (page.status, page.location) == (400, "")
    assert "déclaré" in page.text


def test_a_person_may_refuse(sandbox):
    back = brought_back(sandbox.sign_in(asking(sandbox), "refuser"))
    assert (back["error"], back["state"]) == ("access_denied", "etat")


def test_a_sign_in_page_serves_once(sandbox):
    page = send("GET", asking(sandbox)).text
    number = page.split('name="request" value="')[1].split('"')[0]
    choice = sandbox.endpoints["authorization"] + "/choix"
    assert send("POST", choice, {"request": number, "person": NURSE}).status == 302
    assert send("POST", choice, {"request": number, "person": NURSE}).status == 400


def test_a_code_serves_once(sandbox):
    code = brought_back(sandbox.sign_in(asking(sandbox), NURSE))["code"]
    assert exchanged(sandbox, code).status == 200
    again = exchanged(sandbox, code)
    assert (again.status, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"redirect_uri": "http://localhost/connexion/psc/retour/"},
        {"code": "inconnu"},
    ],
)
def test_a_code_is_bound_to_its_request(sandbox, changed):
    code = brought_back(sandbox.sign_in(asking(sandbox), NURSE))["code"]
    refused = exchanged(sandbox, **{"code": code, **changed})
    assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")


def test_a_client_proves_its_secret_by_either_method(sandbox):
    code = brought_back(sandbox.sign_in(asking(sandbox), NURSE))["code"]
    wrong = exchanged(sandbox, code, client_secret="faux")
    assert (wrong.status, wrong.json()["error"]) == (401, "unauthorized_client")
    basic = base64.b64encode(f"{sandbox.client_id}:{sandbox.client_secret}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": RETURN,
        "code_verifier": "v" * 64,
    }
    assert send("POST", sandbox.endpoints["token"], form, {"Authorization": f"Basic {basic}"}).status == 200


def test_a_refresh_token_gives_new_tokens_and_no_identity(sandbox):
    first = tokens_of(sandbox, NURSE)
    client = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    asked = {**client, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert (
        userinfo(sandbox, send("POST", sandbox.endpoints["token"], asked).json()["access_token"]).status
        == 200
    )

    def introspected(token: str) -> dict:
        return send("POST", sandbox.endpoints["introspection"], {**client, "token": token}).json()

    said = introspected(first["access_token"])
    assert (said["active"], said["SubjectNameID"], said["typ"]) == (True, "899700000013", "Bearer")
    assert "SubjectNameID" not in introspected(first["refresh_token"])
    assert userinfo(sandbox, first["refresh_token"]).status == 401
    assert (
        send("POST", sandbox.endpoints["revocation"], {**client, "token": first["access_token"]}).status
        == 200
    )
    assert introspected(first["access_token"]) == {"active": False}
    assert userinfo(sandbox, first["access_token"]).status == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signing_out_ends_the_session_and_is_remembered(sandbox, method):
    tokens = tokens_of(sandbox, NURSE)
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "http://testserver/",
        "state": "fin",
    }
    address = sandbox.endpoints["end_session"]
    in_query = method == "GET"
    answer = send(
        method, f"{address}?{urlencode(asked)}" if in_query else address, None if in_query else asked
    )
    assert answer.location == "http://testserver/?state=fin"
    [session] = sandbox.sessions()
    assert (session["person"], session["lives"]) == (NURSE, False)
    assert session["ended_at"] is not None
    assert userinfo(sandbox, tokens["access_token"]).status == 401


def test_signing_out_without_a_hint_ends_nothing(sandbox):
    tokens_of(sandbox, NURSE)
    assert send("POST", sandbox.endpoints["end_session"], {"client_id": sandbox.client_id}).status == 400
    assert sandbox.sessions()[0]["lives"]


def test_a_living_session_is_offered_again_and_answers_without_a_page(sandbox):
    tokens = tokens_of(sandbox, NURSE)
    cookie = f"sandbox_session={tokens['session_state']}"
    again = brought_back(sandbox.sign_in(asking(sandbox), "continuer", cookie))
    silent = brought_back(sandbox.sign_in(asking(sandbox, prompt="none"), "", cookie))
    assert again["session_state"] == silent["session_state"] == tokens["session_state"]


def test_requests_are_remembered_without_their_secrets(sandbox):
    tokens_of(sandbox, NURSE)
    asked, chosen, exchange = sandbox.log()
    assert (asked["host"], asked["path"], asked["query"]["acr_values"]) == ("localhost", "/auth", "eidas1")
    assert asked["query"]["code_challenge_method"] == "S256"
    assert (chosen["path"], chosen["form"]["person"]) == ("/auth/choix", NURSE)
    assert (exchange["path"], exchange["status"]) == (
        "/auth/realms/esante-wallet/protocol/openid-connect/token",
        200,
    )
    assert {exchange["form"][name] for name in ("code", "client_secret", "code_verifier")} == {"***"}
