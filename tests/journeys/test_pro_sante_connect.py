"""« Connexion PSC » and « refus expliqué »: through the stand-in's own pages, on another host name, as in production."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tenants.memberships.links import invitation_token
from tenants.sign_in.queries import links_of
from tests.factories.memberships import DoorOnlyUserFactory, InvitationFactory, MembershipFactory
from tests.factories.sign_in import ExternalIdentityFactory
from tests.journeys.second_factor import sign_in_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
NURSE, NURSE_RPPS = "MAELLE KERGOAT", "99700000013"


@pytest.fixture
def nurse(pro_sante_connect, group):
    user = MembershipFactory(group_id=group.id, user=DoorOnlyUserFactory(full_name="Maëlle Kergoat")).user
    ExternalIdentityFactory(user=user, value=NURSE_RPPS)
    return user


def leave_for_psc(page: Page) -> None:
    page.get_by_role("link", name="S'identifier avec Pro Santé Connect").click()
    expect(page).to_have_url(re.compile(re.escape(settings.OIDC_OP_AUTHORIZATION_ENDPOINT)))


def choose(page: Page, person: str) -> None:
    page.get_by_role("button", name=re.compile(person, re.IGNORECASE)).first.click()


def test_a_professional_comes_in_works_and_leaves(browser_page, nurse, group, pro_sante_connect, check):
    page, home = browser_page, f"/g/{group.slug}/"
    page.goto(f"{home}droits/")
    check(page)
    leave_for_psc(page)
    choose(page, "Kergoat")
    page.wait_for_url(f"**{home}droits/")
    check(page)
    page.goto("/compte/")
    expect(page.get_by_role("heading", name="Pro Santé Connect")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Voir mes sessions ouvertes").click()
    expect(page.get_by_text("Cette session")).to_be_visible()
    check(page)
    page.locator("summary", has_text="mon compte").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("votre dernière porte")).to_be_visible()
    check(page)
    assert [one["lives"] for one in pro_sante_connect.sessions()] == [False]


def test_an_unknown_professional_links_their_account_and_comes_back_by_the_door(
    browser_page, open_context, administrator, pro_sante_connect, group, check
):
    page = browser_page
    page.goto("/compte/login/")
    leave_for_psc(page)
    choose(page, "Kergoat")
    expect(page.get_by_role("heading", name="Identité vérifiée, compte à relier")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Me connecter et relier").click()
    sign_in_here(page, administrator.email)
    expect(page.get_by_role("heading", name="Relier cette identité à votre compte")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Relier, c'est bien moi").click()
    expect(page.get_by_text("Pro Santé Connect ouvre maintenant votre compte.")).to_be_visible()
    assert [one.value for one in links_of(administrator)] == [NURSE_RPPS]
    other = open_context(viewport={"width": 360, "height": 740}).new_page()
    other.goto("/compte/login/")
    leave_for_psc(other)
    choose(other, "Kergoat")
    other.wait_for_url(f"**/g/{group.slug}/")


def test_an_invited_professional_opens_their_account_without_a_password(
    browser_page, pro_sante_connect, group, check
):
    page = browser_page
    invitation = InvitationFactory(
        membership__group_id=group.id,
        membership__role="site_manager",
        membership__establishment_ids=[group.first.pk],
    )
    page.goto(f"/compte/invitation/{invitation_token(invitation.pk)}/")
    check(page)
    page.get_by_role("link", name="Ouvrir mon compte avec Pro Santé Connect").click()
    choose(page, "Kergoat")
    expect(page.get_by_text(NURSE)).to_be_visible()
    check(page)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url(f"**/g/{group.slug}/e/{group.first.pk}/")
    check(page)


REFUSALS = {
    "wrong_aud": "La réponse de Pro Santé Connect n'a pas pu être vérifiée",
    "acr_missing": "ne dit pas que vous vous êtes authentifié avec deux facteurs",
    "token_503": "Pro Santé Connect ne répond pas en ce moment",
    "error_server_error": "Pro Santé Connect n'a pas pu vous connecter",
    "state_altered": "Cette tentative de connexion a déjà servi",
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_refusal_is_explained_and_the_other_doors_stay_open(
    browser_page, nurse, pro_sante_connect, administrator, group, check, fault
):
    page = browser_page
    page.context.complaints.expected = {502, 503}
    page.goto("/compte/login/")
    leave_for_psc(page)
    pro_sante_connect.fault(fault)
    choose(page, "Kergoat")
    expect(page.get_by_role("heading", name="Connexion refusée")).to_be_visible()
    expect(page.get_by_text(REFUSALS[fault])).to_be_visible()
    expect(page.get_by_text("Référence à donner à l'assistance")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Un problème pour vous connecter ?").click()
    check(page)
    page.get_by_role("link", name="Retour à la connexion").click()
    sign_in_here(page, administrator.email)
    page.wait_for_url(f"**/g/{group.slug}/")


def test_cancelling_leads_back(browser_page, pro_sante_connect, check):
    page = browser_page
    page.context.complaints.expected = {502, 503}
    page.goto("/compte/login/")
    leave_for_psc(page)
    choose(page, "Refuser")
    expect(page.get_by_text("Vous avez annulé la connexion par Pro Santé Connect.")).to_be_visible()
    check(page)
