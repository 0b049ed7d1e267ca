"""npm oidc-provider in a process of its own, and a browser's way through its page."""

import http.cookiejar
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest

HERE = Path(__file__).resolve().parent
OLDEST_NODE = 20
NO_NODE = f"Node {OLDEST_NODE} ou plus récent est absent : apt-get install nodejs npm, puis make packages"
NO_PACKAGE = "oidc-provider n'est pas installé : make packages (ou npm ci dans tests/remotes/oidc_provider)"


def why_absent() -> str:
    """Empty when it can run."""
    node = shutil.which("node")
    if node is None:
        return NO_NODE
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    found = re.match(r"v(\d+)", said)
    if not found or int(found[1]) < OLDEST_NODE:
        return NO_NODE
    return "" if (HERE / "node_modules" / "oidc-provider").is_dir() else NO_PACKAGE


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class Independent:
    """`sign_in(address, how)` walks its pages and gives our callback's address; `how` is a value of server.mjs's buttons."""

    client_id, client_secret = "trousseau", "un-secret-de-test-assez-long-pour-tous"

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def control(self, **asked) -> None:
        request = urllib.request.Request(f"{self.issuer}/_control", json.dumps(asked).encode(), method="POST")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20).close()

    def sign_in(self, address: str, how: str) -> str:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        opener = urllib.request.build_opener(jar, _NoRedirect, urllib.request.ProxyHandler({}))
        form = None
        for _ in range(8):
            try:
                with opener.open(address, form, timeout=20) as page:
                    assert "how" in page.read().decode()
                form = urlencode({"how": how}).encode()
            except urllib.error.HTTPError as answer:
                with answer:
                    if answer.status not in {302, 303}:
                        raise AssertionError(answer.read().decode()) from answer
                    address, form = urljoin(address, answer.headers["Location"]), None
                if not address.startswith(self.issuer):
                    return address
        raise AssertionError(f"lost at {address}")


@pytest.fixture(scope="session")
def independent_process() -> Iterator[Independent]:
    """One process for the run; skipped by name where node or the package is absent."""
    reason = why_absent()
    if reason:
        pytest.skip(reason)
    process = subprocess.Popen(
        ["node", "server.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    issuer = process.stdout.readline().strip()
    assert issuer.startswith("http://127.0.0.1"), "oidc-provider did not start"
    yield Independent(issuer)
    process.stdin.close()
    process.wait(20)
    process.stdout.close()
