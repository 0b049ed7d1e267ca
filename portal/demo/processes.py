"""What /proc tells of running processes; elsewhere than on Linux it tells nothing and nobody is stopped by mistake."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def process_ids() -> Iterator[int]:
    if PROC.is_dir():
        yield from (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def executable(pid: int) -> str:
    """Path of the program, empty when the process is gone or belongs to someone else."""
    with suppress(OSError):
        return os.readlink(PROC / str(pid) / "exe")
    return ""


def working_folder(pid: int) -> str:
    with suppress(OSError):
        return os.readlink(PROC / str(pid) / "cwd")
    return ""


def environment_of(pid: int) -> list[bytes]:
    with suppress(OSError):
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    return []


def is_running_under(folder: Path) -> bool:
    """Whether some program of this folder runs."""
    inside = f"{folder.resolve()}/"
    return any(executable(pid).startswith(inside) for pid in process_ids())


def listener_of(port: int) -> str | None:
    """« name (pid) » of the process that listens on this TCP port; None when the system does not let us know."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for pid in process_ids() if sockets else ():
        with suppress(OSError):
            if any(os.readlink(entry) in sockets for entry in (PROC / str(pid) / "fd").iterdir()):
                name = (PROC / str(pid) / "comm").read_text().strip()
                return f"{name}, processus {pid}"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    wanted = f":{port:04X}"
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[1].endswith(wanted) and columns[3] == "0A":
                    yield columns[9]
