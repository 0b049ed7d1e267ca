"""The sign-in page of the stand-in, as a person of the demo meets it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.strict_page import assert_no_horizontal_scroll
from tests.remotes.sandbox.relying_party import asking


@pytest.fixture
def page(browser: Browser):
    """No page of the product is visited."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    yield page
    page.close()


def test_a_person_chooses_comes_back_and_refuses(sandbox, page: Page):
    back = f"{sandbox.root}/_sandbox/"
    sandbox.declare(sandbox.client_id, "/_sandbox/")
    signing_in = asking(sandbox, redirect_uri=back)
    page.goto(signing_in)
    page.get_by_text("Réponses inhabituelles").click()
    _check(page)
    page.get_by_role("button", name="Nadia Roche").click()
    page.wait_for_url(f"{back}?**")
    page.goto(signing_in)
    assert page.get_by_role("button", name="Continuer en tant que Nadia Roche").is_visible()
    _check(page)
    page.get_by_role("button", name="Refuser").click()
    page.wait_for_url("**error=access_denied**")


def test_an_undeclared_service_is_told_on_a_page(sandbox, page: Page):
    page.goto(asking(sandbox, client_id="inconnu"))
    assert page.get_by_role("heading", level=1).inner_text() == "Demande refusée"
    _check(page)


def _check(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert_no_horizontal_scroll(page)
