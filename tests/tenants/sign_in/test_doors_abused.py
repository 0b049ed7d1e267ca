"""What somebody could try, or what happens by accident, at the doors: shared computers, two tabs, odd answers, floods."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import resolve

from portal.dispatch.models import Message
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Machine
from tenants.memberships.links import invitation_token
from tenants.memberships.lost_factors import remove_second_factors_as_operator
from tenants.memberships.models import User
from tenants.memberships.sessions import SIGNED_IN_AT
from tenants.sign_in.identity import keep_pending
from tenants.sign_in.operations import link_identity, recognise, unlink_identity
from tenants.sign_in.psc.client import ProSanteConnectClient
from tenants.sign_in.queries import account_opened_by, links_of
from tenants.sign_in.refusals import DoorShutError
from tests.factories.memberships import InvitationFactory
from tests.factories.sign_in import proved
from tests.fixtures import make_group
from tests.tenants.sign_in.conftest import lines

NURSE, STRANGER = "maelle-kergoat", "yann-le-goff"
RPPS, OTHER_RPPS = ("rpps", "99700218896"), ("rpps", "99700427885")
PSI = ("psi", "019fa371-0d5c-7a63-9f4e-2f3b6f1c2d4e")


def lives(psc) -> list[bool]:
    return [one["lives"] for one in psc.sandbox.sessions()]


def grow_stale(client: Client) -> None:
    session = client.session
    session[SIGNED_IN_AT] -= 3600
    session.save()


def wait_in(client: Client, identity) -> None:
    """As if a door had just proved that identity in this browser."""
    session = client.session

    class Request:
        pass

    Request.session = session
    keep_pending(Request, identity)
    session.save()


# On a shared computer


def test_leaving_after_linking_leaves_pro_sante_connect_too(psc, administrator):
    psc.client.force_login(administrator)
    psc.come(NURSE, "?pour=relier")
    psc.client.post("/compte/logout/")
    assert lives(psc) == [False]


def test_forgetting_an_identity_leaves_pro_sante_connect(psc):
    psc.come(STRANGER)
    psc.client.post("/connexion/identite-inconnue/oublier/")
    assert lives(psc) == [False]


def test_a_refusal_after_the_proof_leaves_pro_sante_connect(psc, nurse):
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert psc.come(NURSE).status_code == 403
    assert lives(psc) == [False]


def test_an_identity_that_waits_is_not_inherited_by_the_next_person(psc, administrator):
    psc.come(NURSE)
    psc.client.force_login(administrator)
    assert psc.client.get("/connexion/relier/")["Location"] == "/compte/"


def test_somebody_elses_session_ends_before_another_begins(psc, nurse, administrator):
    psc.client.force_login(administrator)
    psc.come(NURSE)
    assert psc.client.session["_auth_user_id"] == str(nurse.pk)
    assert f"Fin de la session de {administrator.full_name}." in lines()


def test_coming_in_after_somebody_else_keeps_ones_own_session_at_pro_sante_connect(psc, nurse, administrator):
    psc.client.force_login(administrator)
    psc.come(NURSE)
    assert lives(psc) == [True]
    psc.client.post("/compte/logout/")
    assert lives(psc) == [False]


def test_whoever_is_replaced_is_left_at_pro_sante_connect_too(psc, nurse, administrator):
    psc.link(administrator, STRANGER)
    psc.come(STRANGER)
    psc.come(NURSE)
    assert psc.client.session["_auth_user_id"] == str(nurse.pk)
    assert lives(psc) == [False, True]


def test_an_unattended_session_does_not_give_its_account_away(psc, nurse):
    """An account without password nor factor of ours: allauth would ask nothing."""
    psc.come(NURSE)
    grow_stale(psc.client)
    for page in ("/compte/2fa/totp/activate/", "/compte/2fa/webauthn/add/", "/compte/password/set/"):
        assert psc.client.get(page)["Location"] == "/compte/"
    psc.come(STRANGER, "?pour=relier")
    assert psc.client.get("/connexion/relier/")["Location"] == "/compte/"


def test_unlinking_asks_for_a_fresh_proof(psc, administrator):
    psc.link(administrator, NURSE)
    psc.client.force_login(administrator)
    grow_stale(psc.client)
    psc.client.post("/connexion/delier/", {"issuer": links_of(administrator)[0].issuer})
    assert links_of(administrator)


# Two factors, always


def test_a_password_without_a_second_factor_is_completed_even_by_this_door(psc, administrator, group):
    administrator.authenticator_set.all().delete()
    psc.link(administrator, NURSE)
    psc.come(NURSE)
    assert "/compte/2fa/" in psc.client.get(f"/g/{group.slug}/")["Location"]


def test_lost_factors_are_enrolled_anew_even_by_this_door(psc, administrator, group):
    psc.link(administrator, NURSE)
    remove_second_factors_as_operator(
        actor=Machine("essai"), user=administrator, reason="téléphone perdu hier"
    )
    psc.come(NURSE)
    assert "/compte/2fa/" in psc.client.get(f"/g/{group.slug}/")["Location"]


def test_a_mailbox_alone_opens_nothing(psc, administrator):
    administrator.authenticator_set.all().delete()
    psc.link(administrator, NURSE)
    Client().post("/compte/password/reset/", {"email": administrator.email})
    with tenant(PLATFORM):
        assert [one["template"] for one in Message.objects.values_list("payload", flat=True)] == [
            "security_notice"
        ]


def test_a_password_alone_is_not_what_is_left(administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    administrator.authenticator_set.all().delete()
    with pytest.raises(DomainError, match="Last door"):
        unlink_identity(actor=administrator, issuer=proved(RPPS).issuer)


def test_the_page_of_second_factors_does_not_ask_one_of_this_session(psc, nurse):
    psc.come(NURSE)
    page = unescape(psc.client.get("/compte/2fa/").text)
    assert "pour ouvrir le portail" not in page
    assert "Vous entrez par Pro Santé Connect" in page


# Whose account


def test_what_is_linked_is_what_was_shown(psc, administrator):
    psc.client.force_login(administrator)
    psc.come(NURSE, "?pour=relier")
    shown = psc.client.get("/connexion/relier/").context["number"]
    psc.come(STRANGER, "?pour=relier")
    answer = psc.client.post("/connexion/relier/", {"number": shown})
    assert answer["Location"] == "/connexion/relier/"
    assert links_of(administrator) == []


def test_an_identity_that_waits_is_linked_whatever_the_door_they_sign_in_by(psc, nurse, group):
    psc.leave()
    wait_in(psc.client, proved(("subject", "abc"), issuer="https://comptes.example"))
    psc.client.post("/connexion/identite-inconnue/relier/")
    assert psc.come(NURSE, "?next=/connexion/relier/")["Location"] == "/connexion/relier/"
    assert psc.client.get("/connexion/relier/").status_code == 200


def test_nobody_has_two_rpps(administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    with pytest.raises(DomainError, match="Somebody else"):
        link_identity(actor=administrator, identity=proved(OTHER_RPPS))


def test_another_rpps_is_not_learned_in_silence(administrator):
    link_identity(actor=administrator, identity=proved(RPPS, PSI))
    with pytest.raises(DoorShutError, match="identites-en-conflit"):
        recognise(actor=administrator, identity=proved(OTHER_RPPS, PSI))
    assert account_opened_by(proved(OTHER_RPPS)) is None


def test_an_identity_unlinked_meanwhile_is_not_linked_again(administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    unlink_identity(actor=administrator, issuer=proved(RPPS).issuer)
    with pytest.raises(DoorShutError):
        recognise(actor=administrator, identity=proved(RPPS))
    assert links_of(administrator) == []


def test_the_provider_of_another_group_opens_no_account_here(psc, group):
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    token = invitation_token(invitation.pk)
    psc.leave()
    identity = proved(("subject", "abc"), issuer="https://comptes.example", group_id=make_group().id)
    wait_in(psc.client, identity)
    psc.client.post(
        f"/connexion/invitation/{token}/", {"number": psc.client.session["pending_identity"]["number"]}
    )
    assert not User.objects.get(pk=invitation.membership.user_id).is_active


def test_the_journal_names_the_door_not_its_address(administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    unlink_identity(actor=administrator, issuer=proved(RPPS).issuer)
    assert f"{administrator.full_name} a délié son compte de Pro Santé Connect (RPPS)." in lines()


# Odd ways out and back


@pytest.mark.parametrize("query", ["?next=ailleurs", "?invitation=a/b", "?invitation=%00", "?next=%00"])
def test_odd_ways_out_come_back_home(psc, nurse, query):
    assert psc.come(NURSE, query)["Location"] == "/"


def test_an_odd_invitation_leads_an_unknown_person_to_their_page(psc):
    assert psc.come(STRANGER, "?invitation=a/b")["Location"] == "/connexion/identite-inconnue/"


def test_a_trip_begun_under_an_older_release_begins_again(psc, nurse):
    address = psc.back(psc.leave(), NURSE)
    session = psc.client.session
    for kept in session["oidc_states"].values():
        del kept["link"]
    session.save()
    assert psc.client.get(address).status_code == 400


def test_a_client_certificate_that_cannot_be_read_is_said(psc, nurse, settings):
    settings.PSC_CLIENT_CERTIFICATE = ("/absent.pem", "/absent.key")
    assert psc.come(NURSE).status_code == 502
    assert [one for one in lines() if "certificat client illisible" in one]


def test_past_a_limit_nothing_is_written(psc, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"door_trips": "3/m/ip"}
    answers = [Client().get("/connexion/psc/retour/?state=x").status_code for _ in range(5)]
    assert answers == [400, 400, 400, 429, 429]
    assert len(lines()) == 3


def test_nobody_can_make_the_door_look_broken(psc):
    state = parse_qs(urlsplit(psc.leave()).query)["state"][0]
    psc.client.get("/connexion/psc/retour/", {"state": state, "error": "bonjour"})
    assert "ne répondait pas" not in unescape(Client().get("/aide/connexion/").text)


def test_no_transaction_stays_open_while_signing_out():
    assert resolve("/compte/logout/").func._non_atomic_requests == {"default"}
    assert resolve("/compte/sessions/couper/").func._non_atomic_requests == {"default"}


@pytest.mark.parametrize("typed", ["a@\x00.fr", "\x00", "a@" + "x" * 300, "a@b@\ud7ff"])
def test_odd_addresses_find_no_door(psc, typed):
    assert psc.client.post("/connexion/portes/", {"login": typed}).status_code == 200
    assert psc.client.post("/compte/login/", {"login": typed, "password": "x"}).status_code == 200


# Odd answers


def answering(monkeypatch, **changes) -> None:
    real = ProSanteConnectClient.get_userinfo
    monkeypatch.setattr(
        ProSanteConnectClient, "get_userinfo", lambda self, *args: real(self, *args) | changes
    )


@pytest.mark.parametrize("name", [["x"], {"a": 1}, "A\x00B", "\ud800", "x" * 100_000, None, 3])
def test_odd_names_are_shown_or_left_out(psc, monkeypatch, name):
    answering(monkeypatch, given_name=name)
    page = psc.client.get(psc.come(STRANGER)["Location"])
    assert page.status_code == 200
    assert "['x']" not in unescape(page.text)


def test_a_name_with_a_control_character_opens_an_account(psc, group, monkeypatch):
    answering(monkeypatch, given_name="MAE\x00LLE")
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    answer = psc.come(NURSE, f"?invitation={invitation_token(invitation.pk)}")
    psc.client.post(answer["Location"], {"number": psc.client.session["pending_identity"]["number"]})
    assert User.objects.get(pk=invitation.membership.user_id).full_name == "MAELLE KERGOAT"


def test_a_level_of_the_wrong_shape_is_refused(psc, nurse, monkeypatch):
    real = ProSanteConnectClient._verify_jws
    for acr in (["eidas1"], {"a": 1}, 3, ""):
        monkeypatch.setattr(
            ProSanteConnectClient,
            "_verify_jws",
            lambda self, *args, acr=acr: real(self, *args) | {"acr": acr},
        )
        assert psc.come(NURSE).status_code == 403


def test_an_answer_without_end_is_refused(psc, nurse, monkeypatch):
    real = requests.post

    def endless(*args, **kwargs):
        answer = real(*args, **kwargs)
        answer._content = b"[" * 200_000
        return answer

    monkeypatch.setattr("tenants.sign_in.psc.client.requests.post", endless)
    assert psc.come(NURSE).status_code == 403


def test_no_call_follows_a_redirection(psc, nurse, monkeypatch):
    seen = []
    real = requests.Session.request

    def watched(self, method, url, **kwargs):
        seen.append(kwargs.get("allow_redirects"))
        return real(self, method, url, **kwargs)

    monkeypatch.setattr(requests.Session, "request", watched)
    psc.come(NURSE)
    assert seen == [False, False, False]
