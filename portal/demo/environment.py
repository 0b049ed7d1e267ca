"""Where the embedded services live, and the addresses and secrets the other processes read to find them."""

import hashlib
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


def home_of(root: Path) -> Path:
    """The folder of data, sockets and secrets: TROUSSEAU_HOME, else `.local` beside the code.

    Root gets a folder under /var/lib instead: its PostgreSQL runs as another user, who may not enter a private clone.
    """
    chosen = os.environ.get("TROUSSEAU_HOME")
    if chosen:
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/trousseau") / hashlib.sha256(str(root).encode()).hexdigest()[:8]
    return root / ".local"


def read_environment(home: Path) -> dict[str, str]:
    """Name to value; empty when no embedded service was ever started here."""
    try:
        lines = (home / "environment").read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write_environment(home: Path, values: dict[str, str]) -> None:
    """Replaces the file whole, readable by its owner only."""
    target = home / "environment"
    fresh = target.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in values.items())
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(target)


def new_secrets() -> dict[str, str]:
    """Drawn once per home and kept: database passwords, signing key, encryption key."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        **{f"PASSWORD_{role.upper()}": secrets.token_hex(16) for role in ("su", "owner", "app", "backup")},
    }
