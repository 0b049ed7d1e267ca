"""`manage.py demo`: from nothing to a running product, and back to nothing on Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from threading import Event

import psycopg

from portal.demo.environment import home_of, new_secrets, read_environment, write_environment
from portal.demo.layout import make_home
from portal.demo.ports import choose_port
from portal.demo.services import EmbeddedServices, ServiceError
from portal.demo.supervisor import MARK, Child, Supervisor, end_orphans

READY_SECONDS = 90
LOOK_SECONDS = 0.25
SERVICES_LOOK_SECONDS = 2
SANDBOX_PORT = 9100


class AlreadyRunningError(Exception):
    """This clone's demo runs: its address and its process are in the message."""


class Launcher:
    """One demo of one clone. `say` prints a line; `accounts` are the lines shown once the first page answers."""

    def __init__(self, root: Path, port: int, say: Callable[[str], None]) -> None:
        self.root = root
        self.wanted_port = port
        self.say = say
        self.home = home_of(root)
        self.interrupted = Event()
        self.services: EmbeddedServices | None = None
        self.environment: dict[str, str] = {}

    def run(self, announce: Callable[[str], None]) -> None:
        """Starts all, calls `announce(address)` when the first page answers, and stays until a signal.

        Refuses (AlreadyRunningError) when this clone's demo runs, (ServiceError) when something cannot start.
        """
        make_home(self.home)
        with self._alone() as lock, self._signals():
            begun = time.monotonic()
            try:
                address = self._prepare(lock)
                self._supervise(address, announce, begun)
            finally:
                if self.services is not None:
                    self.say("PostgreSQL et Valkey s'arrêtent…")
                    self.services.stop()
                    self.say("Tout est arrêté ; vos données restent.")

    def _prepare(self, lock: Path) -> str:
        if end_orphans(self.home):
            self.say("Les restes d'un lancement interrompu ont été arrêtés.")
        self._step("PostgreSQL et Valkey", self._start_services)
        port, complaint = choose_port(self.wanted_port)
        if complaint:
            self.say(complaint)
        address = f"http://localhost:{port}"
        lock.write_text(f"{os.getpid()} {address}\n")
        self.environment |= {
            "PUBLIC_URL": address,
            "PORT": str(port),
            "SANDBOX_URL": self._sandbox_address(port),
            "SANDBOX_DIRECTORY_URL": self.environment["DATABASE_URL"],  # it reads the national tables
        }
        self._step("Tables de la base", lambda: self._manage("migrate", "-v0"))
        unfinished = self.home / "seeding"  # stays when a first start is cut short: the next one goes on
        if unfinished.exists() or not self._has_group():
            unfinished.touch()
            self._step("Groupe de démonstration (une seule fois)", lambda: self._manage("seed_demo"))
            unfinished.unlink()
        if not self._knows_sandbox():
            self._step("Portes de la démonstration", lambda: self._manage("open_demo_doors"))
        return address

    def _sandbox_address(self, port: int) -> str:
        """Kept in the `environment` file too, for the processes that a developer starts by hand."""
        chosen, _ = choose_port(SANDBOX_PORT, taken=frozenset({port}))
        address = f"http://127.0.0.1:{chosen}"
        write_environment(self.home, read_environment(self.home) | {"SANDBOX_URL": address})
        return address

    def _start_services(self) -> None:
        """Embedded ones but for those given by DATABASE_URL and REDIS_URL."""
        known = read_environment(self.home)
        outside = {
            name: os.environ[name]
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
            if os.environ.get(name, "") not in ("", known.get(name))
        }
        if "DATABASE_URL" in outside and "DATABASE_OWNER_URL" not in outside:
            raise ServiceError(
                "DATABASE_URL est donné sans DATABASE_OWNER_URL : la démonstration crée les tables avec le rôle "
                "portal_owner. Voyez « manage.py database_roles » et le README."
            )
        if {"DATABASE_URL", "REDIS_URL"} <= outside.keys():
            values = {**new_secrets(), **known}
            write_environment(self.home, values)
        else:
            self.services = EmbeddedServices(self.root, self.say)
            values = self.services.start(
                postgresql="DATABASE_URL" not in outside, valkey="REDIS_URL" not in outside
            )
        self.environment = {
            **os.environ,
            **values,
            **outside,
            "DJANGO_SETTINGS_MODULE": "portal.settings.local",
            "TROUSSEAU_HOME": str(self.home),
            "PYTHONUNBUFFERED": "1",
            MARK: str(self.home),
        }

    def _has_group(self) -> bool:
        with psycopg.connect(self.environment["DATABASE_OWNER_URL"]) as owner:
            return owner.execute("SELECT FROM groups_group LIMIT 1").rowcount > 0

    def _knows_sandbox(self) -> bool:
        """Whether accounts are linked to the stand-in at the address it has today."""
        with psycopg.connect(self.environment["DATABASE_OWNER_URL"]) as owner:
            here = f"{self.environment['SANDBOX_URL']}%"
            known = owner.execute("SELECT FROM sign_in_externalidentity WHERE issuer LIKE %s LIMIT 1", [here])
            return known.rowcount > 0

    def _manage(self, *command: str) -> None:
        """One chore in a process of its own, in its own group: Ctrl-C reaches us, and we end it."""
        chore = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=self.root,
            env=self.environment,
            start_new_session=True,
        )
        while chore.poll() is None:
            if self.interrupted.wait(0.05):
                chore.terminate()
                chore.wait()
                raise KeyboardInterrupt
        if chore.returncode:
            raise ServiceError(f"« manage.py {' '.join(command)} » a échoué : voyez les lignes ci-dessus.")

    def _step(self, title: str, work: Callable[[], None]) -> None:
        self.say(f"{title}…")
        begun = time.monotonic()
        work()
        if self.interrupted.is_set():
            raise KeyboardInterrupt
        self.say(f"  fait en {time.monotonic() - begun:.1f} s".replace(".", ","))

    def _supervise(self, address: str, announce: Callable[[str], None], begun: float) -> None:
        logs = self.home / "logs"
        logs.mkdir(exist_ok=True)
        supervisor = Supervisor(
            children(self.home, self.environment["PORT"], self.environment["SANDBOX_URL"]),
            self.root,
            self.environment,
            self.say,
        )
        self.say("Serveur web, worker, horloge et bac à sable…")
        try:
            supervisor.start()
            self._await_first_page(address, supervisor)
            self.say(f"  prêt en {time.monotonic() - begun:.1f} s".replace(".", ","))
            announce(address)
            self._watch(supervisor)
        finally:
            self.say("Arrêt du serveur web, du worker, de l'horloge et du bac à sable…")
            supervisor.stop()

    def _await_first_page(self, address: str, supervisor: Supervisor) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(address.replace("localhost", "127.0.0.1")):
            if time.monotonic() > deadline:
                raise ServiceError(f"Le serveur web ne répond pas : voyez {self.home / 'logs' / 'web.log'}.")
            if self.interrupted.wait(LOOK_SECONDS):
                raise KeyboardInterrupt
            supervisor.watch()

    def _watch(self, supervisor: Supervisor) -> None:
        due = time.monotonic()
        while not self.interrupted.wait(LOOK_SECONDS):
            supervisor.watch()
            if self.services is not None and time.monotonic() > due:
                for name in self.services.revive():
                    self.say(f"{name} s'était arrêté : il vient d'être relancé.")
                due = time.monotonic() + SERVICES_LOOK_SECONDS

    @contextmanager
    def _alone(self) -> Iterator[Path]:
        """The lock of this clone's demo, which the system frees however we end."""
        path = self.home / "demo.lock"
        with path.open("a+") as stream:
            try:
                flock(stream, LOCK_EX | LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunningError(path.read_text().strip()) from error
            path.write_text(f"{os.getpid()}\n")
            yield path
            path.write_text("")

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal all ask for the same clean end."""
        before = {
            number: signal.signal(number, lambda *_: self.interrupted.set())
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def children(home: Path, port: str, sandbox: str) -> list[Child]:
    """The processes of the product, as the README tells to run them by hand."""
    python = [sys.executable, "-m"]
    web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--workers", "2"]
    web += ["--blocking-threads", "1", "--respawn-failed-workers", "--no-ws", "portal.wsgi:application"]
    worker = [
        "celery",
        "-A",
        "portal",
        "worker",
        "-c",
        "2",
        "-l",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ]
    beat = [
        "celery",
        "-A",
        "portal",
        "beat",
        "-l",
        "INFO",
        "--pidfile=",
        f"--schedule={home / 'beat-schedule'}",
    ]
    stand_in = ["portal.sandbox", "--port", sandbox.rpartition(":")[2]]
    logs = home / "logs"
    return [
        Child("Le serveur web", [*python, *web], logs / "web.log"),
        Child("Le worker", [*python, *worker], logs / "worker.log"),
        Child("L'horloge", [*python, *beat], logs / "beat.log"),
        Child("Le bac à sable", [*python, *stand_in], logs / "sandbox.log"),
    ]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/", timeout=10) as answer:
            return answer.status < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
