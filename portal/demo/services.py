"""The embedded PostgreSQL and Valkey of one home, started and stopped together."""

from collections.abc import Callable
from pathlib import Path

import psycopg

from portal.demo.environment import new_secrets, read_environment, write_environment
from portal.demo.layout import ServiceError, layout, only_one
from portal.demo.postgresql import PostgreSQL, make_extensions
from portal.demo.valkey import Valkey

DATABASE = "trousseau"
LOGINS = ("owner", "app", "backup")

__all__ = ["EmbeddedServices", "ServiceError"]


class EmbeddedServices:
    """PostgreSQL and Valkey on unix sockets inside `home`; `start` is safe to call after a kill -9.

    `durable=False` is for tests: what was just written may be lost by a kill, all of it by a power cut.
    """

    def __init__(
        self,
        root: Path,
        progress: Callable[[str], None] = print,
        *,
        home: Path | None = None,
        durable: bool = True,
    ) -> None:
        self.place = layout(root, home)
        self.socket = self.place.socket
        self.postgresql = PostgreSQL(self.place, durable=durable, progress=progress)
        self.valkey = Valkey(self.place)
        self.values = read_environment(self.place.home)
        self.started = (False, False)

    def start(self, *, postgresql: bool = True, valkey: bool = True) -> dict[str, str]:
        """Starts both servers, or the one that is not given from outside, and returns the others' environment.

        Refuses (ServiceError) when one cannot start.
        """
        with only_one(self.place.home / "start.lock"):
            self._read_or_draw_secrets()
            if postgresql:
                self.postgresql.start(self.values["PASSWORD_SU"])
                self._make_roles()
                self.values |= {"DATABASE_URL": self.url("app"), "DATABASE_OWNER_URL": self.url("owner")}
            if valkey:
                self.valkey.start()
                self.values |= {"REDIS_URL": self.redis_url()}
            self.values |= {"TROUSSEAU_HOME": str(self.place.home)}
            self.started = (postgresql, valkey)
            write_environment(self.place.home, self.values)
        return self.values

    def revive(self) -> list[str]:
        """Restarts those that `start` started and that no longer run; returns their names."""
        dead = []
        if self.started[0] and not self.postgresql.runs():
            dead.append("PostgreSQL")
            self.postgresql.start(self.values["PASSWORD_SU"])
        if self.started[1] and not self.valkey.runs():
            dead.append("Valkey")
            self.valkey.start()
        return dead

    def stop(self) -> None:
        """Stops both servers cleanly; does nothing for one that does not run."""
        self.valkey.stop()
        self.postgresql.stop()

    def url(self, user: str, database: str = DATABASE) -> str:
        """libpq URL of one login: `su`, `owner`, `app` or `backup`."""
        password = self.values[f"PASSWORD_{user.upper()}"]
        return f"postgresql://portal_{user}:{password}@/{database}?host={self.socket}"

    def redis_url(self, number: int = 0) -> str:
        return f"unix://{self.socket}/valkey.sock?db={number}"

    def _read_or_draw_secrets(self) -> None:
        kept = read_environment(self.place.home)
        if self.postgresql.exists() and "PASSWORD_SU" not in kept:
            raise ServiceError(
                f"Le fichier des secrets manque dans {self.place.home} alors qu'une base y est : remettez le fichier "
                "« environment » depuis votre sauvegarde, ou effacez ce dossier pour repartir d'une base neuve."
            )
        self.values = {**new_secrets(), **kept}
        write_environment(self.place.home, self.values)

    def _make_roles(self) -> None:
        passwords = {f"portal_{user}": self.values[f"PASSWORD_{user.upper()}"] for user in LOGINS}
        self.postgresql.make_roles(self.url("su", "postgres"), passwords, DATABASE)
        with psycopg.connect(self.url("su"), autocommit=True) as admin:
            make_extensions(admin)
