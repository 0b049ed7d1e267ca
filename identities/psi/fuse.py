"""The whole of a call in a bounded time: the client's time-outs are those of each read, and an answer may drip for ever."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from threading import Timer
from typing import Any, Self

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Fuse:
    """Shuts the connection that it follows once the seconds have gone; whoever was reading it then finds its end."""

    def __init__(self, seconds: float) -> None:
        self.is_blown = False
        self._stream: Any = None
        self._timer = Timer(seconds, self._blow)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._timer.cancel()

    def follow(self, event: str, details: Mapping[str, Any]) -> None:
        """The « trace » of the HTTP client: TLS, then a proxy's, replace the socket of the connection."""
        if event.endswith(_CONNECTED):
            self._stream = details["return_value"]
            if self.is_blown:
                self._shut()

    def _blow(self) -> None:
        self.is_blown = True
        self._shut()

    def _shut(self) -> None:
        if self._stream is None:
            return
        with suppress(OSError):  # closed meanwhile
            socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
