"""The tests' own PostgreSQL and Valkey: one volatile cluster per clone, one database and one broker number per process.

A process holds a slot (a locked file) for as long as it lives; the slot names its database `tests_N` and its broker
number N. The database is a copy of a template migrated once per state of the migrations. The servers stop with the
last run that uses them. Locks are freed by the system, so that a killed run leaves nothing to repair.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from portal.demo.environment import home_of
from portal.demo.layout import only_one
from portal.demo.postgresql import make_database, make_extensions
from portal.demo.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[1]
SLOTS = range(1, 60)
TEMPLATES_KEPT = 4
MIGRATED_FROM = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "portal/foundation/**/*.py",
    "portal/foundation/**/*.sql",
)


class TestServices:
    """What one test process needs; `open` starts the servers when no other run did."""

    __test__ = False

    def __init__(self) -> None:
        main = home_of(ROOT) if "TESTS_HOME" not in os.environ else Path(os.environ["TESTS_HOME"]).parent
        self.services = EmbeddedServices(ROOT, progress=lambda text: None, home=main / "tests", durable=False)
        self.home = self.services.place.home
        self._locks: list[IO[str]] = []
        self.slot = 0

    def open(self) -> None:
        """Joins the runs in progress, starts the servers, makes the template."""
        self._hold(self.home / "users.lock", LOCK_SH)
        self.services.start()
        self.template = self._template()

    def take_slot(self) -> None:
        """Holds the first free slot and makes its database, a fresh copy of the template."""
        for number in SLOTS:
            if self._hold(self.home / f"slot-{number}.lock", LOCK_EX | LOCK_NB):
                self.slot = number
                break
        else:
            raise RuntimeError("Every test slot is taken: end the other runs first")
        with self.administrator() as admin:
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database))
            )
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER portal_owner TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(self.database), sql.Identifier(self.template)
                )
            )

    def close(self) -> None:
        """Leaves; the last one to leave stops the servers."""
        if self.slot:
            with self.administrator() as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.database)))
        for lock in self._locks:
            lock.close()
        self._locks.clear()
        if self._hold(self.home / "users.lock", LOCK_EX | LOCK_NB):
            self.services.stop()
            self._locks.pop().close()

    @property
    def database(self) -> str:
        return f"tests_{self.slot}"

    def environment(self) -> dict[str, str]:
        """For this process and the ones it starts: application's login, owner's login, broker."""
        return {
            "DATABASE_URL": self.services.url("app", self.database),
            "DATABASE_OWNER_URL": self.services.url("owner", self.database),
            "REDIS_URL": self.services.redis_url(self.slot),
            "TESTS_HOME": str(self.home),
            "TROUSSEAU_HOME": str(self.home / f"slot-{self.slot}"),
        }

    @contextmanager
    def administrator(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A superuser's connection: what no role of the product may do."""
        with psycopg.connect(self.services.url("su", database), autocommit=True) as admin:
            yield admin

    def _hold(self, path: Path, how: int) -> bool:
        stream = path.open("w")
        try:
            flock(stream, how)
        except BlockingIOError:
            stream.close()
            return False
        self._locks.append(stream)
        return True

    def _template(self) -> str:
        """Name of the migrated template, made when the migrations changed since the last run."""
        name = f"template_{_state_of_migrations()}"
        with only_one(self.home / "template.lock"), self.administrator() as admin:
            known = [row[0] for row in admin.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid DESC"
            )]  # fmt: skip
            if name not in known:
                for old in known[TEMPLATES_KEPT - 1 :]:
                    admin.execute(
                        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old))
                    )
                self._migrate(admin, name)
        return name

    def _migrate(self, admin: psycopg.Connection, name: str) -> None:
        """In a database renamed when whole: a half-migrated template is never copied."""
        admin.execute("DROP DATABASE IF EXISTS migrating WITH (FORCE)")
        make_database(admin, "migrating")
        with self.administrator("migrating") as inside:
            make_extensions(inside)
        environment = {
            **os.environ,
            "DATABASE_URL": self.services.url("app", "migrating"),
            "DATABASE_OWNER_URL": self.services.url("owner", "migrating"),
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        }
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"The test database could not be migrated:\n{done.stdout}{done.stderr}")
        admin.execute(sql.SQL("ALTER DATABASE migrating RENAME TO {}").format(sql.Identifier(name)))


def _state_of_migrations() -> str:
    files = {
        path for pattern in MIGRATED_FROM for path in ROOT.glob(pattern) if "__pycache__" not in path.parts
    }
    state = hashlib.sha256()
    for path in (*sorted(files), ROOT / "requirements.lock"):
        state.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return state.hexdigest()[:12]
