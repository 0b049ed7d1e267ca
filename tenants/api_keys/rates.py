"""How often a key, or somebody without a good one, may ask; counted in the cache that all processes share."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache


@dataclass(frozen=True)
class Rate:
    """So many in a window of so many seconds."""

    most: int
    seconds: int


def seconds_to_wait(kind: str, who: str) -> int:
    """0 below the rate of that kind (API_RATES); else the seconds until its window ends. Counts nothing."""
    rate, name, rest = _window(kind, who)
    return rest if (cache.get(name) or 0) >= rate.most else 0


def count(kind: str, who: str) -> int:
    """Counts one, and says the seconds to wait when it is one too many."""
    rate, name, rest = _window(kind, who)
    cache.add(name, 0, rate.seconds)
    try:
        found = cache.incr(name)
    except ValueError:  # its window ended between the two
        return 0
    return rest if found > rate.most else 0


def _window(kind: str, who: str) -> tuple[Rate, str, int]:
    rate = Rate(*settings.API_RATES[kind])
    begun, since = divmod(int(time.time()), rate.seconds)
    return rate, f"api-{kind}-{who}-{begun}", rate.seconds - since
