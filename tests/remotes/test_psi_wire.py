"""An answer of API PSI that never ends keeps no worker: what becomes of the call is then unknown, and asked about."""

import json
import time
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from identities.psi.client import PsiClient
from identities.psi.failures import PsiMisconfiguredError, PsiUnknownOutcomeError

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
            self.request.sendall(self.server.head)  # type: ignore[attr-defined]
            for _ in range(times):
                self.request.sendall(piece)
                time.sleep(pause)
        except OSError:
            return


@pytest.fixture
def endless(settings) -> Iterator[ThreadingTCPServer]:
    """A gateway that takes the call and goes on answering."""
    with ThreadingTCPServer(("127.0.0.1", 0), _Endless) as server:
        server.daemon_threads, server.head = True, HEAD  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        settings.PSI_API_URL, settings.PSI_API_TIMEOUT = f"http://127.0.0.1:{server.server_address[1]}", 0.5
        yield server
        server.shutdown()


SPRING = {"timestamp": "2026-11-23T18:00:00Z", "status": 404, "error": "Not Found", "path": "/v1/identities"}
GRAVITEE = {"message": "No context-path matches the request URI.", "http_status_code": 404}


@pytest.mark.parametrize("page", [SPRING, GRAVITEE], ids=["server", "gateway"])
def test_an_address_that_nobody_serves_is_not_somebody_unknown_to_the_rnipp(endless, page):
    endless.head = HEAD.replace(b"200 OK", b"404 Not Found")
    endless.pieces = (json.dumps(page).encode(), 1, 0.0)
    with PsiClient("cle") as client:
        for ask in (lambda: client.register({}), client.check_key):
            with pytest.raises(PsiMisconfiguredError, match="404"):
                ask()


@pytest.mark.parametrize("why", PIECES)
def test_an_answer_without_end_is_left(endless, why):
    endless.pieces = PIECES[why]
    with PsiClient("cle") as client, pytest.raises(PsiUnknownOutcomeError, match=why):
        client.register({})


def test_headers_without_end_are_left_too(endless):
    endless.head, endless.pieces = HEAD.partition(b"Connection")[0], (b"X-Wait: 1\r\n", 40, 0.1)
    begun = time.monotonic()
    with PsiClient("cle") as client, pytest.raises(PsiUnknownOutcomeError, match="délai dépassé"):
        client.register({})
    assert time.monotonic() - begun < 2
