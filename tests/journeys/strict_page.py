"""A page that forgives nothing: script errors, breaches of the content policy and broken answers fail the test."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response

NARROWEST_PIXELS = 320
REPORT_BREACHES = """
document.addEventListener('securitypolicyviolation', event =>
  window.reportBreach(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ''}:${event.lineNumber}`));
"""


class Complaints:
    """What went wrong on the pages of one context; `ignored()` covers tools that breach the policy themselves (axe)."""

    def __init__(self, context: BrowserContext) -> None:
        self.found: list[str] = []
        self.expected: set[int] = set()  # statuses that this journey is about
        self._ignoring = False
        context.expose_function("reportBreach", self._breach)
        context.add_init_script(REPORT_BREACHES)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("response", self._answer)

    @contextmanager
    def ignored(self) -> Iterator[None]:
        self._ignoring = True
        yield
        self._ignoring = False

    def _breach(self, text: str) -> None:
        if not self._ignoring:
            self.found.append(f"content policy: {text}")

    def _answer(self, response: Response) -> None:
        """A server error anywhere, or a script, style, font or picture that is not there."""
        missing = response.status == 404 and response.request.resource_type != "document"
        broken = response.status >= 500 and response.status not in self.expected
        if broken or missing:
            self.found.append(f"{response.status} on {response.request.method} {response.url}")


def assert_accessible(page: Page, complaints: Complaints) -> None:
    """No violation of any rule of axe on the page as it stands."""
    page.wait_for_load_state()  # a click returns when the next page has begun, before its first element
    with complaints.ignored():
        results = Axe().run(page)
        page.wait_for_timeout(20)  # breaches of axe's own styles are reported late
    assert results.violations_count == 0, f"axe on {page.url}:\n{results.generate_report()}"


def assert_no_horizontal_scroll(page: Page, width: int = NARROWEST_PIXELS) -> None:
    """At `width` pixels nothing sticks out (WCAG 1.4.10); the window is then put back as it was."""
    page.wait_for_load_state()
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    seen = page.evaluate("document.documentElement.scrollWidth")
    wide = page.evaluate(
        """width => [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > width + 1)
             .slice(0, 5).map(one => one.outerHTML.slice(0, 120))""",
        width,
    )
    page.set_viewport_size(before or {"width": 1280, "height": 800})
    assert seen <= width, f"{page.url} is {seen} px wide at {width} px; sticking out: {wide}"
