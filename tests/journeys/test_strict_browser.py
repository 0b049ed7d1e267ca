"""The tools of the journeys themselves: what they let through would be let through everywhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.journeys.journey_cost import JourneyCost

SIGN_IN = "/compte/login/"
PAGE = "<!doctype html><html lang=fr><title>Essai</title><main><h1>Essai</h1><a href=/suite>Suite</a></main>"
SECONDS_BEFORE_THE_PAGE = 0.5  # what the test is about: begun, and still empty when the click returns


class SlowToWrite(BaseHTTPRequestHandler):
    """The headers at once, the page `SECONDS_BEFORE_THE_PAGE` later."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        time.sleep(SECONDS_BEFORE_THE_PAGE)
        self.wfile.write(PAGE.encode())

    def log_message(self, *said: object) -> None:
        """Nothing on the screen."""


@contextmanager
def slow_pages() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), SlowToWrite) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def complaints_of(page: Page) -> list[str]:
    """Taken away, so that the page's own end does not fail."""
    found = list(page.context.complaints.found)
    page.context.complaints.found.clear()
    return found


def test_the_sign_in_page_is_accessible_and_narrow(browser_page, axe, no_horizontal_scroll):
    browser_page.goto(SIGN_IN)
    axe(browser_page)
    no_horizontal_scroll(browser_page)


def test_notices_an_inline_style(browser_page):
    browser_page.goto(SIGN_IN)
    browser_page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">non</p>')")
    browser_page.wait_for_timeout(100)
    assert ["style-src" in text for text in complaints_of(browser_page)] == [True]


def test_notices_a_script_error(browser_page):
    browser_page.goto(SIGN_IN)
    browser_page.evaluate("setTimeout(() => { throw new Error('panne') }, 0)")
    browser_page.wait_for_timeout(100)
    assert ["panne" in text for text in complaints_of(browser_page)] == [True]


def test_notices_a_missing_picture(browser_page):
    browser_page.goto(SIGN_IN)
    browser_page.evaluate("document.body.append(Object.assign(new Image(), {src: '/static/absente.png'}))")
    browser_page.wait_for_timeout(300)
    assert ["404" in text for text in complaints_of(browser_page)] == [True]


def test_notices_what_sticks_out(browser_page, no_horizontal_scroll):
    browser_page.goto(SIGN_IN)
    browser_page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('canvas'), {width: 2000}))"
    )
    with pytest.raises(AssertionError, match="px wide"):
        no_horizontal_scroll(browser_page)


def test_notices_a_field_without_a_name(browser_page, axe):
    browser_page.goto(SIGN_IN)
    browser_page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    with pytest.raises(AssertionError, match="axe on"):
        axe(browser_page)


@pytest.mark.parametrize("look", ["axe", "no_horizontal_scroll"])
def test_waits_for_the_page_that_a_click_opens(browser_page, request, look):
    with slow_pages() as address:
        browser_page.goto(address)
        browser_page.get_by_role("link", name="Suite").click()
        request.getfixturevalue(look)(browser_page)
        assert browser_page.url.endswith("/suite")


def test_counts_keys_clicks_and_waits(browser_page, journey_cost):
    browser_page.goto(SIGN_IN)
    with journey_cost(browser_page).counted() as cost:
        browser_page.locator("#id_login").click()
        browser_page.keyboard.type("abc")
        browser_page.goto(SIGN_IN)
        browser_page.keyboard.press("Tab")
    assert isinstance(cost, JourneyCost)
    assert (cost.keys, cost.clicks, cost.waits) == (4, 1, 1)


def test_reaches_nothing_outside(browser_page):
    """On a page without content policy: it is the network that is closed."""
    browser_page.goto("about:blank")
    assert (
        browser_page.evaluate("fetch('https://example.org/').then(() => 'reached', () => 'closed')")
        == "closed"
    )


def test_offers_a_security_key(browser_page, security_key):
    browser_page.goto(SIGN_IN)
    made = browser_page.evaluate(
        """navigator.credentials.create({publicKey: {
             challenge: new Uint8Array(16), rp: {id: 'localhost', name: 'essai'},
             user: {id: new Uint8Array(8), name: 'a', displayName: 'a'},
             pubKeyCredParams: [{type: 'public-key', alg: -7}]}}).then(key => key.type)"""
    )
    assert made == "public-key"
