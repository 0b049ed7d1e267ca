"""What a group may make the portal ask: https, never our own network, bounded, no detour."""

import socket
import threading
import time

import pytest
import requests

from tenants.identity_providers.oidc.session import (
    MOST_BYTES,
    ForbiddenAddressError,
    GuardedSession,
    OddAnswerError,
    check_address,
    is_open_address,
)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "100.64.0.1", "::", "fe80::1",
        "fc00::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "ff02::1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("demo", [True, False])
def test_private_addresses_are_never_asked(settings, address, demo):
    settings.DEMO = demo
    assert not is_open_address(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_asked_in_the_demo_only(settings, address):
    assert is_open_address(address)
    settings.DEMO = False
    assert not is_open_address(address)


def test_public_addresses_are_asked():
    assert is_open_address("93.184.216.34")
    assert is_open_address("2606:2800:220:1:248:1893:25c8:1946")


def test_plain_http_is_refused_in_production(settings):
    check_address("http://127.0.0.1:9100/idp/okta")
    with pytest.raises(ForbiddenAddressError):
        check_address("http://connexion.example/")
    settings.DEMO = False
    for address in ("http://127.0.0.1:9100/", "http://localhost/"):
        with pytest.raises(ForbiddenAddressError):
            check_address(address)


@pytest.fixture
def answers():
    """`answers(bytes)` gives the address of a server on this machine that answers just that, and what it received."""
    opened = []

    def listen(answer: bytes, stays: float = 0):
        server = socket.create_server(("127.0.0.1", 0))
        received: list[bytes] = []

        def serve():
            try:
                peer, _ = server.accept()
            except OSError:
                return
            with peer:
                received.append(peer.recv(4096))
                try:
                    peer.sendall(answer)
                    time.sleep(stays)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        opened.append((server, thread))
        return f"http://127.0.0.1:{server.getsockname()[1]}/", received

    yield listen
    for server, thread in opened:
        server.close()
        thread.join(2)


def reply(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}Connection: close\r\n\r\n".encode()
        + body
    )


def ask(address: str) -> requests.Response:
    with GuardedSession() as session:
        return session.get(address)


def test_a_short_answer_is_read(answers):
    address, _ = answers(reply(b'{"a": 1}'))
    assert ask(address).json() == {"a": 1}


def test_a_redirection_is_not_followed(answers):
    address, _ = answers(reply(b"", "302 Found", "Location: http://169.254.169.254/\r\n"))
    with pytest.raises(OddAnswerError):
        ask(address)


def test_an_endless_answer_is_cut(answers):
    address, _ = answers(reply(b"x" * (MOST_BYTES + 1)))
    with pytest.raises(OddAnswerError):
        ask(address)


def test_an_answer_cut_short_is_a_failure_of_the_network(answers):
    address, _ = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    with pytest.raises(requests.RequestException):
        ask(address)


def test_an_answer_that_drips_is_cut(answers, settings):
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.1
    address, _ = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", stays=0.4)
    with pytest.raises(requests.Timeout):
        ask(address)


def test_a_name_that_leads_inside_sends_nothing(answers, settings, monkeypatch):
    """The check is made on the connection itself: what the name resolved to a moment before does not matter."""
    address, received = answers(reply(b"{}"))
    monkeypatch.setattr("tenants.identity_providers.oidc.session.check_address", lambda url: None)
    settings.DEMO = False
    with pytest.raises(requests.RequestException):
        ask(address)
    assert b"".join(received) == b""


def test_nothing_of_the_machine_is_used(monkeypatch, answers):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    address, received = answers(reply(b"{}"))
    ask(address)
    assert b"Authorization" not in received[0]
