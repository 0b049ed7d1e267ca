"""Every fault of a group's provider, over real HTTP: a French page, a line in the journal, nobody signed in."""

from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from portal.sandbox.faults import KNOWN
from tests.factories.memberships import DoorOnlyUserFactory, MembershipFactory

pytestmark = pytest.mark.slow
CLAIRE = "claire-okta"
UNVERIFIED = (403, "n'a pas pu être vérifiée")
UNREACHABLE = (503, "ne répond pas en ce moment")
FAULTS = {
    "wrong_aud": (*UNVERIFIED, "jeton destiné à un autre client"),
    "aud_list_without_azp": (*UNVERIFIED, "azp d'un autre client"),
    "wrong_azp": (*UNVERIFIED, "azp d'un autre client"),
    "wrong_iss": (*UNVERIFIED, "jeton d'un autre émetteur"),
    "expired": (*UNVERIFIED, "jeton expiré"),
    "issued_in_future": (*UNVERIFIED, "jeton daté du futur"),
    "no_exp": (*UNVERIFIED, "jeton incomplet"),
    "no_sub": (*UNVERIFIED, "jeton incomplet"),
    "wrong_nonce": (*UNVERIFIED, "nonce d'une autre demande"),
    "no_nonce": (*UNVERIFIED, "jeton incomplet"),
    "bad_signature": (*UNVERIFIED, "signature fausse"),
    "alg_none": (*UNVERIFIED, "algorithme de signature refusé"),
    "alg_hs256": (*UNVERIFIED, "algorithme de signature refusé"),
    "unknown_kid": (*UNVERIFIED, "jeton illisible"),
    "token_503": (*UNREACHABLE, "réponse 503"),
    "token_slow": (*UNREACHABLE, "délai dépassé"),
    "token_not_json": (*UNVERIFIED, "réponse illisible"),
    "token_without_id_token": (*UNVERIFIED, "sans id_token"),
    "jwks_503": (*UNREACHABLE, "réponse 503"),
    "jwks_slow": (*UNREACHABLE, "délai dépassé"),
    "error_login_required": (502, "n'a pas pu vous connecter", "login_required"),
    "error_server_error": (502, "n'a pas pu vous connecter", "server_error"),
    "state_altered": (400, "a déjà servi", "state inconnu"),
    "iss_parameter_wrong": (*UNVERIFIED, "retour d'un autre émetteur"),
    "no_code": (400, "a déjà servi", "retour sans code"),
}
OF_USERINFO = {
    "userinfo_503": (*UNREACHABLE, "réponse 503"),
    "userinfo_slow": (*UNREACHABLE, "délai dépassé"),
    "userinfo_not_json": (*UNVERIFIED, "réponse illisible"),
    "userinfo_sub_differs": (*UNVERIFIED, "userinfo d'une autre personne"),
    "userinfo_without_subject": (*UNVERIFIED, "userinfo d'une autre personne"),
}
ON_THE_WAY_OUT = {"discovery_503": (*UNREACHABLE, "réponse 503")}
HARMLESS = {"aud_list_with_azp", "key_rotation"}
# Claire's factors are said by amr; this door signs nobody out elsewhere; other addresses are still those of the issuer.
OTHERS = {"acr_missing", "acr_unknown", "logout_503", "logout_slow", "discovery_differs"}


@pytest.fixture
def claire(door_of_group, group):
    """Linked already, with a right that a person gave."""
    user = MembershipFactory(group_id=group.id, user=DoorOnlyUserFactory()).user
    door_of_group.link(user, CLAIRE)
    return user


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def refusals() -> list[str]:
    with tenant(PLATFORM):
        sentences = Line.objects.order_by("at").values_list("sentence", flat=True)
        return [one for one in sentences if "a refusé une connexion par le compte de la Fondation" in one]


def check_refused(door, answer, expected) -> None:
    status, sentence, cause = expected
    assert (answer.status_code, door.signed_in) == (status, False)
    assert sentence in unescape(answer.text)
    assert "Retour à la connexion" in unescape(answer.text)
    assert [cause in one for one in refusals()] == [True]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_french_page_and_a_journal_line(door_of_group, claire, fault):
    door_of_group.sandbox.fault(fault, seconds=1.5)
    check_refused(door_of_group, door_of_group.come(CLAIRE), FAULTS[fault])


@pytest.mark.parametrize("fault", OF_USERINFO)
def test_a_fault_of_the_user_information(door_of_group, fault):
    """Asked only of those whose token does not say all that is read."""
    door_of_group.sandbox.fault(fault, seconds=1.5)
    check_refused(door_of_group, door_of_group.come("jeton-maigre"), OF_USERINFO[fault])


@pytest.mark.parametrize("fault", ON_THE_WAY_OUT)
def test_a_fault_on_the_way_out(door_of_group, fault):
    door_of_group.sandbox.fault(fault)
    check_refused(door_of_group, door_of_group.client.get(door_of_group.path), ON_THE_WAY_OUT[fault])


@pytest.mark.parametrize("fault", sorted(HARMLESS))
def test_what_is_allowed_to_happen_signs_in(door_of_group, claire, fault):
    door_of_group.sandbox.fault(fault)
    door_of_group.come(CLAIRE)
    assert door_of_group.signed_in


def test_keys_that_turn_are_read_again_once(door_of_group, claire):
    door_of_group.come(CLAIRE)
    before = len(door_of_group.sandbox.log("certs"))
    door_of_group.client.logout()
    door_of_group.come(CLAIRE)
    assert len(door_of_group.sandbox.log("certs")) == before, "keys are kept"
    door_of_group.client.logout()
    door_of_group.sandbox.fault("key_rotation")
    door_of_group.come(CLAIRE)
    assert door_of_group.signed_in
    assert len(door_of_group.sandbox.log("certs")) == before + 1
    door_of_group.client.logout()
    door_of_group.sandbox.fault("unknown_kid")
    assert door_of_group.come(CLAIRE).status_code == 403
    assert len(door_of_group.sandbox.log("certs")) == before + 2


def test_the_matrix_holds_every_fault_of_the_sandbox():
    of_sign_in = {
        one for one in KNOWN if not one.startswith(("directory_", "psi_"))
    }  # the Annuaire Santé has its own tests
    assert set(FAULTS) | set(OF_USERINFO) | set(ON_THE_WAY_OUT) | HARMLESS | OTHERS == of_sign_in


def test_a_document_of_another_issuer_is_not_believed(door_of_group):
    door_of_group.change(issuer=f"{door_of_group.remote.issuer}/")
    answer = door_of_group.client.get(door_of_group.path)
    check_refused(door_of_group, answer, (*UNVERIFIED, "réponse mal formée"))


def test_what_is_asked_of_the_provider(door_of_group):
    sent = {name: values[0] for name, values in parse_qs(urlsplit(door_of_group.leave()).query).items()}
    assert set(sent["scope"].split()) == {"openid", "profile", "email"}
    assert (sent["code_challenge_method"], len(sent["code_challenge"])) == ("S256", 43)
    assert sent["redirect_uri"] == f"http://localhost:8000{door_of_group.path}retour/"
    assert sent["acr_values"] == "2"
    assert len(sent["state"]) >= 16
    assert len(sent["nonce"]) >= 32


def test_the_address_of_the_way_out_changes_nothing_of_what_is_asked(door_of_group):
    """Stock allauth takes scope and auth_params from it."""
    sent = parse_qs(
        urlsplit(door_of_group.leave("?scope=admin&auth_params=prompt%3Dnone&process=connect")).query
    )
    assert "admin" not in sent["scope"][0]
    assert "prompt" not in sent


def test_cancelling_says_so(door_of_group, claire):
    answer = door_of_group.come("refuser")
    assert (answer.status_code, door_of_group.signed_in) == (403, False)
    assert "Vous avez annulé la connexion par le compte de la Fondation" in unescape(answer.text)


def test_coming_back_twice_is_refused(door_of_group, claire):
    address = door_of_group.back(door_of_group.leave(), CLAIRE)
    assert door_of_group.client.get(address).status_code == 302
    door_of_group.client.logout()
    assert door_of_group.client.get(address).status_code == 400


def test_a_session_that_ends_meanwhile_is_a_refusal(door_of_group, claire, monkeypatch):
    address = door_of_group.back(door_of_group.leave(), CLAIRE)
    Session.objects.all().delete()
    cache.clear()
    assert door_of_group.client.get(address).status_code == 400


def test_the_door_is_not_asked_for_without_end(door_of_group, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "door_trips": "2/m/ip"}
    assert [door_of_group.client.get(door_of_group.path).status_code for _ in range(3)] == [302, 302, 429]


def test_a_failed_return_used_its_state_up(door_of_group, claire):
    door_of_group.sandbox.fault("token_503")
    address = door_of_group.back(door_of_group.leave(), CLAIRE)
    assert door_of_group.client.get(address).status_code == 503
    assert "a déjà servi" in unescape(door_of_group.client.get(address).text)


def test_another_browser_cannot_come_back_in_our_place(door_of_group, claire):
    address = door_of_group.back(door_of_group.leave(), CLAIRE)
    assert Client().get(address).status_code == 400


def test_a_state_lasts_ten_minutes(door_of_group, time_machine):
    state = parse_qs(urlsplit(door_of_group.leave()).query)["state"][0]
    time_machine.move_to(now() + timedelta(minutes=11))
    answer = door_of_group.client.get(f"{door_of_group.path}retour/", {"state": state})
    assert (answer.status_code, "10 minutes" in unescape(answer.text)) == (400, True)


def test_a_state_serves_its_own_provider_only(door_of_group, claire):
    address = door_of_group.back(door_of_group.leave(), CLAIRE)
    door_of_group.change(client_id="un-autre-client")
    assert door_of_group.client.get(address).status_code == 400


@pytest.mark.parametrize("query", ["", "?state=x", "?code=y", "?state=x&code=y", "?error=access_denied"])
def test_an_invented_return_is_refused(door_of_group, query):
    assert door_of_group.client.get(f"{door_of_group.path}retour/{query}").status_code == 400


def test_a_wrong_secret_says_that_the_portal_is_not_recognised(door_of_group, claire):
    from portal.foundation.secrets import encrypt

    door_of_group.change(sealed_secret=encrypt("autre"))
    answer = door_of_group.come(CLAIRE)
    assert (answer.status_code, "ne reconnaît pas Trousseau" in unescape(answer.text)) == (502, True)


def test_a_refused_connection_is_a_page(door_of_group):
    door_of_group.change(issuer="http://127.0.0.1:9/idp/okta")
    assert door_of_group.client.get(door_of_group.path).status_code == 503


def test_a_closed_account_is_refused_in_words(door_of_group, claire):
    claire.is_active = False
    claire.save()
    answer = door_of_group.come(CLAIRE)
    assert (answer.status_code, door_of_group.signed_in) == (403, False)
    assert "est fermé" in unescape(answer.text)


@pytest.mark.parametrize("state", ["draft", "suspended"])
def test_a_door_that_is_not_open_is_shut_on_both_ways(door_of_group, claire, state):
    address = door_of_group.back(door_of_group.leave(), CLAIRE)
    door_of_group.change(state=state)
    for path in (address, door_of_group.path):
        answer = door_of_group.client.get(path)
        assert (answer.status_code, door_of_group.signed_in) == (403, False)
        assert "n'est pas ouverte" in unescape(answer.text)


@pytest.mark.parametrize("slug", ["nulle-part", "retour"])
def test_an_address_without_provider_leads_to_the_other_doors(client, db, slug):
    for path in (f"/connexion/groupe/{slug}/", f"/connexion/groupe/{slug}/retour/?state=x&code=y"):
        assert client.get(path)["Location"] == "/compte/login/"


def test_a_provider_that_fails_leaves_the_other_doors_open(door_of_group, client):
    door_of_group.sandbox.fault("discovery_503", times=None)
    assert client.get(door_of_group.path).status_code == 503
    page = unescape(client.get(f"/compte/login/?next=/g/{door_of_group.group.slug}/").text)
    assert "Continuer avec le compte de la Fondation" in page
    assert "Se connecter" in page


def test_no_token_is_kept_nor_shown(door_of_group, claire):
    door_of_group.come(CLAIRE)
    kept = str(dict(door_of_group.client.session)) + str(door_of_group.client.cookies)
    assert "eyJ" not in kept
    page = door_of_group.client.get(f"/g/{door_of_group.group.slug}/").text
    assert "eyJ" not in page
