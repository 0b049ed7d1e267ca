"""One process, one thread a request: a slow answer keeps nobody else waiting. On both loopbacks, never elsewhere."""

import errno
import socket
import threading
import time
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class _Handler(WSGIRequestHandler):
    hangs_up = False

    def parse_request(self) -> bool:
        """When the first line of the request was read, which is when the Annuaire Santé counts it."""
        self.received_at = time.time()
        return super().parse_request()

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {
            "sandbox.received_at": self.received_at,
            "sandbox.hang_up": self.hang_up,
            "sandbox.cut": self.cut,
        }

    def hang_up(self) -> None:
        """The connection ends with this answer, even before its last byte."""
        self.hangs_up = True

    def cut(self) -> None:
        """The connection ends now, without an answer."""
        self.hangs_up = True
        connection: Any = self.connection
        connection.shutdown(socket.SHUT_RDWR)

    def handle_one_request(self) -> None:
        super().handle_one_request()
        self.close_connection = self.close_connection or self.hangs_up

    def log_message(self, *args: object) -> None:
        """The requests are in GET /_sandbox/log."""


class _Server(ThreadedWSGIServer):
    request_queue_size = 64


def open_servers(port: int) -> list[ThreadedWSGIServer]:
    """Listening on 127.0.0.1, and on ::1 where there is one; `port` 0 takes a free one."""
    servers: list[ThreadedWSGIServer] = [_Server(("127.0.0.1", port), _Handler)]
    try:
        servers.append(_Server(("::1", servers[0].server_port), _Handler, ipv6=True))
    except OSError as error:
        if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise
    application = get_wsgi_application()
    for server in servers:
        server.set_app(application)
    return servers


def serve(servers: list[ThreadedWSGIServer]) -> None:
    """Until the process is ended."""
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()
