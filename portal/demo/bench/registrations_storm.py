"""The run itself: the stand-in, the workers, and what befalls them. `python -m …registrations_storm HOME PEOPLE KILLS`."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import redis

django.setup()

from django.conf import settings  # noqa: E402
from django.db import OperationalError, connections  # noqa: E402

from identities.psi import operations as psi  # noqa: E402
from identities.psi.models import Connection  # noqa: E402
from identities.registrations.models import RegistrationRequest  # noqa: E402
from identities.registrations.states import RequestState  # noqa: E402
from portal.demo.bench.registrations_count import count_up  # noqa: E402
from portal.demo.bench.registrations_people import BENCH, prepare, queue  # noqa: E402
from portal.demo.environment import home_of  # noqa: E402
from portal.demo.services import EmbeddedServices  # noqa: E402
from portal.demo.supervisor import die_with_parent  # noqa: E402
from portal.dispatch.models import Message  # noqa: E402
from portal.dispatch.states import MessageState  # noqa: E402
from portal.foundation.tenancy import tenant  # noqa: E402

CHAOS, SLOW_SECONDS = 0.2, 1.5
FLUSHES, RESTARTS = 2, 1
LONGEST = 600.0  # seconds
psi.SECOND_LOOK = timedelta(seconds=2)
ON_THE_WAY = (RequestState.READY, RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN)


class Storm:
    """Everything that runs beside, and how it is broken. Each blow is counted once it is struck."""

    def __init__(self, home: Path, folder: Path, group_id: UUID) -> None:
        self.services = EmbeddedServices(settings.ROOT, progress=lambda text: None, home=home)
        self.folder, self.group_id = folder, group_id
        self.struck = {"kills": 0, "broker_flushes": 0, "database_restarts": 0, "resumes": 0}

    def start_worker(self) -> None:
        """Two processes and a clock, in a process group of their own; they end when this run is killed."""
        name = f"worker{self.struck['kills']}"
        with (self.folder / "worker.log").open("a") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "portal.demo.bench.registrations_worker", "worker", "-c", "2",
                 "-n", name, "--without-gossip", "--without-mingle", "-l", "ERROR",
                 "-B", "-s", str(self.folder / f"{name}.beat")],
                cwd=settings.ROOT, stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    def end_worker(self) -> None:
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def kill(self) -> None:
        self.end_worker()
        self.struck["kills"] += 1
        self.start_worker()

    def empty_broker(self) -> None:
        redis.from_url(settings.REDIS_URL).flushall()
        self.struck["broker_flushes"] += 1

    def restart_database(self) -> None:
        connections.close_all()
        self.services.postgresql.stop()
        self.services.postgresql.start(self.services.values["PASSWORD_SU"])
        self.struck["database_restarts"] += 1

    def resume_when_stopped(self) -> None:
        """What a person does once the key was refused and is good again."""
        with tenant(self.group_id):
            if Connection.objects.filter(is_stopped=True).exists():
                psi.resume_sending(actor=BENCH)
                self.struck["resumes"] += 1

    def blows(self, people: int, kills: int) -> list[tuple[float, Callable[[], None]]]:
        """When (requests settled) and what, in order: spread over the whole run."""
        if not kills:
            return []
        planned = [
            *(((rank + 0.5) / kills, self.kill) for rank in range(kills)),
            *(((rank + 0.7) / FLUSHES, self.empty_broker) for rank in range(FLUSHES)),
            (0.5, self.restart_database),
        ]
        return sorted(((share * people * 0.9, blow) for share, blow in planned), key=lambda one: one[0])


def run(home: Path, people: int, kills: int) -> dict[str, Any]:
    """What was sent, what became of it, and what befell it on the way."""
    group_id = prepare(people)
    with tempfile.TemporaryDirectory() as folder:
        storm, stand_in = Storm(home, Path(folder), group_id), _stand_in()
        try:
            _tell(stand_in, {"chaos": CHAOS if kills else 0, "seed": 2026, "seconds": SLOW_SECONDS})
            begun = time.monotonic()
            sent = queue(group_id)
            storm.start_worker()
            _follow(storm, storm.blows(people, kills))
            seconds = round(time.monotonic() - begun, 1)
            book = _tell(stand_in, {})
        finally:
            storm.end_worker()
            stand_in.terminate()
            stand_in.wait()
    name = f"{people} registrations, {'one call in five fails' if kills else 'nothing fails'}"
    found = count_up(group_id, book)
    return {"name": name, "sent": sent, **found, **storm.struck, "seconds": seconds}


def _follow(storm: Storm, blows: list[tuple[float, Callable[[], None]]]) -> None:
    """Strikes each blow in its time, until nothing is left to do, or for too long."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        try:
            waiting, settled = _progress(storm.group_id)
            storm.resume_when_stopped()
        except OperationalError:
            connections.close_all()
            continue
        if blows and settled >= blows[0][0]:
            blows.pop(0)[1]()
        elif not waiting:
            return
        time.sleep(0.1)


def _progress(group_id: UUID) -> tuple[int, int]:
    """Messages that still have to leave, and requests that are settled."""
    with tenant(group_id):
        waiting = Message.objects.exclude(state=MessageState.TO_HANDLE).count()
        return waiting, RegistrationRequest.objects.exclude(state__in=ON_THE_WAY).count()


def _stand_in() -> subprocess.Popen[str]:
    """Its address is then in the environment that the workers get."""
    started = subprocess.Popen(
        [sys.executable, "-m", "portal.sandbox", "--port", "0", "--until-stdin-closes"],
        cwd=settings.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    root = started.stdout.readline().split(" : ")[1].strip()
    os.environ["SANDBOX_URL"], os.environ["PSI_API_URL"] = root, f"{root}/psi"
    return started


def _tell(stand_in: subprocess.Popen[str], told: dict[str, Any]) -> dict[str, Any]:
    """What it has written, after it was told."""
    address = f"{os.environ['SANDBOX_URL']}/_sandbox/psi"
    asked = urllib.request.Request(address, json.dumps(told).encode(), method="PUT")  # noqa: S310  ours
    with urllib.request.urlopen(asked, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


if __name__ == "__main__":
    home, people, kills = sys.argv[1:]
    print(json.dumps(run(home_of(settings.ROOT) / home, int(people), int(kills))))  # noqa: T201
