"""What becomes of one message, outcome by outcome."""

from datetime import timedelta

import pytest
import time_machine

from portal.dispatch.delivery import deliver, note_failure
from portal.dispatch.models import Message, Settlement
from portal.dispatch.operations import Letter, post, post_all
from portal.dispatch.pace import MAX_ATTEMPTS, wait_after
from portal.dispatch.queries import groups_with_something_due, outbox_age
from portal.dispatch.registry import Done, Dropped, NeverArrived, Rejected, Transient, Unknown
from portal.dispatch.relay import relay
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tests.fixtures import make_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(group):
    """Posts one message of a kind and gives its id."""

    def one(kind: str = "essai", **values):
        with tenant(group.id):
            return post(Letter(kind=kind, **values)).pk

    return one


@pytest.fixture
def row(group):
    def read(message_id):
        with tenant(group.id):
            return Message.objects.filter(pk=message_id).first()

    return read


@pytest.fixture
def ending(group):
    def read(message_id):
        with tenant(group.id):
            return Settlement.objects.filter(message_id=message_id).first()

    return read


def test_a_local_effect_and_the_end_of_its_message_are_one(group, handles, posted, row, ending):
    seen = []
    handles("essai", effect=seen.append)
    message_id = posted(target="x", payload={"id": "1"})
    deliver(group.id, message_id)
    deliver(group.id, message_id)  # rung twice
    assert [(one.target, one.payload, one.attempt) for one in seen] == [("x", {"id": "1"}, 1)]
    assert row(message_id) is None
    assert (ending(message_id).outcome, ending(message_id).attempts) == (Outcome.DONE, 1)


def test_a_kind_without_handler_settles_at_once_as_without_target(group, posted, row, ending):
    message_id = posted("personne_ne_sait")
    deliver(group.id, message_id)
    assert row(message_id) is None
    assert ending(message_id).outcome == Outcome.NO_TARGET


def test_a_local_effect_that_fails_leaves_nothing_and_is_put_off(group, handles, posted, row):
    def fail(delivery):
        with tenant(group.id):
            post(Letter(kind="jamais"))
        raise ZeroDivisionError

    handles("essai", effect=fail)
    message_id = posted()
    with pytest.raises(ZeroDivisionError):
        deliver(group.id, message_id)
    note_failure(group.id, message_id)
    with tenant(group.id):
        assert not Message.objects.filter(kind="jamais").exists()
    found = row(message_id)
    assert (found.state, found.attempts) == (MessageState.PENDING, 1)
    assert found.due_at > now()
    assert found.reason.startswith("Erreur interne")


def test_a_rule_that_refuses_hands_the_message_to_a_person(group, handles, posted, row):
    def refuse(delivery):
        raise DomainError("no", "Cette clé est déjà rendue.")

    handles("essai", effect=refuse)
    message_id = posted()
    deliver(group.id, message_id)
    assert (row(message_id).state, row(message_id).reason) == (
        MessageState.TO_HANDLE,
        "Cette clé est déjà rendue.",
    )


def test_a_remote_send_happens_outside_of_any_transaction(group, handles, posted, row, ending):
    seen = []

    def send(delivery):
        seen.append(row(delivery.message_id).state)
        return Done()

    handles("essai", send=send)
    message_id = posted()
    deliver(group.id, message_id)
    assert seen == [MessageState.IN_FLIGHT]
    assert ending(message_id).outcome == Outcome.DONE


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (Rejected("refusé"), MessageState.TO_HANDLE, "refusé"),
        (Transient("coupé"), MessageState.PENDING, "coupé"),
        (Unknown("sans réponse"), MessageState.TO_HANDLE, "sans réponse"),
    ],
)
def test_what_a_remote_answers_is_told(group, handles, posted, row, result, state, reason):
    handles("essai", send=lambda delivery: result)
    message_id = posted()
    deliver(group.id, message_id)
    assert (row(message_id).state, row(message_id).reason) == (state, reason)


def test_what_is_no_longer_to_be_sent_is_given_up_by_itself(group, handles, posted, ending):
    handles("essai", send=lambda delivery: Dropped("déjà parti"))
    message_id = posted()
    deliver(group.id, message_id)
    assert (ending(message_id).outcome, ending(message_id).reason) == (Outcome.GIVEN_UP, "déjà parti")


def test_ten_transient_failures_hand_it_to_a_person(group, handles, posted, row):
    handles("essai", send=lambda delivery: Transient("coupé"))
    message_id = posted()
    with time_machine.travel(now(), tick=False) as moment:
        for _ in range(MAX_ATTEMPTS):
            assert row(message_id).state == MessageState.PENDING
            deliver(group.id, message_id)
            moment.shift(timedelta(hours=8))
    assert (row(message_id).state, row(message_id).attempts) == (MessageState.TO_HANDLE, MAX_ATTEMPTS)


def test_waits_grow_from_a_minute_to_six_hours():
    minutes = [wait_after(rank).total_seconds() / 60 for rank in range(1, 11)]
    assert 0.8 <= minutes[0] <= 1.2
    assert 2.4 <= minutes[1] <= 3.6
    assert all(one <= 6 * 60 * 1.2 for one in minutes)
    assert wait_after(500) <= timedelta(hours=7.2)


def test_the_wait_a_target_asks_for_is_kept(group, handles, posted, row):
    handles("essai", send=lambda delivery: Transient("plus tard", retry_after=timedelta(hours=2)))
    message_id = posted()
    with time_machine.travel(now(), tick=False):
        deliver(group.id, message_id)
        assert row(message_id).due_at == now() + timedelta(hours=2)


@pytest.mark.parametrize("answer", ["done", "absent", "silent"])
def test_an_unknown_outcome_is_asked_about_and_never_sent_again_blindly(group, handles, posted, row, answer):
    sends, asks = [], []
    answers = {"done": Done(), "absent": NeverArrived(), "silent": Transient("ne répond pas")}

    def send(delivery):
        sends.append(delivery.attempt)
        return Unknown("sans réponse") if len(sends) == 1 else Done()

    def ask(delivery):
        asks.append(delivery.attempt)
        return answers[answer]

    handles("essai", send=send, reconcile=ask)
    message_id = posted()
    with time_machine.travel(now(), tick=False) as moment:
        deliver(group.id, message_id)
        assert row(message_id).state == MessageState.UNKNOWN
        moment.shift(timedelta(minutes=2))
        deliver(group.id, message_id)
        assert (len(sends), len(asks)) == (1, 1)
        if answer == "done":
            assert row(message_id) is None
        elif answer == "absent":
            assert row(message_id).state == MessageState.PENDING
            deliver(group.id, message_id)
            assert (len(sends), row(message_id)) == (2, None)
        else:
            assert row(message_id).state == MessageState.UNKNOWN
            for _ in range(MAX_ATTEMPTS):
                moment.shift(timedelta(hours=8))
                deliver(group.id, message_id)
            assert (len(sends), row(message_id).state) == (1, MessageState.TO_HANDLE)


def test_a_target_that_answers_what_it_is_asked_is_no_failed_try(group, handles, posted, row):
    """Ten sends without an answer, each cleared up before the next one, and then a person: not five."""
    sends, asks = [], []

    def send(delivery):
        sends.append(delivery.attempt)
        return Unknown("sans réponse")

    def ask(delivery):
        asks.append(delivery.attempt)
        return NeverArrived()

    handles("essai", send=send, reconcile=ask)
    message_id = posted()
    with time_machine.travel(now(), tick=False) as moment:
        while row(message_id).state != MessageState.TO_HANDLE:
            deliver(group.id, message_id)
            moment.shift(timedelta(hours=8))
    assert (len(sends), len(asks)) == (MAX_ATTEMPTS, MAX_ATTEMPTS - 1)


@pytest.mark.parametrize("asks", [True, False])
def test_a_message_left_in_flight_by_a_dead_worker_is_doubted(group, handles, posted, row, asks):
    sends = []

    def die(delivery):
        sends.append(1)
        raise KeyboardInterrupt

    handles("essai", send=die, reconcile=(lambda delivery: Done()) if asks else None)
    message_id = posted()
    with time_machine.travel(now(), tick=False) as moment:
        with pytest.raises(KeyboardInterrupt):
            deliver(group.id, message_id)
        assert group.id not in groups_with_something_due()
        moment.shift(timedelta(minutes=3))
        assert groups_with_something_due() == [group.id]
        relay(group.id)
        assert row(message_id).state == (MessageState.UNKNOWN if asks else MessageState.TO_HANDLE)
        deliver(group.id, message_id)
        assert (row(message_id) is None) == asks
    assert len(sends) == 1


def test_a_handler_that_breaks_on_the_wire_is_doubted_not_repeated(group, handles, posted, row):
    def broken(delivery):
        raise ZeroDivisionError

    handles("essai", send=broken)
    message_id = posted()
    with pytest.raises(ZeroDivisionError):
        deliver(group.id, message_id)
    note_failure(group.id, message_id)
    assert row(message_id).state == MessageState.TO_HANDLE


def test_a_late_answer_to_a_former_attempt_changes_nothing(group, handles, posted, row):
    def send(delivery):
        with tenant(group.id):
            Message.objects.update(state=MessageState.IN_FLIGHT, attempts=2)
        return Rejected("trop tard")

    handles("essai", send=send)
    message_id = posted()
    deliver(group.id, message_id)
    assert (row(message_id).state, row(message_id).reason) == (MessageState.IN_FLIGHT, "")


def test_messages_of_one_key_go_one_after_the_other(group, handles, row):
    seen = []
    handles("essai", effect=lambda delivery: seen.append(delivery.payload["rank"]))
    with tenant(group.id):
        keyed = post_all(Letter("essai", {"rank": rank}, ordering_key="compte 1") for rank in range(3))
        other = post(Letter("essai", {"rank": 9}, ordering_key="compte 2"))
    for one in (keyed[2], keyed[1], other, keyed[0], keyed[2], keyed[1], keyed[2]):
        deliver(group.id, one.pk)
    assert seen == [9, 0, 1, 2]


def test_one_that_waits_for_a_person_holds_its_key_and_is_no_delay(group, handles, row):
    handles("essai", send=lambda delivery: Rejected("refusé"))
    with tenant(group.id):
        first, second = post_all(Letter("essai", ordering_key="compte 1") for _ in range(2))
    deliver(group.id, first.pk)
    deliver(group.id, second.pk)
    assert (row(first.pk).state, row(second.pk).state) == (MessageState.TO_HANDLE, MessageState.PENDING)
    with time_machine.travel(now() + timedelta(hours=1)):
        assert outbox_age() == 0
        assert groups_with_something_due() == []


def test_the_age_of_the_outbox_is_that_of_the_oldest_due_message_of_all_groups(group, posted):
    assert outbox_age() == 0
    other = make_group()
    with tenant(other.id):
        post(Letter("essai"))
        post(Letter("essai", due_at=now() + timedelta(days=1)))
    with time_machine.travel(now() + timedelta(minutes=2)):
        posted()
        assert 120 <= outbox_age() < 125


def test_a_site_posts_and_reads_nothing(group):
    with tenant(group.id, [group.first.pk]):
        post_all([Letter("essai"), Letter("essai", {"id": "x"})])
    with tenant(group.id):
        assert Message.objects.count() == 2
