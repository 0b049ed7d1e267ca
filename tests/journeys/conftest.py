"""A person's task in a real browser, against the product served by this process."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright

from tests.journeys import chromium
from tests.journeys.journey_cost import JourneyCost
from tests.journeys.strict_page import Complaints, assert_accessible, assert_no_horizontal_scroll

ACTION_MILLISECONDS = 20_000  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the process; the tests that need it are skipped by name when it is absent."""
    program = chromium.executable()
    if program is None:
        pytest.skip(chromium.ABSENT)
    # Playwright's loop stays in this thread, which Django takes for asynchronous code.
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    expect.set_options(timeout=ACTION_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def open_context(browser: Browser, live_server, settings) -> Iterator[Callable[..., BrowserContext]]:
    """Opens the browser of one more person (or device); complaints of all fail the test at its end."""
    settings.PUBLIC_URL = live_server.url
    opened: list[tuple[BrowserContext, Complaints]] = []

    def open_one(**options) -> BrowserContext:
        wanted = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "base_url": live_server.url, **options}
        context = browser.new_context(**wanted)
        context.set_default_timeout(ACTION_MILLISECONDS)
        context.complaints = Complaints(context)  # type: ignore[attr-defined]
        opened.append((context, context.complaints))  # type: ignore[attr-defined]
        return context

    yield open_one
    for context, _ in opened:
        context.close()
    assert [text for _, complaints in opened for text in complaints.found] == []


@pytest.fixture
def browser_page(open_context: Callable[..., BrowserContext]) -> Page:
    """A strict page at 1280 × 800; `page.goto("/compte/login/")`."""
    return open_context(viewport={"width": 1280, "height": 800}).new_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: 0 violation, or the test fails with the report."""
    return lambda page: assert_accessible(page, page.context.complaints)


@pytest.fixture
def no_horizontal_scroll() -> Callable[[Page], None]:
    """`no_horizontal_scroll(page)`: nothing sticks out at 320 pixels."""
    return assert_no_horizontal_scroll


@pytest.fixture
def check(axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """`check(page)`: the page as it stands passes axe and fits in 320 pixels."""

    def look(page: Page) -> None:
        axe(page)
        assert_no_horizontal_scroll(page)

    return look


@pytest.fixture
def journey_cost() -> Callable[[Page], JourneyCost]:
    """`with journey_cost(page).counted() as cost: …` then `cost.actions`, `cost.waits`."""
    return JourneyCost


@pytest.fixture
def security_key(browser_page: Page) -> CDPSession:
    """A virtual FIDO2 authenticator with user verification, plugged into `browser_page`; answers on its own."""
    return _plug_key(browser_page)


@pytest.fixture
def plug_key() -> Callable[[Page], CDPSession]:
    """`plug_key(page)`: the same, for the page of one more person."""
    return _plug_key


def _plug_key(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser, so nobody has to remember the mark."""
    for item in items:
        if "tests/journeys/" in item.path.as_posix():
            item.add_marker("browser")


def pytest_report_header() -> str:
    return f"chromium: {chromium.executable() or chromium.ABSENT}; cpus: {os.cpu_count()}"
