"""What every fault of Pro Santé Connect, and every odd way back, answers: a French page and a journal line."""

from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from portal.foundation.clock import now
from portal.sandbox.faults import KNOWN
from tests.tenants.sign_in.conftest import lines

NURSE = "maelle-kergoat"
UNVERIFIED = (403, "n'a pas pu être vérifiée")
UNREACHABLE = (503, "ne répond pas en ce moment")
FAULTS = {
    "wrong_aud": (*UNVERIFIED, "jeton destiné à un autre client"),
    "aud_list_without_azp": (*UNVERIFIED, "azp d'un autre client"),
    "wrong_azp": (*UNVERIFIED, "azp d'un autre client"),
    "wrong_iss": (*UNVERIFIED, "jeton d'un autre émetteur"),
    "acr_missing": (403, "deux facteurs", "niveau absent"),
    "acr_unknown": (403, "deux facteurs", "niveau "),
    "expired": (*UNVERIFIED, "jeton expiré"),
    "issued_in_future": (*UNVERIFIED, "jeton daté du futur"),
    "no_exp": (*UNVERIFIED, "jeton incomplet"),
    "no_sub": (*UNVERIFIED, "jeton incomplet"),
    "wrong_nonce": (*UNVERIFIED, "nonce différent"),
    "no_nonce": (*UNVERIFIED, "nonce différent"),
    "bad_signature": (*UNVERIFIED, "signature fausse"),
    "alg_none": (*UNVERIFIED, ""),
    "alg_hs256": (*UNVERIFIED, ""),
    "unknown_kid": (*UNVERIFIED, "clé inconnue"),
    "token_503": (*UNREACHABLE, "réponse 503"),
    "token_slow": (*UNREACHABLE, "délai dépassé"),
    "token_not_json": (*UNVERIFIED, "réponse illisible"),
    "token_without_id_token": (*UNVERIFIED, "sans id_token"),
    "userinfo_503": (*UNREACHABLE, "réponse 503"),
    "userinfo_slow": (*UNREACHABLE, "délai dépassé"),
    "userinfo_not_json": (*UNVERIFIED, "réponse illisible"),
    "userinfo_sub_differs": (*UNVERIFIED, "userinfo d'une autre personne"),
    "userinfo_without_subject": (*UNVERIFIED, "userinfo d'une autre personne"),
    "jwks_503": (*UNREACHABLE, "réponse 503"),
    "jwks_slow": (*UNREACHABLE, "délai dépassé"),
    "error_login_required": (502, "n'a pas pu vous connecter", "login_required"),
    "error_server_error": (502, "n'a pas pu vous connecter", "server_error"),
    "state_altered": (400, "a déjà servi", "state inconnu"),
    "iss_parameter_wrong": (*UNVERIFIED, "retour d'un autre émetteur"),
    "no_code": (400, "a déjà servi", "retour sans code"),
}
HARMLESS = {"aud_list_with_azp", "key_rotation"}
ELSEWHERE = {"discovery_differs", "discovery_503", "logout_503", "logout_slow"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_french_page_and_a_journal_line(psc, nurse, fault):
    status, sentence, cause = FAULTS[fault]
    psc.sandbox.fault(fault, seconds=1.5)
    answer = psc.come(NURSE)
    assert (answer.status_code, psc.signed_in) == (status, False)
    assert sentence in unescape(answer.text)
    assert "Référence à donner à l'assistance" in unescape(answer.text)
    assert "Retour à la connexion" in unescape(answer.text)
    written = [one for one in lines() if "a refusé une connexion par Pro Santé Connect" in one]
    assert len(written) == 1
    assert cause in written[0]


@pytest.mark.parametrize("fault", sorted(HARMLESS))
def test_what_is_allowed_to_happen_signs_in(psc, nurse, fault):
    psc.sandbox.fault(fault)
    psc.come(NURSE)
    assert psc.signed_in


def test_the_matrix_holds_every_fault_of_the_sandbox(psc):
    """A new fault needs its line; read from the sandbox itself, that the product never imports."""
    of_sign_in = {
        one for one in KNOWN if not one.startswith(("directory_", "psi_"))
    }  # the Annuaire Santé has its own tests
    assert set(FAULTS) | HARMLESS | ELSEWHERE == of_sign_in


def test_after_a_fault_the_door_opens_again(psc, nurse):
    psc.sandbox.fault("token_503")
    assert psc.come(NURSE).status_code == 503
    psc.come(NURSE)
    assert psc.signed_in


def test_cancelling_says_so(psc, nurse):
    answer = psc.come("refuser")
    assert (answer.status_code, psc.signed_in) == (403, False)
    assert "Vous avez annulé la connexion par Pro Santé Connect" in unescape(answer.text)


def test_coming_back_twice_is_refused(psc, nurse):
    address = psc.back(psc.leave(), NURSE)
    assert psc.client.get(address).status_code == 302
    psc.client.logout()
    assert psc.client.get(address).status_code == 400


def test_a_double_click_on_the_way_back_opens_one_session(psc, nurse):
    """The second request finds no state and leaves the session of the first alone."""
    address = psc.back(psc.leave(), NURSE)
    psc.client.get(address)
    assert psc.client.get(address).status_code == 400
    assert psc.signed_in


def test_a_failed_return_used_its_state_up(psc, nurse):
    psc.sandbox.fault("token_503")
    address = psc.back(psc.leave(), NURSE)
    assert psc.client.get(address).status_code == 503
    assert "a déjà servi" in unescape(psc.client.get(address).text)


def test_another_browser_cannot_come_back_in_our_place(psc, nurse):
    address = psc.back(psc.leave(), NURSE)
    assert Client().get(address).status_code == 400


def test_a_state_lasts_ten_minutes(psc, nurse, time_machine):
    address = psc.leave()
    time_machine.move_to(now() + timedelta(minutes=11))
    answer = psc.client.get(
        "/connexion/psc/retour/", {"state": parse_qs(urlsplit(address).query)["state"][0]}
    )
    assert (answer.status_code, "10 minutes" in unescape(answer.text)) == (400, True)


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?code=y", "?state=x&code=y", "?error=access_denied", "?state=%00"]
)
def test_an_invented_return_is_refused(psc, query):
    assert psc.client.get(f"/connexion/psc/retour/{query}").status_code == 400


def test_a_wrong_secret_is_our_fault_and_says_so(psc, nurse, settings):
    settings.OIDC_RP_CLIENT_SECRET = "autre"
    answer = psc.come(NURSE)
    assert answer.status_code == 502
    assert "ne reconnaît pas Trousseau" in unescape(answer.text)


def test_a_refused_connection_is_a_page(psc, nurse, settings):
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    assert psc.come(NURSE).status_code == 503


def test_a_sign_in_page_without_pro_sante_connect_does_not_offer_it(client, settings, db):
    settings.PSC_ENABLED = False
    assert "Pro Santé Connect" not in unescape(client.get("/compte/login/").text)
    assert client.get("/connexion/psc/").status_code == 404


def test_parameters_of_the_callback_open_nothing_on_the_password_page(psc, nurse):
    """mozilla's backend would try any `code` and `state` it sees: it is not one of our backends."""
    before = len(psc.sandbox.log("token"))
    psc.client.post("/compte/login/?code=x&state=y", {"login": nurse.email, "password": "faux"})
    assert (len(psc.sandbox.log("token")), psc.signed_in) == (before, False)
