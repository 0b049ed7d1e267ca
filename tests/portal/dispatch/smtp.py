"""A mail server on loopback, as good or as bad as a test needs (RFC 5321)."""

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Behaviour:
    """Codes it answers; `silent_after_data`: takes the mail and never answers."""

    recipient: str = "250 ok"
    end_of_data: str = "250 ok"
    silent_after_data: bool = False
    received: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 essai")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                self._take()
            else:
                self._say(self.server.behaviour.recipient if verb == b"RCPT" else "250 ok")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        self.server.behaviour.received.append("".join(lines))
        if self.server.behaviour.silent_after_data:
            self.server.behaviour.closing.wait(5)
        else:
            self._say(self.server.behaviour.end_of_data)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(behaviour: Behaviour):
    """Gives its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.behaviour = behaviour
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            behaviour.closing.set()
            server.shutdown()
            thread.join()
