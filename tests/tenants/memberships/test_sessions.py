"""A session: 30 minutes idle, 4 hours at most, two factors on every kind of request, cut when rights or factors change."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tenants.memberships.models import User
from tenants.memberships.sessions import LAST_SEEN_AT
from tests.factories.memberships import PASSWORD, TOTP_SECRET, MembershipFactory
from tests.fixtures import make_group

START = "2026-11-23T08:00:00+01:00"


@pytest.fixture
def page(group) -> str:
    return f"/g/{group.slug}/droits/"


@pytest.fixture
def signed_in(administrator, client_for, time_machine) -> Client:
    time_machine.move_to(START)
    return client_for(administrator)


def moved(time_machine, **delay) -> None:
    time_machine.move_to(now() + timedelta(**delay))


def sign_in(user: User, client: Client | None = None) -> Client:
    """By the pages themselves: password, then the code of the application."""
    client = client or Client()
    client.post("/compte/login/", {"login": user.email, "password": PASSWORD})
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(now().timestamp()) // 30))
    client.post("/compte/2fa/authenticate/", {"code": code})
    return client


def test_thirty_idle_minutes_end_a_session(signed_in, page, time_machine):
    moved(time_machine, minutes=29)
    assert signed_in.get(page).status_code == 200
    moved(time_machine, minutes=29)
    assert signed_in.get(page).status_code == 200
    moved(time_machine, minutes=30)
    refused = signed_in.get(page)
    assert refused["Location"] == f"/compte/login/?next={page.replace('/', '%2F')}"
    assert "30 minutes sans activité" in signed_in.get(refused["Location"]).text


@pytest.mark.slow
def test_four_hours_end_a_busy_session(signed_in, page, time_machine):
    for _ in range(11):
        moved(time_machine, minutes=20)
        assert signed_in.get(page).status_code == 200
    moved(time_machine, minutes=20)
    assert signed_in.get(page).status_code == 302


def test_last_seen_is_written_once_a_minute(signed_in, page, time_machine):
    signed_in.get(page)
    before = signed_in.session[LAST_SEEN_AT]
    moved(time_machine, seconds=40)
    signed_in.get(page)
    assert signed_in.session[LAST_SEEN_AT] == before
    moved(time_machine, seconds=40)
    signed_in.get(page)
    assert signed_in.session[LAST_SEEN_AT] == before + 80


def test_what_a_page_asks_for_by_itself_does_not_keep_a_session(signed_in, page, time_machine):
    """What is posted in the background was typed by somebody."""
    signed_in.get(page)
    before = signed_in.session[LAST_SEEN_AT]
    moved(time_machine, minutes=20)
    by_itself = {"HX-Request": "true", "X-Background": "1"}
    assert signed_in.get(page, headers=by_itself).status_code == 200
    assert signed_in.session[LAST_SEEN_AT] == before
    signed_in.post(page, headers=by_itself)
    assert signed_in.session[LAST_SEEN_AT] == before + 20 * 60
    moved(time_machine, minutes=30)
    assert signed_in.get(page, headers=by_itself).status_code == 204


def test_an_ended_session_answers_each_in_its_way(signed_in, page, time_machine):
    moved(time_machine, hours=5)
    current = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}?state=ended"}
    fragment = signed_in.get(page, headers=current)
    assert fragment.status_code == 204
    assert (
        fragment["HX-Redirect"]
        == "/compte/login/?next=%2F" + page.strip("/").replace("/", "%2F") + "%2F%3Fstate%3Dended"
    )
    machine = signed_in.get(page, headers={"Accept": "application/json"})
    assert (machine.status_code, machine.json()["code"]) == (401, "sign_in_required")
    posted = signed_in.post(page, "{}", content_type="application/json")
    assert posted.status_code == 401


def test_the_end_of_a_session_is_written_with_its_reason(signed_in, page, administrator, group, time_machine):
    moved(time_machine, minutes=45)
    signed_in.get(page)
    with tenant(group.id):
        assert Line.objects.get(act="signed_out").sentence == (
            f"Fin de la session de {administrator.full_name} après 30 minutes sans activité."
        )


@pytest.fixture
def without(group) -> User:
    return MembershipFactory(group_id=group.id, user__two_factors=False).user


def test_without_a_second_factor_only_enrolment_and_leaving_are_open(without, client_for, page):
    client = client_for(without)
    for address in (
        page,
        "/",
        "/groupes/",
        "/compte/",
        "/compte/password/change/",
        "/compte/sessions/couper/",
    ):
        for method in (client.get, client.post):
            refused = method(address)
            assert refused.status_code == 302, address
            assert refused["Location"].startswith("/compte/2fa/?next="), address
    for address in ("/compte/2fa/", "/aide/connexion/", "/sante/vivant", "/compte/logout/"):
        assert client.get(address).status_code == 200, address
    assert client.get("/compte/2fa/totp/activate/")["Location"].startswith("/compte/reauthenticate/")


def test_the_first_enrolment_does_not_ask_again_for_a_password_just_typed(without, page, time_machine):
    time_machine.move_to(START)
    client = sign_in(without)
    assert client.get(page)["Location"].startswith("/compte/2fa/")
    moved(time_machine, minutes=14)
    assert client.get("/compte/2fa/totp/activate/").status_code == 200
    moved(time_machine, minutes=2)
    assert client.get("/compte/2fa/totp/activate/")["Location"].startswith("/compte/reauthenticate/")


def test_with_a_second_factor_the_password_is_asked_again_before_another(administrator, time_machine):
    time_machine.move_to(START)
    client = sign_in(administrator)
    assert client.get("/compte/").status_code == 200
    assert client.get("/compte/2fa/webauthn/add/")["Location"].startswith("/compte/reauthenticate/")


def test_without_a_second_factor_htmx_and_json_are_refused_too(without, client_for, page):
    client = client_for(without)
    fragment = client.get(page, headers={"HX-Request": "true"})
    assert fragment.status_code == 204
    assert fragment["HX-Redirect"].startswith("/compte/2fa/")
    for send in (client.get, client.post, client.put, client.delete):
        machine = send(page, headers={"Accept": "application/json"})
        assert (machine.status_code, machine.json()["code"]) == (403, "second_factor_required")


def test_recovery_codes_alone_are_not_a_second_factor(without, client_for, page):
    Authenticator.objects.create(user=without, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client_for(without).get(page).status_code == 302


def test_the_second_factor_is_asked_of_the_database_once_a_session(signed_in, page):
    signed_in.get(page)
    with CaptureQueriesContext(connection) as queries:
        signed_in.get(page)
    assert not [one for one in queries if "mfa_authenticator" in one["sql"]]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_enrolling_cuts_the_sessions_opened_by_the_password_alone(page_of_new):
    user, page = page_of_new
    thief, owner = Client(), Client()
    for client in (thief, owner):
        client.post("/compte/login/", {"login": user.email, "password": PASSWORD})
        assert client.get(page)["Location"].startswith("/compte/2fa/")
    enrol(owner)
    assert owner.get(page).status_code == 200
    assert thief.get(page)["Location"].startswith("/compte/login/")
    assert acts_of(user) >= {"signed_in", "second_factor_added"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_removing_a_factor_cuts_the_other_sessions_and_leads_to_enrolment(page_of_new):
    user, page = page_of_new
    owner = Client()
    owner.post("/compte/login/", {"login": user.email, "password": PASSWORD})
    enrol(owner)
    other = Client()
    other.force_login(User.objects.get(pk=user.pk))
    assert other.get(page).status_code == 200
    assert owner.post("/compte/2fa/totp/deactivate/").status_code == 302
    assert owner.get(page)["Location"].startswith("/compte/2fa/")
    assert other.get(page)["Location"].startswith("/compte/login/")
    assert "second_factor_removed" in acts_of(user)


@pytest.fixture
def page_of_new(transactional_db):
    group = make_group()
    user = MembershipFactory(group_id=group.id, user__two_factors=False).user
    return user, f"/g/{group.slug}/droits/"


def enrol(client: Client) -> None:
    client.get("/compte/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30))
    assert client.post("/compte/2fa/totp/activate/", {"code": code}).status_code == 302


def acts_of(user: User) -> set[str]:
    with tenant(PLATFORM):
        return set(Line.objects.filter(object_id=user.pk).values_list("act", flat=True))


def test_signing_out_everywhere_cuts_every_session(administrator, client_for, page, group):
    here, there = client_for(administrator), client_for(administrator)
    assert "sur tous les appareils" in here.get("/compte/sessions/couper/").text
    assert there.get(page).status_code == 200
    assert here.post("/compte/sessions/couper/")["Location"] == "/compte/login/"
    assert here.get(page).status_code == there.get(page).status_code == 302
    with tenant(group.id):
        assert "a coupé toutes ses sessions" in Line.objects.get(act="sessions_cut").sentence


def test_a_shut_account_loses_its_sessions_at_once(administrator, signed_in, page):
    assert signed_in.get(page).status_code == 200
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    assert signed_in.get(page).status_code == 302


@pytest.mark.slow
def test_signing_in_and_out_is_written_for_the_platform_and_each_group(group, administrator, page):
    other = make_group()
    MembershipFactory(user=administrator, group_id=other.id)
    client = sign_in(administrator)
    assert client.get(page).status_code == 200
    client.post("/compte/logout/")
    for group_id in (PLATFORM, group.id, other.id):
        with tenant(group_id):
            sentences = list(Line.objects.order_by("number").values_list("sentence", flat=True))
        assert sentences == [
            f"Connexion de {administrator.full_name} : mot de passe et application d'authentification.",
            f"Fin de la session de {administrator.full_name}.",
        ]


def test_refused_sign_ins_are_written_and_an_unknown_address_is_not(group, administrator):
    for login in (administrator.email, "mon-mot-de-passe@tape.example"):
        response = Client().post("/compte/login/", {"login": login, "password": "faux"})
        assert response.status_code == 200
    with tenant(PLATFORM):
        assert Line.objects.filter(act="sign_in_refused").count() == 2
        assert not Line.objects.filter(sentence__contains="mon-mot-de-passe").exists()
    with tenant(group.id):
        assert administrator.full_name in Line.objects.get(act="sign_in_refused").sentence


def test_a_wrong_code_is_refused_and_written(group, administrator):
    client = Client()
    client.post("/compte/login/", {"login": administrator.email, "password": PASSWORD})
    client.post("/compte/2fa/authenticate/", {"code": "000000"})
    assert client.get("/compte/").status_code == 302
    with tenant(group.id):
        assert "second facteur incorrect" in Line.objects.get(act="sign_in_refused").sentence


@pytest.mark.slow
def test_changing_the_password_keeps_this_session_and_cuts_the_others(group, administrator, client_for, page):
    here, there = sign_in(administrator), client_for(administrator)
    new = "girouette plinthe osier bambou clavier"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/compte/password/change/", typed).status_code == 302
    assert here.get(page).status_code == 200
    assert there.get(page).status_code == 302
    with tenant(group.id):
        assert Line.objects.filter(act="password_changed").exists()


def test_a_page_of_a_session_is_never_kept_by_the_browser(signed_in, page):
    """A workstation of an establishment is shared: « back » after signing out shows nobody."""
    assert "no-store" in signed_in.get(page)["Cache-Control"]
    assert "Cache-Control" not in Client().get("/aide/connexion/")
