"""How far the work in progress is: kept in the cache beside the rows, so that it can be read before the work commits."""

from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

WAITING = "En attente d'un traitement"
_KEPT = 3600  # seconds


@dataclass(frozen=True)
class Progress:
    """`percent` from 0 to 100, and what is being done, in French."""

    percent: int
    words: str


def say_progress(run_id: UUID, percent: int, words: str) -> None:
    """Told by the worker; a restart begins again from zero."""
    cache.set(f"hr-import-{run_id}", (percent, words), _KEPT)


def progress_of(run_id: UUID) -> Progress:
    """What the page shows while the run is at work."""
    percent, words = cache.get(f"hr-import-{run_id}") or (0, WAITING)
    return Progress(percent, words)
