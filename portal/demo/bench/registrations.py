"""`bench registrations --faults`: nothing is lost and nobody is registered twice, whatever dies on the way.

In a PostgreSQL and a Valkey of its own, started again and emptied while requests leave through real worker processes, killed
with -9, for the stand-in, of which one call in five breaks down. At the end the portal's requests, its journal and what the
stand-in wrote are compared one by one. What the outbox waits is cut to seconds (`registrations_worker.py`).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from portal.demo.environment import home_of
from portal.demo.layout import only_one
from portal.demo.services import EmbeddedServices
from portal.demo.supervisor import die_with_parent

PEOPLE, FEW = 1_000, 120
KILLS, FEW_KILLS = 10, 2
HOME = "bench-registrations"
_OURS = {
    "PSI_API_TIMEOUT": "1",  # the slow answers of the stand-in take longer
    "PSI_API_CALLS_PER_SECOND": "200",
}


def measure_registrations(*, small: bool, faults: bool) -> list[dict[str, Any]]:
    """One run, in servers made for it and removed after it; without `faults` nothing breaks and nobody is killed."""
    people, kills = (FEW, FEW_KILLS) if small else (PEOPLE, KILLS)
    with only_one(home_of(settings.ROOT) / f"{HOME}.lock"), _own_servers() as environment:
        _run(environment, "manage.py", "migrate", "-v0")
        storm = [HOME, str(people), str(kills if faults else 0)]
        return [json.loads(_run(environment, "-m", "portal.demo.bench.registrations_storm", *storm))]


@contextmanager
def _own_servers() -> Iterator[dict[str, str]]:
    """The environment of whoever uses them; what a killed run left is removed first."""
    home = home_of(settings.ROOT) / HOME
    _wipe(EmbeddedServices(settings.ROOT, progress=lambda text: None, home=home))
    services = EmbeddedServices(settings.ROOT, progress=lambda text: None, home=home)
    try:
        values = services.start()
        addresses = {name: values[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
        yield {**os.environ, **addresses, **_OURS}
    finally:
        _wipe(services)


def _wipe(services: EmbeddedServices) -> None:
    services.stop()
    shutil.rmtree(services.place.home, ignore_errors=True)


def _run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    return done.stdout


def is_whole(found: list[dict[str, Any]]) -> bool:
    """Nothing lost, nothing double, nothing left unknown."""
    return not any(one["lost"] or one["double"] or one["unreconciled"] for one in found)
