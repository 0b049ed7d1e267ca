"""Seventeen calls in any second, as published; which answer a call beyond gets is guessed (429 of the gateway)."""

from bisect import bisect_left, insort
from threading import Lock

LIMIT, WINDOW = 17, 1.0
KEPT = 10.0  # seconds: a request whose thread waited is judged by when it was received, like the others


class Pace:
    """When the last calls were received, in that order: threads come here in another. A refused call does not count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._received: list[float] = []

    def admits(self, at: float) -> bool:
        """No window of one second that holds this call may hold more than seventeen."""
        with self._lock:
            del self._received[: bisect_left(self._received, at - KEPT)]
            around = [one for one in self._received if abs(one - at) < WINDOW]
            insort(around, at)
            if any(last - first < WINDOW for first, last in zip(around, around[LIMIT:], strict=False)):
                return False
            insort(self._received, at)
            return True

    def forget(self) -> None:
        with self._lock:
            self._received.clear()


pace = Pace()
