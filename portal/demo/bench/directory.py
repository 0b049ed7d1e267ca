"""What loading the national directory costs, beside a bare COPY of the same file and the same number of indexes."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections, transaction

BLOCK = 1 << 20
# Who, under which name, in which structure, at which FINESS: ranks in the published order of columns.
INDEXES = ("c1", "c7, c8", "c21", "c23")
OWNER = "owner"


def bare_copy(path: Path) -> dict[str, float]:
    """Seconds of a COPY of the whole file as text into a logged table, then of its indexes; nothing is kept."""
    started = time.monotonic()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor, path.open("rb") as stream:
        width = stream.readline().count(b"|") + 1
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(f"CREATE TABLE bare_copy ({', '.join(f'c{rank} text' for rank in range(width))})")
        with cursor.copy("COPY bare_copy FROM STDIN (FORMAT csv, DELIMITER '|', QUOTE E'\\x01')") as copy:
            while block := stream.read(BLOCK):
                copy.write(block)
        copied = time.monotonic() - started
        for columns in INDEXES:
            cursor.execute(f"CREATE INDEX ON bare_copy ({columns})")
        whole = time.monotonic() - started
        transaction.set_rollback(True, using=OWNER)
    return {"copy_s": round(copied, 2), "with_indexes_s": round(whole, 2)}


def loaded(path: Path, turn: str) -> dict[str, Any]:
    """`load_directory` in a process of its own: its time, its processor time and its peak of memory; then a bare copy."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, str(Path(settings.ROOT) / "manage.py"), "load_directory", str(path), "--json"],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise CommandError("Le chargement a échoué : voir ci-dessus.")
    seconds = time.monotonic() - started
    bare = bare_copy(path)
    return {
        "file": path.name,
        "turn": turn,
        "seconds": round(seconds, 2),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
        "bare": bare,
        "ratio": round(seconds / bare["with_indexes_s"], 2),
        "loadavg": round(os.getloadavg()[0], 2),
    }
