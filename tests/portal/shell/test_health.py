"""What a supervisor reads: alive, ready, and why not."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from portal.dispatch.tasks import HEARTBEAT, beat_heart
from portal.foundation.clock import now
from portal.shell import health


@pytest.fixture
def client(db) -> Client:
    return Client()


def test_alive_asks_nothing_of_the_services(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/sante/vivant")
    assert answer.json() == {"status": "ok"}


def test_ready_when_every_service_answers(client):
    beat_heart()
    answer = client.get("/sante/pret")
    assert answer.status_code == 200
    assert {name for name, check in answer.json()["checks"].items() if check["ok"]} == {
        "database",
        "broker",
        "worker",
        "outbox",
    }


def test_not_ready_without_a_worker(client):
    answer = client.get("/sante/pret")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == {"ok": False, "seconds": None}


def test_not_ready_when_the_heart_beat_long_ago(client):
    cache.set(HEARTBEAT, (now() - timedelta(minutes=2)).timestamp())
    assert client.get("/sante/pret").json()["checks"]["worker"]["ok"] is False


def test_not_ready_when_the_outbox_is_late(client, monkeypatch):
    beat_heart()
    monkeypatch.setattr(health, "outbox_age", lambda: 3600.0)
    answer = client.get("/sante/pret")
    assert answer.status_code == 503
    assert answer.json()["checks"]["outbox"] == {"ok": False, "seconds": 3600.0}


def test_a_service_that_is_down_is_named_without_its_address(client, settings):
    settings.CACHES = {
        name: {**one, "LOCATION": "redis://127.0.0.1:1/0"} for name, one in settings.CACHES.items()
    }
    answer = client.get("/sante/pret")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "error": "ConnectionError"}
    assert b"127.0.0.1" not in answer.content
    assert client.get("/sante/vivant").status_code == 200
