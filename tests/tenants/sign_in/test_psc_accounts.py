"""An account and its identity at Pro Santé Connect: linked, opened, left; its sessions, its last door."""

from datetime import timedelta
from html import unescape

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.memberships.links import invitation_token
from tenants.memberships.models import User
from tenants.memberships.sessions import LAST_SEEN_AT, SIGNED_IN_AT
from tenants.sign_in.models import ExternalIdentity
from tenants.sign_in.queries import links_of
from tenants.sign_in.tasks import forget_old_sessions
from tests.factories.memberships import InvitationFactory

NURSE = "maelle-kergoat"


def _age(client: Client, clock: str, *, minutes: int) -> None:
    """The sandbox's own clock cannot be moved: the session's is."""
    session = client.session
    session[clock] -= minutes * 60
    session.save()


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
