"""An answer of API PSI that never ends keeps no worker: what becomes of the call is then unknown, and asked about."""

import time
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from identities.psi.client import PsiClient
from identities.psi.failures import PsiUnknownOutcomeError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
PIECES = {
    "délai dépassé": (b" ", 40, 0.1),  # each well within the time-out of a read
    "réponse trop longue": (b" " * 100_000, 400, 0.0),
}


class _Endless(BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(65536)
        piece, times, pause = self.server.pieces  # type: ignore[attr-defined]
        try:
            self.request.sendall(HEAD)
            for _ in range(times):
                self.request.sendall(piece)
                time.sleep(pause)
        except OSError:
            self.server.hung_up = True  # type: ignore[attr-defined]


@pytest.fixture
def endless(settings) -> Iterator[ThreadingTCPServer]:
    """A gateway that takes the call and goes on answering."""
    with ThreadingTCPServer(("127.0.0.1", 0), _Endless) as server:
        server.daemon_threads, server.hung_up = True, False  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        settings.PSI_API_URL, settings.PSI_API_TIMEOUT = f"http://127.0.0.1:{server.server_address[1]}", 0.5
        yield server
        server.shutdown()


@pytest.mark.parametrize("why", PIECES)
def test_an_answer_without_end_is_left(endless, why):
    endless.pieces = PIECES[why]
    with PsiClient("cle") as client, pytest.raises(PsiUnknownOutcomeError, match=why):
        client.register({})
