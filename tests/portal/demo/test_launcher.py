"""`make demo` as a person meets it: started, asked again, killed, stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.demo.environment import read_environment
from portal.demo.processes import environment_of, process_ids
from portal.demo.supervisor import MARK
from tests.services import ROOT, TestServices

pytestmark = [pytest.mark.smoke, pytest.mark.slow, pytest.mark.timeout(300)]

START_SECONDS = 120
STOP_SECONDS = 40


class Demo:
    """One `manage.py demo` in a home of its own."""

    def __init__(self, home: Path, port: int, **environment: str) -> None:
        self.home = home
        self.output = home.with_suffix(".out")
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "REDIS"))
        }
        kept |= {
            "TROUSSEAU_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "portal.settings.local",
            **environment,
        }
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(port)],
                cwd=ROOT, env=kept, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def wait_for(self, words: str) -> str:
        deadline = time.monotonic() + START_SECONDS
        while words not in (said := self.output.read_text()):
            assert self.process.poll() is None or words in self.output.read_text(), said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        return said

    def address(self) -> str:
        return re.search(r"http://localhost:\d+", self.wait_for("Ctrl-C arrête tout"))[0]

    def end(self, number: int = signal.SIGINT) -> str:
        self.process.send_signal(number)
        self.process.wait(STOP_SECONDS)
        return self.output.read_text()

    def descendants(self) -> list[int]:
        mark = f"{MARK}={self.home}".encode()
        return [pid for pid in process_ids() if mark in environment_of(pid)]


@pytest.fixture
def start(home: Path) -> Iterator:
    started: list[Demo] = []

    def start(port: int, **environment: str) -> Demo:
        started.append(Demo(home, port, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()
        one.output.unlink(missing_ok=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def groups(home: Path) -> int:
    with psycopg.connect(read_environment(home)["DATABASE_OWNER_URL"]) as owner:
        return owner.execute("SELECT count(*) FROM groups_group").fetchone()[0]


def test_starts_from_nothing_survives_a_kill_and_stops_cleanly(start, home: Path):
    with socket.socket() as holder:  # a busy port: the demo goes elsewhere and says so
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        busy = holder.getsockname()[1]
        first = start(busy)
        address = first.address()
        assert f"Le port {busy} est pris par" in first.output.read_text()
        assert not address.endswith(f":{busy}")
    with urllib.request.urlopen(f"{address}/compte/login/") as page:
        assert page.status == 200
    made = groups(home)
    assert made > 0

    again = start(busy)
    assert again.process.wait(60) == 0
    assert address in again.output.read_text()
    assert "tourne déjà" in again.output.read_text()

    postmaster = int((home / "postgresql/postmaster.pid").read_text().split()[0])
    for pid in (first.process.pid, postmaster):
        os.kill(pid, signal.SIGKILL)
    first.process.wait()

    begun = time.monotonic()
    second = start(free_port())
    second.address()
    assert time.monotonic() - begun < 30  # under 10 s on a quiet machine, measured by hand
    assert "Groupe de démonstration" not in second.output.read_text()
    assert groups(home) == made
    assert "Tout est arrêté" in second.end(signal.SIGTERM)
    assert second.descendants() == []
    assert not (home / "postgresql/postmaster.pid").exists()


def test_leaves_outside_servers_alone(start, home: Path, services: TestServices, transactional_db):
    """With both addresses given nothing is embedded, and nothing of theirs is stopped."""
    outside = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    demo = start(free_port(), **outside)
    demo.address()
    assert not (home / "postgresql").exists()
    demo.end()
    assert services.services.postgresql.runs()
    assert services.services.valkey.runs()


def test_asks_for_the_owner_of_an_outside_database(start):
    demo = start(free_port(), DATABASE_URL=os.environ["DATABASE_URL"])
    assert demo.process.wait(60) == 1
    assert "DATABASE_OWNER_URL" in demo.output.read_text()
