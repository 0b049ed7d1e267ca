"""« Connexion par le fournisseur du groupe » and « refus expliqué »: through the stand-in's own pages, at two widths."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.foundation.tenancy import tenant
from tenants.identity_providers.models import IdentityProvider
from tenants.memberships.models import User
from tests.factories.identity_providers import IdentityProviderFactory, RoleMappingFactory
from tests.factories.memberships import MembershipFactory
from tests.journeys.second_factor import sign_in, sign_in_here

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
DOOR = "Continuer avec le compte de la Fondation"
SECRET = "secret-du-bac-a-sable"


@pytest.fixture
def okta(sandbox):
    return sandbox.provider("okta")


@pytest.fixture
def provider(transactional_db, group, administrator, okta) -> IdentityProvider:
    """Open, and giving a role of the first site."""
    with tenant(group.id):
        found = IdentityProviderFactory(issuer=okta.issuer)
        RoleMappingFactory(provider=found, mapped_by=administrator, establishment_ids=[group.first.pk])
    return found


def leave(page: Page, okta) -> None:
    page.get_by_role("link", name=DOOR).click()
    expect(page).to_have_url(re.compile(re.escape(okta.issuer)))


def choose(page: Page, person: str) -> None:
    """By their name or their note; the odd ones are folded."""
    page.locator("summary").click()
    page.get_by_role("button", name=re.compile(person, re.IGNORECASE)).first.click()


def leave_the_portal(page: Page) -> None:
    page.locator("summary", has_text="mon compte").click()
    page.get_by_role("button", name="Se déconnecter").click()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_person_of_the_group_enters_the_first_time_and_the_next(
    open_context, provider, okta, group, check, width
):
    page = open_context(viewport={"width": width, "height": 760}).new_page()
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/professionnels/")
    check(page)
    leave(page, okta)
    choose(page, "Claire Delorme")
    page.wait_for_url(f"**/g/{group.slug}/e/{group.first.pk}/professionnels/")
    check(page)
    assert User.objects.get(email="claire@demo.invalid").full_name == "Claire Delorme"
    leave_the_portal(page)
    expect(page.get_by_text("votre dernière porte")).to_be_visible()
    check(page)
    leave(page, okta)
    choose(page, "Claire Delorme")
    page.wait_for_url(f"**/g/{group.slug}/**")
    page.goto("/compte/")
    check(page)


def test_the_door_is_found_from_the_address_typed(browser_page, provider, check):
    page = browser_page
    page.goto("/compte/login/")
    expect(page.get_by_role("link", name=DOOR)).to_have_count(0)
    page.get_by_label("Courriel").fill("qui@demo.invalid")
    page.get_by_label("Courriel").press("Tab")
    expect(page.get_by_role("link", name=DOOR)).to_be_visible()
    check(page)


def test_somebody_who_has_an_account_links_it_in_so_many_words(browser_page, provider, okta, group, check):
    page = browser_page
    holder = MembershipFactory(group_id=group.id, user__email="igor@ailleurs.invalid").user
    with tenant(group.id):
        IdentityProvider.objects.update(domains=["ailleurs.invalid"])
    page.goto(f"/compte/login/?next=/g/{group.slug}/")
    leave(page, okta)
    choose(page, "Igor Weber")
    expect(page.get_by_text("Me connecter et relier")).to_be_visible()
    check(page)
    page.get_by_text("Me connecter et relier").click()
    sign_in_here(page, holder.email)
    check(page)
    page.get_by_role("button", name="Relier, c'est bien moi").click()
    expect(page.get_by_text("ouvre maintenant votre compte")).to_be_visible()
    check(page)


REFUSALS = {
    "mot de passe seul": "Le compte de la Fondation ne prouve pas deux facteurs : il dit « mot de passe » (pwd)",
    "amr que personne ne connaît": "« zz_nouveau » n'est pas dans les règles du groupe",
    "adresse d'un autre domaine": "n'a pas donné d'adresse électronique vérifiée d'un domaine du groupe",
    "trop de groupes": "n'a pas transmis vos groupes",
}


@pytest.mark.parametrize("person", REFUSALS)
def test_a_refusal_of_a_person_is_explained(browser_page, provider, okta, group, check, person):
    page = browser_page
    page.goto(f"/compte/login/?next=/g/{group.slug}/")
    leave(page, okta)
    choose(page, person)
    expect(page.get_by_text(REFUSALS[person])).to_be_visible()
    check(page)


@pytest.mark.parametrize("fault", ["token_503", "wrong_aud", "state_altered", "discovery_503"])
def test_a_refusal_of_a_provider_is_explained_and_the_other_doors_stay_open(
    browser_page, provider, okta, sandbox, administrator, group, check, fault
):
    page = browser_page
    page.context.complaints.expected = {502, 503}
    page.goto(f"/compte/login/?next=/g/{group.slug}/")
    sandbox.fault(fault)
    if fault == "discovery_503":
        page.get_by_role("link", name=DOOR).click()
    else:
        leave(page, okta)
        choose(page, "Claire Delorme")
    expect(page.get_by_role("heading", name="Connexion refusée")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Retour à la connexion").click()
    sign_in_here(page, administrator.email)
    page.wait_for_url(f"**/g/{group.slug}/**")


def describe(page: Page, okta, check) -> None:
    page.get_by_role("link", name="Autre fournisseur").click()
    page.get_by_label("Nom de la porte").fill("le compte de la Fondation")
    page.get_by_label("Adresse de découverte").fill(okta.issuer)
    page.get_by_label("Identifiant du client").fill(okta.client_id)
    page.get_by_label("Secret du client").fill(SECRET)
    page.get_by_label("Domaines des adresses du groupe").fill("demo.invalid")
    check(page)
    page.get_by_role("button", name="Enregistrer").click()


def test_an_administrator_describes_tries_opens_and_suspends(
    browser_page, administrator, okta, group, check, transactional_db
):
    page = browser_page
    sign_in(page, administrator.email)
    page.goto(f"/g/{group.slug}/connexion/")
    check(page)
    describe(page, okta, check)
    expect(
        page.get_by_text("Essayez la configuration : tous les points doivent être corrects.")
    ).to_be_visible()
    check(page)
    page.get_by_role("button", name="Essayer la configuration").click()
    expect(page.get_by_text("Il annonce PKCE avec S256.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Essayer de me connecter").click()
    choose(page, "Claire Delorme")
    expect(page.get_by_role("heading", name="Essai de connexion")).to_be_visible()
    expect(page.get_by_text("par la règle amr mfa")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Retour à la configuration").click()
    page.get_by_role("button", name="Ouvrir la porte").click()
    expect(page.get_by_text("La porte est ouverte : elle se voit")).to_be_visible()
    page.get_by_role("link", name="Relier une valeur à un rôle").click()
    page.get_by_label("Valeur").fill("trousseau-administrateurs")
    page.get_by_label("Rôle").select_option(label="RH")
    page.get_by_label("Tout le groupe").check()
    check(page)
    page.get_by_role("button", name="Relier", exact=True).click()
    expect(page.get_by_text("groups = trousseau-administrateurs").first).to_be_visible()
    check(page)
    page.get_by_role("link", name="Suspendre").click()
    check(page)
    page.get_by_role("button", name="Suspendre cette porte").click()
    expect(page.get_by_text("La porte est suspendue")).to_be_visible()
    check(page)
