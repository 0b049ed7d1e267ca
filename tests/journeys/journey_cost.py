"""What a journey costs the person: keys pressed, clicks, and times they wait for the server."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Request

COUNT = """
if (!window.costCounted) {
  window.costCounted = true;
  const pointer = event => event.isTrusted && event.detail > 0;
  document.addEventListener('keydown', event => { if (event.isTrusted && !event.repeat) window.countKey(); }, true);
  document.addEventListener('click', event => { if (pointer(event)) window.countClick(); }, true);
}
"""


class JourneyCost:
    """`keys` and `clicks` are what the page received (type with `press_sequentially`, `fill` counts nothing).

    `waits` are what the person waits for: a page asked for (redirections are one), or a form sent by htmx. What the
    page asks on its own while the person goes on typing is not one.
    """

    def __init__(self, page: Page) -> None:
        self.keys = self.clicks = self.waits = 0
        self._page = page
        self._watched = False

    @property
    def actions(self) -> int:
        return self.keys + self.clicks

    @contextmanager
    def counted(self) -> Iterator["JourneyCost"]:
        """Counts from here to the end of the block; may be entered again to go on."""
        self._install()
        self._watched = True
        yield self
        self._page.wait_for_timeout(50)  # the last events are told after the act that made them
        self._watched = False

    def _install(self) -> None:
        if not hasattr(self._page, "_cost_installed"):
            self._page._cost_installed = True
            self._page.expose_function("countKey", self._key)
            self._page.expose_function("countClick", self._click)
            self._page.add_init_script(COUNT)
            self._page.on("request", self._request)
        self._page.evaluate(COUNT)

    def _key(self) -> None:
        self.keys += self._watched

    def _click(self) -> None:
        self.clicks += self._watched

    def _request(self, request: Request) -> None:
        page_asked = request.is_navigation_request() and request.redirected_from is None
        form_sent = request.resource_type in ("xhr", "fetch") and request.method == "POST"
        form_sent = (
            form_sent and "x-background" not in request.headers
        )  # a draft kept while the person goes on
        self.waits += self._watched and (page_asked or form_sent)

    def __str__(self) -> str:
        return f"{self.keys} keys, {self.clicks} clicks, {self.waits} waits on the server"
