"""The stand-in of outside identity services, for tests: a process of its own, well again before each test."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest

from tests.services import ROOT

SECONDS = 20


class _SignInPage(HTMLParser):
    """The form of the stand-in's page: where it goes and its number."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action = self.number = ""
        self.people: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values["action"]
        elif tag == "input" and values.get("name") == "request":
            self.number = values["value"]
        elif tag == "button":
            self.people.append(values["value"])


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Answer:
    """Status, headers and text of one answer, whatever its status."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status, self.headers, self.text = status, headers, text

    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


class Provider:
    """One issuer of the stand-in, Pro Santé Connect (`sandbox` itself) or `sandbox.provider("okta")`.

    `issuer`, `discovery` (its address), `endpoints` (token, userinfo, introspection, revocation, end_session, jwks,
    authorization), `client_id`, `client_secret`.
    """

    client_id = "trousseau-bas"
    client_secret = "secret-du-bac-a-sable"

    def __init__(self, root: str, issuer: str, suffix: str, authorization: str) -> None:
        self.root, self.issuer = root, issuer
        self.discovery = issuer + suffix
        protocol = f"{issuer}/protocol/openid-connect"
        self.endpoints = {
            "authorization": authorization,
            "token": f"{protocol}/token",
            "userinfo": f"{protocol}/userinfo",
            "introspection": f"{protocol}/token/introspect",
            "revocation": f"{protocol}/revoke",
            "end_session": f"{protocol}/logout",
            "jwks": f"{protocol}/certs",
        }

    def sign_in(self, authorization_url: str, persona: str, cookie: str = "") -> str:
        """Chooses `persona` (its slug, « refuser », or « continuer ») on the sign-in page, and gives the callback's URL.

        Without a page (a refused request, prompt=none) the redirection itself is given.
        """
        headers = {"Cookie": cookie} if cookie else {}
        page = send("GET", authorization_url, headers=headers)
        if page.status == 302:
            return page.location
        assert page.status == 200, page.text
        form = _SignInPage(page.text)
        fields = {"request": form.number, "person": persona}
        chosen = send("POST", urljoin(authorization_url, form.action), fields, headers)
        assert chosen.status == 302, chosen.text
        return chosen.location


class Sandbox(Provider):
    """Pro Santé Connect, and the words to command the whole process."""

    def __init__(self, root: str) -> None:
        issuer = f"{root}/auth/realms/esante-wallet"
        wallet = root.replace("127.0.0.1", "localhost") + "/auth"
        super().__init__(root, issuer, "/.well-known/wallet-openid-configuration", wallet)

    def provider(self, name: str) -> Provider:
        """A group's own identity provider; any name is one."""
        issuer = f"{self.root}/idp/{name}"
        return Provider(
            self.root, issuer, "/.well-known/openid-configuration", f"{issuer}/protocol/openid-connect/auth"
        )

    def fault(self, name: str, times: int | None = 1, seconds: float = 8.0) -> None:
        """It strikes `times` times (None: until the end of the test); `seconds` is for the slow ones."""
        self._control("PUT", "fault", {"fault": name, "times": times, "seconds": seconds})

    def active_faults(self) -> dict[str, int | None]:
        return self._control("GET", "fault")["active"]

    def well_again(self) -> None:
        self._control("DELETE", "fault")

    def log(self, path_end: str = "") -> list[dict[str, Any]]:
        """Requests received since the test began, oldest first: method, host, path, query, form, authorization, status."""
        return [one for one in self._control("GET", "log")["requests"] if one["path"].endswith(path_end)]

    def sessions(self) -> list[dict[str, Any]]:
        """sid, provider, person, began_at, ended_at, lives."""
        return self._control("GET", "sessions")["sessions"]

    def people(self, contract: str = "psc") -> list[dict[str, Any]]:
        """slug, name, note, sub, userinfo of everyone; `contract` psc or idp."""
        return self._control("GET", "people")[contract]

    def declare(
        self, client_id: str, *redirect_paths: str, post_logout_paths: tuple[str, ...] = ("/",)
    ) -> None:
        """One more client, with the usual secret, until the end of the test."""
        self._control(
            "PUT",
            "clients",
            {
                "client_id": client_id,
                "client_secret": self.client_secret,
                "redirect_paths": list(redirect_paths),
                "post_logout_paths": list(post_logout_paths),
            },
        )

    @property
    def directory(self) -> str:
        """The address of the Annuaire Santé API."""
        return f"{self.root}/fhir/v2"

    def tell_directory(self, **values: bool) -> None:
        """`release`: other technical ids; `builtin`: the built-in people instead of what is loaded."""
        self._control("PUT", "directory", values)

    @property
    def psi(self) -> str:
        """The address of API PSI."""
        return f"{self.root}/psi"

    def tell_psi(self, **values: Any) -> dict[str, Any]:
        """`people`, `self_enrolled`, `elapsed_days`, `variant`, `chaos` with `seed` and `seconds`; gives the book."""
        return self._control("PUT", "psi", values)

    def psi_book(self) -> dict[str, Any]:
        """What API PSI wrote since the test began: accounts, with their employments, activities, cards and calls."""
        return self._control("GET", "psi")

    def reset(self) -> None:
        self._control("POST", "reset")

    def _control(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        answer = send(method, f"{self.root}/_sandbox/{name}", json_body=body)
        assert answer.status < 300, answer.text
        return answer.json() if answer.text else None


def send(
    method: str,
    url: str,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    json_body: dict[str, Any] | None = None,
) -> Answer:
    """One request; redirections are not followed, errors are answers."""
    content = urlencode(form).encode() if form is not None else None
    if json_body is not None:
        content = json.dumps(json_body).encode()
    request = urllib.request.Request(url, content, headers or {}, method=method)
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read().decode())


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """One process for the run; it ends with us, even killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.sandbox", "--port", "0", "--until-stdin-closes"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
            "SANDBOX_DIRECTORY_URL": os.environ["DATABASE_URL"],
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    opened = process.stdout.readline()
    assert "http://" in opened, f"The stand-in did not start: {opened}"
    yield Sandbox(opened.split(" : ")[1].strip())
    process.stdin.close()
    process.wait(SECONDS)
    process.stdout.close()


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """The stand-in without faults, requests or sessions, its clients as declared at the start."""
    sandbox_process.reset()
    return sandbox_process
