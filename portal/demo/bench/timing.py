"""How long a piece of work takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    """How long it takes, and what it gives."""
    begun = time.perf_counter()
    given = work()
    return time.perf_counter() - begun, given


def timed(work: Callable[[], object]) -> float:
    """How long it takes."""
    return seconds(work)[0]
