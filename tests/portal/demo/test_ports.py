"""A busy port is told, with its holder."""

import os
import socket

import pytest

from portal.demo import ports
from portal.demo.layout import ServiceError
from portal.demo.ports import choose_port


@pytest.fixture
def busy():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_takes_the_wanted_port_when_it_is_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert choose_port(free) == (free, None)


def test_takes_another_and_says_who_holds_the_wanted_one(busy):
    port, sentence = choose_port(busy)
    assert port > busy
    assert sentence is not None
    assert f"Le port {busy} est pris par" in sentence
    assert f"processus {os.getpid()}" in sentence


def test_says_so_when_the_holder_is_unknown(busy, monkeypatch):
    monkeypatch.setattr(ports, "listener_of", lambda port: None)
    assert "par un autre programme" in str(choose_port(busy)[1])


def test_refuses_when_none_is_free(busy, monkeypatch):
    monkeypatch.setattr(ports, "TRIED", 1)
    with pytest.raises(ServiceError, match="PORT="):
        choose_port(busy)
