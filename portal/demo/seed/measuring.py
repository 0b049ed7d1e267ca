"""What a long command of the demo took, as JSON to keep beside portal/decisions/measures.md."""

import resource
import time
from typing import Any

from django.apps import apps
from django.db import connections

from portal.demo.bench.report import as_json, loads

SETTINGS = (
    "server_version", "shared_buffers", "max_wal_size", "work_mem", "maintenance_work_mem", "effective_cache_size",
    "random_page_cost", "fsync", "synchronous_commit", "full_page_writes", "wal_compression", "jit",
)  # fmt: skip
OPTIONS = ("seed", "groups", "sites", "people", "writers", "establishments", "legal_entities", "events")


def own_peak() -> float:
    """Largest memory of this process so far, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


class Measures:
    """One run: times of its steps, load of the machine before and after, peak of memory."""

    def __init__(self, command: str, options: dict[str, Any]) -> None:
        self.command, self.options = command, options
        self.before = loads()
        self.started = self.last = time.monotonic()
        self.steps: dict[str, float] = {}

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started

    def lap(self, step: str) -> None:
        """Since the last step or the start."""
        moment = time.monotonic()
        self.steps[step], self.last = round(moment - self.last, 1), moment

    def as_json(self, figures: dict[str, Any]) -> str:
        """The run, the machine it ran on, and `figures`."""
        return as_json(
            self.before,
            command=self.command,
            options={name: self.options[name] for name in OPTIONS if name in self.options},
            seconds=round(self.seconds(), 1),
            steps_seconds=self.steps,
            own_peak_mb=own_peak(),
            **figures,
        )


def database_figures() -> dict[str, Any]:
    """Size in MB, rows of every table of ours that has any (counted), and the settings of PostgreSQL that matter."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        cursor.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (%s)", [list(SETTINGS)]
        )
        settings = dict(cursor.fetchall())
        rows, sizes = {}, {}
        for table in sorted(model._meta.db_table for model in apps.get_models()):
            cursor.execute(f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
            count, weight = cursor.fetchone()
            if count:
                rows[table], sizes[table] = count, round(weight / 2**20, 1)
    return {"database_mb": round(size / 2**20), "rows": rows, "tables_mb": sizes, "postgresql": settings}
