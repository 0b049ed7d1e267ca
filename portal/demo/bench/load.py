"""Eight people at once on the production server set-up: two WSGI processes started as `make demo` starts them."""

import http.client
import os
import random
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.conf import settings

from portal.demo.bench.pages import PAGES, Page
from portal.demo.bench.places import SEED, Place, places, sign_in
from portal.demo.launcher import children
from portal.demo.ports import choose_port

CLIENTS = 8
PLACES_EACH = 12  # other groups in turn, so that no one's rows stay in memory for long
WARM_SECONDS = 3.0
FIRST_PORT = 8700
READY_SECONDS = 30
# How often each page is asked in the mix; the form of an arrival is only opened: the data stays as it is.
MIX = {
    "professionnels_site": 4,
    "fiche": 4,
    "accueil_site": 3,
    "recherche": 3,
    "accueil_groupe": 2,
    "professionnels_groupe": 2,
    "arrivee": 2,
}
LIST = {"professionnels_site": 1}


class ServerFailedError(Exception):
    """The web server did not start: its last lines are in the message."""


class PageRefusedError(Exception):
    """A page did not answer 200 under load."""


@contextmanager
def web_server() -> Iterator[int]:
    """The product's web server on a free port, with this command's own database; stopped at the end."""
    port, _ = choose_port(FIRST_PORT)
    with tempfile.TemporaryDirectory() as folder:
        web, log = children(Path(folder), str(port), sandbox="")[0], Path(folder) / "web.log"
        process = subprocess.Popen(
            web.command,
            cwd=settings.ROOT,
            env={**os.environ, "PUBLIC_URL": f"http://127.0.0.1:{port}"},
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await(port, process, log)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=20)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/sante/vivant")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.2)
    raise ServerFailedError(log.read_text()[-2000:])


class Visitor(Thread):
    """One person who asks one page after the other, without a pause, over one connection."""

    def __init__(self, port: int, asked: list[tuple[Page, Place, str]], stop: Event) -> None:
        super().__init__(daemon=True)
        self.port, self.asked, self.stop = port, asked, stop
        self.took: list[tuple[float, str, float]] = []
        self.refused = ""

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        turn = 0
        while not self.stop.is_set() and not self.refused:
            page, place, cookie = self.asked[turn % len(self.asked)]
            started = time.perf_counter()
            connection.request("GET", page.address(place), headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            self.took.append((started, page.name, (time.perf_counter() - started) * 1000))
            if answer.status != 200:
                self.refused = f"{page.name}: {page.address(place)} answered {answer.status}"
            turn += 1


def _plans(weights: dict[str, int], everywhere: list[Place], cookies: dict[Any, str]) -> list[list]:
    """For each client, what it asks in turn: the mix in a drawn order, each time elsewhere."""
    draw = random.Random(SEED)  # noqa: S311  nothing secret
    pages = [page for page in PAGES for _ in range(weights.get(page.name, 0))]
    plans = []
    for rank in range(CLIENTS):
        mine = everywhere[rank::CLIENTS]
        plan = [(page, place, cookies[place.user.pk]) for place in mine for page in pages]
        draw.shuffle(plan)
        plans.append(plan)
    return plans


def _play(port: int, plans: list[list], seconds: float) -> list[tuple[str, float]]:
    """Name and milliseconds of each page asked after the warm-up."""
    stop = Event()
    visitors = [Visitor(port, plan, stop) for plan in plans]
    started = time.perf_counter()
    for one in visitors:
        one.start()
    time.sleep(WARM_SECONDS + seconds)
    stop.set()
    for one in visitors:
        one.join()
    refused = [one.refused for one in visitors if one.refused]
    if refused:
        raise PageRefusedError(refused[0])
    first, last = started + WARM_SECONDS, started + WARM_SECONDS + seconds
    return [(name, took) for one in visitors for at, name, took in one.took if first <= at < last]


def _said(name: str, times: list[float], seconds: float) -> dict[str, Any]:
    return {
        "name": name,
        "pages": len(times),
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "max_ms": round(max(times), 1),
    }


def load(seconds: float, *, small: bool) -> list[dict[str, Any]]:
    """A mix of pages, each of them and all together; then lists of a site alone. Refuses (ServerFailedError)."""
    everywhere = places(CLIENTS * PLACES_EACH, small=small)
    clients = sign_in(everywhere)
    name = settings.SESSION_COOKIE_NAME
    cookies = {user: f"{name}={client.cookies[name].value}" for user, client in clients.items()}
    with web_server() as port:
        mixed = _play(port, _plans(MIX, everywhere, cookies), seconds)
        lists = _play(port, _plans(LIST, everywhere, cookies), seconds)
    found = [_said(page, [took for name, took in mixed if name == page], seconds) for page in MIX]
    found.append(_said("toutes", [took for _, took in mixed], seconds))
    return [*found, _said("listes_seules", [took for _, took in lists], seconds)]
