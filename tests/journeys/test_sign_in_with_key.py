"""« Connexion locale avec clé »: a passkey is added, then signs in alone; sessions are cut and end; refusals are French."""

import re
from importlib import import_module

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tenants.memberships.sessions import LAST_SEEN_AT, SIGNED_IN_AT
from tests.factories.memberships import PASSWORD
from tests.journeys.second_factor import confirm_oneself, sign_in, type_code, type_password

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
HALF_AN_HOUR, FOUR_HOURS = 30 * 60, 4 * 3600
BY_KEY = "Se connecter avec une clé ou un appareil"


def add_key(page: Page, check) -> None:
    page.goto("/compte/2fa/")
    check(page)
    page.get_by_role("link", name="Ajouter").click()
    check(page)
    confirm_oneself(page)
    page.get_by_label("Nom de cette clé").fill("Clé du bureau")
    check(page)
    page.get_by_role("button", name="Enregistrer la clé").click()
    page.wait_for_url(re.compile(r"/2fa/(recovery-codes/|webauthn/)$"))
    check(page)


def leave(page: Page) -> None:
    page.locator("summary", has_text="mon compte").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()


def come_in_by_key(page: Page, home: str) -> None:
    page.goto("/compte/login/")
    page.get_by_role("button", name=BY_KEY).click()
    page.wait_for_url(f"**{home}")


def grow_old(page: Page, clock: str, seconds: int) -> None:
    """As if the session's clock had been set that much earlier."""
    (cookie,) = [one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    session[clock] -= seconds
    session.save()


@pytest.fixture
def home(group) -> str:
    return f"/g/{group.slug}/"


def test_a_key_is_added_then_signs_in_alone(browser_page, security_key, administrator, home, check):
    page = browser_page
    page.goto("/compte/login/")
    check(page)
    type_password(page, administrator.email, PASSWORD)
    expect(page.get_by_role("heading", name="Second facteur")).to_be_visible()
    check(page)
    type_code(page)
    page.wait_for_url(f"**{home}")
    add_key(page, check)
    page.goto("/compte/2fa/webauthn/")
    expect(page.get_by_role("row", name="Clé du bureau")).to_contain_text("se connecter sans mot de passe")
    check(page)
    leave(page)
    check(page)
    come_in_by_key(page, home)
    check(page)


def test_the_key_serves_as_second_factor_too(browser_page, security_key, administrator, home, check):
    page = browser_page
    sign_in(page, administrator.email)
    add_key(page, check)
    leave(page)
    type_password(page, administrator.email, PASSWORD)
    check(page)
    page.get_by_role("button", name="Utiliser ma clé ou mon appareil").click()
    page.wait_for_url(f"**{home}")


def test_a_key_nobody_knows_is_refused_in_french(browser_page, security_key, administrator, check):
    page = browser_page
    page.goto("/compte/login/")
    page.get_by_role("button", name=BY_KEY).click()
    expect(page.locator("#key-error")).to_be_visible()
    check(page)


def test_signing_out_everywhere_cuts_every_device(
    browser_page, open_context, administrator, home, client_for, check
):
    page, other = browser_page, client_for(administrator)
    sign_in(page, administrator.email)
    assert other.get(home).status_code == 200
    page.goto("/compte/")
    page.get_by_role("link", name="Se déconnecter partout").click()
    check(page)
    page.get_by_role("button", name="Se déconnecter partout").click()
    expect(page.get_by_text("Toutes vos sessions sont coupées.")).to_be_visible()
    check(page)
    page.goto(home)
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    assert other.get(home)["Location"].startswith("/compte/login/")


@pytest.mark.parametrize(
    ("clock", "seconds", "words"),
    [
        (LAST_SEEN_AT, HALF_AN_HOUR, "après 30 minutes sans activité"),
        (SIGNED_IN_AT, FOUR_HOURS, "au bout de 4 heures"),
    ],
)
def test_a_session_that_ends_says_so(browser_page, administrator, home, check, clock, seconds, words):
    page = browser_page
    sign_in(page, administrator.email)
    grow_old(page, clock, seconds)
    page.goto(f"{home}professionnels/")
    expect(
        page.get_by_text(f"Votre session a pris fin {words}. Connectez-vous pour reprendre.")
    ).to_be_visible()
    check(page)


def test_five_wrong_passwords_are_enough(browser_page, administrator, check):
    page = browser_page
    page.goto("/compte/login/")
    for _ in range(5):
        type_password(page, administrator.email, "faux")
        expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_visible()
    check(page)
    type_password(page, administrator.email, PASSWORD)
    expect(page.get_by_text("Trop de tentatives")).to_be_visible()
    check(page)
