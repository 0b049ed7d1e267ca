"""Pro Santé Connect over real HTTP, against the sandbox: what is sent, who enters, and what every fault answers."""

from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from portal.sandbox.faults import KNOWN
from tenants.memberships.links import invitation_token
from tenants.memberships.models import User
from tenants.memberships.sessions import LAST_SEEN_AT, SIGNED_IN_AT
from tenants.sign_in.models import ExternalIdentity
from tenants.sign_in.queries import links_of
from tenants.sign_in.tasks import forget_old_sessions
from tests.factories.memberships import DoorOnlyUserFactory, InvitationFactory, MembershipFactory
from tests.fixtures import make_group

NURSE = "maelle-kergoat"


def lines(group_id=PLATFORM) -> list[str]:
    with tenant(group_id):
        return list(Line.objects.order_by("at").values_list("sentence", flat=True))


@pytest.fixture
def nurse(psc, group) -> User:
    """Linked already, with a right in a group."""
    user = MembershipFactory(group_id=group.id, user=DoorOnlyUserFactory()).user
    psc.link(user, NURSE)
    return user


def test_what_is_asked_of_pro_sante_connect(psc):
    sent = {name: values[0] for name, values in parse_qs(urlsplit(psc.leave()).query).items()}
    assert sent["scope"] == "openid scope_all"
    assert sent["acr_values"] == "eidas1"
    assert sent["code_challenge_method"] == "S256"
    assert sent["redirect_uri"] == "http://localhost:8000/connexion/psc/retour/"
    assert len(sent["state"]) >= 32
    assert len(sent["nonce"]) >= 32


def test_one_callback_for_all_groups(psc, group):
    sent = parse_qs(urlsplit(psc.leave(f"?next=/g/{group.slug}/")).query)
    assert sent["redirect_uri"] == ["http://localhost:8000/connexion/psc/retour/"]


def test_a_linked_professional_enters_and_lands_where_they_wanted(psc, nurse, group):
    answer = psc.come(NURSE, f"?next=/g/{group.slug}/droits/")
    assert answer["Location"] == f"/g/{group.slug}/droits/"
    assert psc.client.get(answer["Location"]).status_code == 200
    assert f"Connexion de {nurse.full_name} : Pro Santé Connect, niveau eidas3, CARD." in lines(group.id)


def test_no_second_factor_of_ours_is_asked(psc, nurse, group):
    psc.come(NURSE)
    assert psc.client.get(f"/g/{group.slug}/").status_code == 200


def test_another_site_is_never_the_page_to_come_back_to(psc, nurse):
    assert psc.come(NURSE, "?next=https://ailleurs.example/")["Location"] == "/"


def test_no_token_reaches_the_browser(psc, nurse):
    answer = psc.come(NURSE)
    page = psc.client.get(answer["Location"], follow=True)
    shown = str(answer.headers) + page.text + str(psc.client.cookies)
    assert "eyJ" not in shown
    assert psc.client.session["psc_id_token"].startswith("eyJ")  # on the server, sealed: to sign out with


def test_a_closed_account_is_refused_in_words(psc, nurse):
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    answer = psc.come(NURSE)
    assert (answer.status_code, psc.signed_in) == (403, False)
    assert "est fermé" in unescape(answer.text)


def test_a_session_stops_with_its_account(psc, nurse, group):
    psc.come(NURSE)
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert psc.client.get(f"/g/{group.slug}/").status_code == 302


def test_an_unknown_professional_is_told_what_to_do(psc):
    answer = psc.come("yann-le-goff")
    page = psc.client.get(answer["Location"])
    assert (page.status_code, psc.signed_in) == (200, False)
    assert "YANN LE GOFF" in unescape(page.text)
    assert "Me connecter et relier" in unescape(page.text)
    assert "Demandez à l'administrateur de votre groupe" in unescape(page.text)


def test_an_answer_that_names_nobody_is_refused_in_words(psc):
    answer = psc.come("personne")
    assert (answer.status_code, psc.signed_in) == (403, False)
    assert "n'a donné aucun identifiant" in unescape(answer.text)


def test_an_address_alone_never_opens_an_account(psc, administrator):
    """No e-mail claim is read, even if one came."""
    User.objects.filter(pk=administrator.pk).update(email="yann.legoff@exemple.invalid")
    psc.come("yann-le-goff")
    assert not psc.signed_in


EVERYBODY = [
    "helene-morin", "claire-delorme", "karim-benali", "sophie-marchand", NURSE, "fatou-diarra", "nadia-roche",
    "paul-vidal", "anne-lecteur", "fatou-diarra-avant", "oceane-baron", "marc-duval", "alice-nguyen", "jeanne-petit",
    "hugo-lambert", "eva-simon", "tom-girard", "lina-masson", "ada-moulin", "remi-pasquier", "bruno-carre",
    "rita-costa", "ines-pereira", "luc-perrin", "sami-haddad", "odile-perret", "noe-gauthier", "zoe-renard",
    "ali-mansour",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("persona", EVERYBODY)
def test_every_shape_of_answer_signs_in(psc, persona):
    """Minimal, odd, old and new answers alike; the account is found again the second time."""
    user = MembershipFactory(group_id=make_group().id, user=DoorOnlyUserFactory()).user
    psc.link(user, persona)
    assert psc.come(persona).status_code == 302
    assert psc.client.session["_auth_user_id"] == str(user.pk)


def test_the_list_of_shapes_is_whole(psc):
    assert sorted({one["slug"] for one in psc.sandbox.people()} - {"yann-le-goff", "personne"}) == sorted(
        EVERYBODY
    )


def _age(client: Client, clock: str, *, minutes: int) -> None:
    """The sandbox's own clock cannot be moved: the session's is."""
    session = client.session
    session[clock] -= minutes * 60
    session.save()


def test_the_psi_identity_of_a_merge_opens_the_account_of_the_rpps(psc, group):
    user = MembershipFactory(group_id=group.id, user=DoorOnlyUserFactory()).user
    psc.link(user, "fatou-diarra-avant")
    psc.come("fatou-diarra")
    assert psc.client.session["_auth_user_id"] == str(user.pk)
    assert {one.kind for one in links_of(user)} == {"rpps", "psi"}


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
    assert set(FAULTS) | HARMLESS | ELSEWHERE == set(KNOWN)


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


def test_linking_from_ones_account(psc, administrator, group):
    psc.client.force_login(administrator)
    answer = psc.come(NURSE, "?pour=relier")
    assert answer["Location"] == "/connexion/relier/"
    page = psc.client.get("/connexion/relier/")
    assert "MAELLE KERGOAT" in unescape(page.text)
    assert administrator.email in unescape(page.text)
    assert links_of(administrator) == []  # nothing before the person says so
    answer = psc.client.post("/connexion/relier/", {"number": page.context["number"]})
    assert answer["Location"] == "/compte/"
    assert [one.value for one in links_of(administrator)] == ["99700000013"]


def test_linking_at_first_use(psc, administrator, group):
    """Unknown to us: they sign in by the door they have, are asked, and land where they were going."""
    psc.come(NURSE, f"?next=/g/{group.slug}/droits/")
    answer = psc.client.post("/connexion/identite-inconnue/relier/")
    assert answer["Location"] == "/compte/login/?next=%2Fconnexion%2Frelier%2F"
    psc.client.force_login(administrator)
    page = psc.client.get("/connexion/relier/")
    assert "MAELLE KERGOAT" in unescape(page.text)
    answer = psc.client.post("/connexion/relier/", {"number": page.context["number"]})
    assert answer["Location"] == f"/g/{group.slug}/droits/"
    psc.client = Client()
    psc.come(NURSE)
    assert psc.client.session["_auth_user_id"] == str(administrator.pk)


def test_linking_an_identity_of_another_account_is_refused_in_words(psc, nurse, administrator):
    psc.client.force_login(administrator)
    psc.come(NURSE, "?pour=relier")
    page = psc.client.get("/connexion/relier/")
    assert "ouvre déjà un autre compte" in unescape(page.text)
    psc.client.post("/connexion/relier/", {"number": page.context["number"]})
    assert links_of(administrator) == []


def test_a_proved_identity_is_forgotten_after_ten_minutes(psc, administrator, time_machine):
    psc.come(NURSE)
    time_machine.move_to(now() + timedelta(minutes=11))
    assert psc.client.get("/connexion/identite-inconnue/")["Location"] == "/compte/login/"


def test_a_stale_session_proves_itself_again_before_linking(psc, administrator):
    psc.client.force_login(administrator)
    psc.come(NURSE, "?pour=relier")
    _age(psc.client, SIGNED_IN_AT, minutes=16)
    assert "/compte/reauthenticate/" in psc.client.get("/connexion/relier/")["Location"]


def test_unlinking_asks_and_cuts(psc, administrator):
    psc.link(administrator, NURSE)
    psc.client.force_login(administrator)
    issuer = links_of(administrator)[0].issuer
    assert "n'ouvrira plus" in unescape(psc.client.get("/connexion/delier/", {"issuer": issuer}).text)
    psc.client.post("/connexion/delier/", {"issuer": issuer})
    assert links_of(administrator) == []
    assert psc.client.get("/compte/").status_code == 200


def test_anothers_issuer_cannot_be_unlinked(psc, nurse, administrator):
    psc.client.force_login(administrator)
    assert psc.client.post("/connexion/delier/", {"issuer": links_of(nurse)[0].issuer}).status_code == 404
    assert links_of(nurse)


def test_an_invited_person_opens_their_account_with_pro_sante_connect(psc, group):
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    token = invitation_token(invitation.pk)
    assert "Ouvrir mon compte avec Pro Santé Connect" in unescape(
        psc.client.get(f"/compte/invitation/{token}/").text
    )
    answer = psc.come(NURSE, f"?invitation={token}")
    assert answer["Location"] == f"/connexion/invitation/{token}/"
    page = psc.client.get(answer["Location"])
    assert "MAELLE KERGOAT" in unescape(page.text)
    psc.client.post(answer["Location"], {"number": page.context["number"]})
    assert psc.client.session["_auth_user_id"] == str(invitation.membership.user_id)
    opened = User.objects.get(pk=invitation.membership.user_id)
    assert (opened.is_active, opened.has_usable_password()) == (True, False)


def test_an_invitation_is_not_opened_by_somebody_who_has_an_account(psc, nurse, group):
    """They enter with their own account, and the invitation tells them whose it is."""
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    token = invitation_token(invitation.pk)
    answer = psc.come(NURSE, f"?invitation={token}")
    assert answer["Location"] == f"/compte/invitation/{token}/"
    assert psc.client.session["_auth_user_id"] == str(nurse.pk)


def test_the_page_that_opens_an_account_needs_a_proved_identity(client, group):
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    token = invitation_token(invitation.pk)
    answer = client.post(f"/connexion/invitation/{token}/")
    assert answer["Location"] == f"/compte/invitation/{token}/"
    assert not ExternalIdentity.objects.exists()


def test_a_person_without_a_password_is_mailed_no_reset_link(psc, nurse, group):
    Client().post("/compte/password/reset/", {"email": nurse.email})
    with tenant(PLATFORM):
        posted = list(Message.objects.values_list("payload", flat=True))
    assert [one["template"] for one in posted if one["to_user_id"] == str(nurse.pk)] == ["security_notice"]


def test_a_first_password_comes_after_a_second_factor(psc, nurse):
    psc.come(NURSE)
    assert psc.client.get("/compte/password/set/")["Location"] == "/compte/2fa/"


def test_signing_out_ends_the_session_of_pro_sante_connect_too(psc, nurse):
    psc.come(NURSE)
    assert [one["lives"] for one in psc.sandbox.sessions()] == [True]
    psc.client.post("/compte/logout/")
    assert [one["lives"] for one in psc.sandbox.sessions()] == [False]


def test_a_session_that_times_out_leaves_pro_sante_connect_alone(psc, nurse, group, time_machine):
    psc.come(NURSE)
    time_machine.move_to(now() + timedelta(minutes=31))
    psc.client.get(f"/g/{group.slug}/")
    assert not psc.signed_in
    assert psc.sandbox.log("logout") == []


@pytest.mark.parametrize("fault", ["logout_503", "logout_slow"])
def test_signing_out_never_fails_because_of_pro_sante_connect(psc, nurse, fault, monkeypatch):
    monkeypatch.setattr("tenants.sign_in.psc.logout.SECONDS", 0.3)
    psc.come(NURSE)
    psc.sandbox.fault(fault, seconds=1.5)
    psc.client.post("/compte/logout/")
    assert not psc.signed_in
    assert "fermez le navigateur" in unescape(psc.client.get("/compte/login/").text)


def test_the_doors_of_an_address_are_asked_without_the_password(psc):
    page = psc.client.get("/compte/login/").text
    assert 'hx-include="#id_login, #sign-in-form [name=next]"' in page
    found = psc.client.post("/connexion/portes/", {"login": "x@exemple.invalid", "next": "/g/rives/droits/"})
    assert "/connexion/psc/?next=%2Fg%2Frives%2Fdroits%2F" in found.text


def test_doors_are_not_asked_for_without_end(psc, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"doors": "2/m/ip"}
    answers = [psc.client.post("/connexion/portes/", {"login": "x"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_the_last_door_is_shown_first(psc, nurse):
    psc.come(NURSE)
    psc.client.post("/compte/logout/")
    assert "votre dernière porte" in unescape(psc.client.get("/compte/login/").text)


def test_the_cookie_of_the_last_door_says_nothing_of_the_person(psc, nurse):
    psc.come(NURSE)
    cookie = psc.client.cookies["last_door"]
    assert cookie["httponly"]
    assert nurse.email not in cookie.value
    assert str(nurse.pk) not in cookie.value


def test_the_help_page_tells_when_pro_sante_connect_fails(psc, nurse):
    psc.come(NURSE)
    assert "Pro Santé Connect répond" in unescape(psc.client.get("/aide/connexion/").text)
    psc.sandbox.fault("token_503")
    psc.come(NURSE)
    assert "ne répondait pas" in unescape(psc.client.get("/aide/connexion/").text)


def test_our_endpoints_are_those_published(psc, capsys):
    call_command("check_psc")
    assert "sont celles" in capsys.readouterr().out


def test_endpoints_that_differ_are_named(psc):
    psc.sandbox.fault("discovery_differs")
    with pytest.raises(CommandError, match="Les adresses diffèrent"):
        call_command("check_psc")


def test_a_discovery_that_does_not_answer_is_said(psc):
    psc.sandbox.fault("discovery_503")
    with pytest.raises(CommandError, match="ne répond pas"):
        call_command("check_psc")


def test_sessions_are_listed_and_closed(psc, nurse, group):
    psc.come(NURSE)
    first = psc.client
    psc.client = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/150.0")
    psc.come(NURSE)
    page = first.get("/connexion/sessions/")
    assert "Firefox sur Windows" in unescape(page.text)
    assert "Pro Santé Connect" in unescape(page.text)
    other = next(one for one in page.context["sessions"] if not one.is_current)
    first.post(f"/connexion/sessions/{other.id}/fermer/")
    assert psc.client.get(f"/g/{group.slug}/").status_code == 302
    assert first.get(f"/g/{group.slug}/").status_code == 200


def test_a_session_whose_key_changes_stays_on_the_list(psc, administrator):
    """Unlinking gives this session a new key, and cuts the others."""
    psc.link(administrator, NURSE)
    psc.come(NURSE)
    psc.client.post("/connexion/delier/", {"issuer": links_of(administrator)[0].issuer})
    assert [one.is_current for one in psc.client.get("/connexion/sessions/").context["sessions"]] == [True]


def test_what_is_over_is_forgotten_each_night(psc, nurse, time_machine):
    psc.come(NURSE)
    time_machine.move_to(now() + timedelta(hours=5))
    forget_old_sessions()
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)


def test_the_session_of_somebody_else_cannot_be_closed(psc, nurse, administrator):
    psc.come(NURSE)
    row = psc.client.get("/connexion/sessions/").context["sessions"][0]
    stranger = Client()
    stranger.force_login(administrator)
    assert stranger.post(f"/connexion/sessions/{row.id}/fermer/").status_code == 404
    assert psc.signed_in


def test_what_is_left_of_an_idle_session_is_not_shown(psc, nurse):
    psc.come(NURSE)
    _age(psc.client, LAST_SEEN_AT, minutes=40)
    psc.client = Client()
    psc.come(NURSE)
    assert len(psc.client.get("/connexion/sessions/").context["sessions"]) == 1
