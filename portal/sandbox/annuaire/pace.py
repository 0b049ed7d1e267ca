"""Seventeen calls in any second, as published; which answer a call beyond gets is guessed (429 of the gateway)."""

from collections import deque
from threading import Lock

LIMIT, WINDOW = 17, 1.0


class Pace:
    """When the last calls were received. A call that is refused does not count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._received: deque[float] = deque(maxlen=LIMIT)

    def admits(self, at: float) -> bool:
        with self._lock:
            if len(self._received) == LIMIT and at - self._received[0] < WINDOW:
                return False
            self._received.append(at)
            return True

    def forget(self) -> None:
        with self._lock:
            self._received.clear()


pace = Pace()
