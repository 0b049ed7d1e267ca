"""What a mail service posts: signed, recent, bounded, counted once; an event that is wrong holds back no other."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from tenants.notices.checks import check_bounce_secrets
from tenants.notices.models import Bounce, MailAddress
from tenants.notices.queries import failing_address
from tenants.notices.reports import LARGEST, MOST_EVENTS, signature
from tests.factories.notices import DepartureFactory

pytestmark = pytest.mark.django_db
SECRET = "un-secret-de-trente-deux-caracteres-au-moins"
ADDRESS = "/courriels/retours/"
FIELDS = some.sampled_from(["events", "id", "status", "address", "message_id", "at"]) | some.text(max_size=5)


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.BOUNCE_WEBHOOK_SECRETS = [SECRET]


def event(**values) -> dict:
    return {"id": str(uuid7()), "status": "5.1.1", **values}


def signed(body: bytes, *, secret: str = SECRET, at=None) -> str:
    stamp = str(int((at or now()).timestamp()))
    return f"t={stamp},v1={signature(secret, stamp, body)}"


def post(content, header: str | None = None):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Trousseau-Signature": signed(body) if header is None else header}
    client = Client(enforce_csrf_checks=True)
    return client.post(ADDRESS, body, content_type="application/json", headers=headers)


class TestReports:
    def test_one_event_marks_an_address(self, manager):
        answer = post(event(address=manager.email))
        assert (answer.status_code, answer.json()) == (200, {"marked": 1, "refused": []})
        assert failing_address(manager.email) is not None

    def test_many_events_each_for_itself(self, manager, administrator):
        events = [
            event(address=manager.email),
            event(address=administrator.email, status="4.2.2"),
            event(address="x@y.example"),
        ]
        assert post({"events": events}).json() == {"marked": 1, "recorded": 1, "unknown": 1, "refused": []}

    @pytest.mark.parametrize("shape", ["<{}@portail.example>", "{}", "retours+{}@portail.example"])
    def test_a_message_of_ours_is_enough(self, manager, shape):
        departure = DepartureFactory(user=manager)
        post(event(message_id=shape.format(departure.message_id)))
        assert failing_address(manager.email) is not None

    def test_when_it_happened(self, manager):
        post(event(address=manager.email, at="2026-11-20T08:00:00+01:00"))
        assert Bounce.objects.get().bounced_at.hour == 7

    def test_an_event_that_is_wrong_holds_back_no_other(self, manager):
        wrong = [
            None, [], "x", {}, event(), event(address="x"), event(address=manager.email, status="boum"),
            event(address=manager.email, id=""), event(address=manager.email, id="x" * 151),
            event(address=manager.email, id=7), event(address=manager.email, id="a\x00b"),
            event(address=manager.email, at="hier"), event(address=manager.email, at=12), event(message_id=["x"]),
            event(address={"a": 1}), event(address="a b@c"),
        ]  # fmt: skip
        answer = post({"events": [*wrong, event(address=manager.email)]}).json()
        assert answer["marked"] == 1
        assert [one["event"] for one in answer["refused"]] == list(range(len(wrong)))

    def test_the_answer_repeats_no_address(self, manager):
        text = post(
            {"events": [event(address=manager.email), event(address="x@y", status="?")]}
        ).content.decode()
        assert "@" not in text


class TestReplays:
    def test_the_same_event_counts_once(self, manager):
        one = event(address=manager.email, status="4.2.2")
        assert post(one).json()["recorded"] == 1
        assert post(one).json()["repeated"] == 1
        assert Bounce.objects.count() == 1

    def test_the_same_request_again_counts_once(self, manager):
        body = json.dumps(event(address=manager.email, status="4.2.2")).encode()
        header = signed(body)
        assert [post(body, header).status_code for _ in range(3)] == [200, 200, 200]
        assert Bounce.objects.count() == 1

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_an_old_request_or_one_of_tomorrow_is_refused(self, manager, minutes):
        body = json.dumps(event(address=manager.email)).encode()
        assert post(body, signed(body, at=now() + timedelta(minutes=minutes))).status_code == 401
        assert not MailAddress.objects.exists()


class TestSignature:
    def body(self, manager) -> bytes:
        return json.dumps(event(address=manager.email)).encode()

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "v1=",
            "t=,v1=",
            "t=1,v1=abc",
            "t=x,v1=abc",
            "t=٣,v1=abc",
            "t=999999999999,v1=a",
            "t=1,t=2,v1=a",
            "v1=é",
            ",,,",
            "t=1" * 5000,
        ],
    )
    def test_a_bad_one_is_refused(self, manager, header):
        assert post(self.body(manager), header).status_code == 401
        assert not MailAddress.objects.exists()

    def test_another_secret_is_refused(self, manager):
        body = self.body(manager)
        assert post(body, signed(body, secret="autre")).status_code == 401

    def test_another_body_is_refused(self, manager):
        header = signed(self.body(manager))
        assert post(self.body(manager), header).status_code == 401

    def test_another_time_is_refused(self, manager):
        body = self.body(manager)
        stamp, _, digest = signed(body).partition(",")
        assert post(body, f"t={int(stamp[2:]) + 1},{digest}").status_code == 401

    def test_the_older_secret_is_taken_while_both_stand(self, manager, settings):
        settings.BOUNCE_WEBHOOK_SECRETS = ["nouveau" * 6, SECRET]
        assert post(self.body(manager)).status_code == 200

    def test_without_any_secret_it_is_shut(self, manager, settings):
        settings.BOUNCE_WEBHOOK_SECRETS = []
        body = self.body(manager)
        assert post(body).status_code == 401
        assert post(body, signed(body, secret="")).status_code == 401

    def test_nothing_of_it_is_written_in_the_log(self, manager, caplog):
        post(self.body(manager), "t=1,v1=faux")
        assert manager.email not in caplog.text


class TestBounds:
    def test_a_body_too_large_is_refused_before_it_is_read(self):
        assert post(b" " * (LARGEST + 1)).status_code == 413

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"7", b'{"events": 7}', b"[" * 100_000]
    )
    def test_what_is_no_report_is_refused(self, body):
        assert post(body).status_code == 400

    def test_too_many_events_are_refused(self):
        assert post({"events": [{}] * (MOST_EVENTS + 1)}).status_code == 400

    def test_it_is_posted_never_read(self):
        assert Client().get(reverse("notices:receive_reports")).status_code == 405


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(FIELDS, inner, max_size=6),
    max_leaves=12,
)


@pytest.mark.slow
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=JSON)
def test_whatever_is_signed_is_answered(content):
    assert post(content).status_code in {200, 400}


@pytest.mark.parametrize(("secrets", "errors"), [([], 0), ([SECRET], 0), (["court", SECRET], 1)])
def test_production_refuses_a_secret_that_could_be_guessed(settings, secrets, errors):
    settings.BOUNCE_WEBHOOK_SECRETS = secrets
    assert len(check_bounce_secrets()) == errors
