"""Each fault is seen from outside, strikes as often as told, and then all is well again."""

import threading
import time

import jwt
import pytest

from portal.sandbox.faults import KNOWN
from tests.remotes.sandbox.relying_party import asking, brought_back, exchanged, tokens_of, userinfo, verified
from tests.sandbox import send

NURSE = "maelle-kergoat"

CLAIM_FAULTS = {
    "wrong_aud": jwt.InvalidAudienceError,
    "wrong_iss": jwt.InvalidIssuerError,
    "expired": jwt.ExpiredSignatureError,
    "issued_in_future": jwt.ImmatureSignatureError,
    "bad_signature": jwt.InvalidSignatureError,
    "alg_none": jwt.InvalidAlgorithmError,
    "alg_hs256": jwt.InvalidAlgorithmError,
    "unknown_kid": StopIteration,
}
SAID = {
    "aud_list_without_azp": lambda said: isinstance(said["aud"], list) and "azp" not in said,
    "aud_list_with_azp": lambda said: isinstance(said["aud"], list) and said["azp"] == "trousseau-bas",
    "wrong_azp": lambda said: said["azp"] == "un-autre-client",
    "acr_missing": lambda said: "acr" not in said,
    "acr_unknown": lambda said: said["acr"] == "niveau-inconnu",
    "no_exp": lambda said: "exp" not in said,
    "no_sub": lambda said: "sub" not in said,
    "wrong_nonce": lambda said: said["nonce"] not in {"n" * 32, ""},
    "no_nonce": lambda said: "nonce" not in said,
}
BROKEN = {
    "token_503": ("token", 503),
    "userinfo_503": ("userinfo", 503),
    "jwks_503": ("jwks", 503),
    "logout_503": ("end_session", 503),
}
BACK = {
    "error_login_required": lambda back: back["error"] == "login_required",
    "error_server_error": lambda back: back["error"] == "server_error",
    "state_altered": lambda back: back["state"] != "etat" and "code" in back,
    "iss_parameter_wrong": lambda back: "code" in back and back["iss"].endswith("/autre"),
    "no_code": lambda back: "code" not in back and "error" not in back,
}
SLOW = {"token_slow": "token", "userinfo_slow": "userinfo", "jwks_slow": "jwks", "logout_slow": "end_session"}
OWN_TEST = {
    "key_rotation", "token_not_json", "token_without_id_token", "userinfo_not_json", "userinfo_sub_differs",
    "userinfo_without_subject", "discovery_differs", "discovery_503",
}  # fmt: skip


def test_every_fault_has_its_test():
    of_the_directory = {
        one for one in KNOWN if one.startswith(("directory_", "psi_"))
    }  # with the client that meets them
    assert {*CLAIM_FAULTS, *SAID, *BROKEN, *BACK, *SLOW, *OWN_TEST} == set(KNOWN) - of_the_directory


@pytest.mark.parametrize("fault", CLAIM_FAULTS)
def test_a_token_that_cannot_be_verified(sandbox, fault):
    sandbox.fault(fault)
    with pytest.raises(CLAIM_FAULTS[fault]):
        verified(sandbox, tokens_of(sandbox, NURSE)["id_token"])
    assert verified(sandbox, tokens_of(sandbox, NURSE)["id_token"])["sub"]


@pytest.mark.parametrize("fault", SAID)
def test_a_claim_that_is_not_what_it_should(sandbox, fault):
    sandbox.fault(fault)
    wrong, right = (
        jwt.decode(tokens_of(sandbox, NURSE)["id_token"], options={"verify_signature": False})
        for _ in range(2)
    )
    assert SAID[fault](wrong)
    assert not SAID[fault](right)


@pytest.mark.parametrize("fault", BROKEN)
def test_an_endpoint_that_is_out_of_order(sandbox, fault):
    name, status = BROKEN[fault]
    sandbox.fault(fault, times=2)
    method = "GET" if name == "jwks" else "POST"
    assert [send(method, sandbox.endpoints[name]).status == status for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("fault", BACK)
def test_a_way_back_that_is_not_what_it_should(sandbox, fault):
    sandbox.fault(fault)
    assert BACK[fault](brought_back(sandbox.sign_in(asking(sandbox), NURSE)))
    assert brought_back(sandbox.sign_in(asking(sandbox), NURSE))["state"] == "etat"


@pytest.mark.parametrize("fault", SLOW)
def test_a_slow_answer_keeps_nobody_else_waiting(sandbox, fault):
    sandbox.fault(fault, seconds=0.3)
    address = sandbox.endpoints[SLOW[fault]]
    method = "GET" if fault == "jwks_slow" else "POST"
    lasted: list[float] = []

    def ask() -> None:
        begun = time.monotonic()
        send(method, address)
        lasted.append(time.monotonic() - begun)

    waiting = threading.Thread(target=ask)
    waiting.start()
    while sandbox.active_faults():
        time.sleep(0.005)
    begun = time.monotonic()
    send("GET", sandbox.discovery)
    assert time.monotonic() - begun < 0.25
    waiting.join()
    assert lasted[0] >= 0.3


def test_a_rotation_publishes_the_new_key_and_withdraws_the_old_one(sandbox):
    old = send("GET", sandbox.endpoints["jwks"]).json()
    sandbox.fault("key_rotation")
    token = tokens_of(sandbox, NURSE)["id_token"]
    assert jwt.get_unverified_header(token)["kid"] not in [one["kid"] for one in old["keys"]]
    assert verified(sandbox, token)
    published = send("GET", sandbox.endpoints["jwks"]).json()["keys"]
    assert old["keys"][1]["kid"] not in [one["kid"] for one in published]


def test_answers_that_are_not_json(sandbox):
    tokens = tokens_of(sandbox, NURSE)
    sandbox.fault("token_not_json")
    sandbox.fault("userinfo_not_json")
    code = brought_back(sandbox.sign_in(asking(sandbox), NURSE))["code"]
    for answer in (exchanged(sandbox, code), userinfo(sandbox, tokens["access_token"])):
        assert answer.status == 200
        assert answer.text.startswith("<!DOCTYPE html>")
    assert exchanged(sandbox, code).status == 200, "the fault strikes before the code is used"


def test_tokens_without_an_id_token(sandbox):
    sandbox.fault("token_without_id_token")
    assert "id_token" not in tokens_of(sandbox, NURSE)


def test_a_user_information_of_someone_else_or_of_nobody(sandbox):
    tokens = tokens_of(sandbox, NURSE)
    sandbox.fault("userinfo_sub_differs")
    other = userinfo(sandbox, tokens["access_token"]).json()
    assert other["sub"] != verified(sandbox, tokens["id_token"])["sub"]
    assert other["SubjectNameID"] == "899700000013"
    sandbox.fault("userinfo_without_subject")
    nobody = userinfo(sandbox, tokens["access_token"]).json()
    assert nobody.keys().isdisjoint({"sub", "SubjectNameID", "preferred_username", "otherIds"})


def test_a_discovery_that_moved_or_does_not_answer(sandbox):
    sandbox.fault("discovery_differs")
    moved = send("GET", sandbox.discovery).json()
    assert moved["token_endpoint"] != sandbox.endpoints["token"]
    assert moved["issuer"] == sandbox.issuer
    sandbox.fault("discovery_503")
    assert send("GET", sandbox.discovery).status == 503


def test_a_fault_lasts_until_told_otherwise(sandbox):
    sandbox.fault("jwks_503", times=None)
    assert [send("GET", sandbox.endpoints["jwks"]).status for _ in range(3)] == [503] * 3
    sandbox.well_again()
    assert send("GET", sandbox.endpoints["jwks"]).status == 200


def test_an_unknown_fault_is_refused(sandbox):
    answer = send("PUT", f"{sandbox.root}/_sandbox/fault", json_body={"fault": "inconnue"})
    assert answer.status == 400
