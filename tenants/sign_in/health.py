"""Whether a door has been opening lately: for whoever is stuck in front of it, at night. Kept in the shared cache."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from portal.foundation.clock import now

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class DoorHealth:
    """The last success and the last failure of the last 24 hours."""

    opened_at: datetime | None
    failed_at: datetime | None

    @property
    def fails(self) -> bool:
        return self.failed_at is not None and (self.opened_at is None or self.failed_at > self.opened_at)


def _key(door: str, what: str) -> str:
    return f"door-{what}-{door.encode().hex()}"


def note_opened(door: str) -> None:
    cache.set(_key(door, "opened"), now(), KEPT_SECONDS)


def note_failed(door: str) -> None:
    cache.set(_key(door, "failed"), now(), KEPT_SECONDS)


def health_of(door: str) -> DoorHealth:
    return DoorHealth(cache.get(_key(door, "opened")), cache.get(_key(door, "failed")))
