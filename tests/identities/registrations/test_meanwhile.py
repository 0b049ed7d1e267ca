"""What changed between two steps of a request: somebody left, a function went to an ordre, a message was given up."""

import pytest

from identities.assignments.models import Assignment
from identities.psi.answers import read_answer
from identities.registrations.departure_operations import withdraw_departed
from identities.registrations.models import RegistrationRequest, RequestBlock
from identities.registrations.operations import (
    close_partly_done,
    retry_blocks,
    retry_unavailable,
    settle_unknown_card,
    withdraw_request,
)
from identities.registrations.set_operations import ask_forgotten, queue_requests
from identities.registrations.settling import API, settle
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory
from tests.factories.registrations import ConnectionFactory, RegistrationRequestFactory

pytestmark = pytest.mark.django_db
NURSE = "G15-60"  # registered by its ordre
ACCOUNT = "0190a000-0000-7000-8000-000000000002"
CARD = {"addressee": "MME KERGOAT", "streetName": "RUE DES LILAS", "postalCode": "75020", "city": "PARIS"}


@pytest.fixture
def asked(group, door):
    """Makes a request with a card: `asked(state, card's state)`."""
    ConnectionFactory()

    def make(state, card="asked"):
        stay = AssignmentFactory(establishment=group.first, person__reachable=True)
        request = RegistrationRequestFactory(
            person=stay.person, establishment=group.first, assignment=stay, state=state, card_address=CARD,
            blocks=("identity", "employment", "card_psi"),
        )  # fmt: skip
        RequestBlock.objects.filter(request=request, kind="card_psi").update(state=card)
        return request

    return make


def left(request):
    Assignment.objects.filter(pk=request.assignment_id).update(
        state="ended", ends_at=now(), end_reason="resignation"
    )


def state_of(request):
    return RegistrationRequest.objects.get(pk=request.pk).state


class TestSomebodyLeft:
    def test_no_card_is_asked_again_by_itself(self, asked):
        request = asked("partly_done", "try_later")
        left(request)
        retry_unavailable(actor=API, request_id=request.pk, attempt=request.attempt)
        assert state_of(request) == "partly_done"
        assert not Message.objects.filter(kind="registration.send").exists()

    def test_a_person_is_told_why_nothing_is_asked_again(self, asked, administrator):
        request = asked("partly_done", "refused")
        left(request)
        with pytest.raises(DomainError) as refusal:
            retry_blocks(actor=administrator, request_id=request.pk)
        assert "L'affectation est terminée" in refusal.value.french
        assert request.blocks.get(kind="card_psi").state == "refused"

    def test_a_record_continued_by_another_asks_nothing_again(self, asked):
        request = asked("partly_done", "try_later")
        type(request.person).objects.filter(pk=request.person_id).update(merged_into=PersonFactory())
        retry_unavailable(actor=API, request_id=request.pk, attempt=request.attempt)
        assert state_of(request) == "partly_done"


class TestAFunctionOfAnOrdre:
    def test_nothing_is_asked_again_by_itself(self, asked):
        request = asked("partly_done", "try_later")
        RegistrationRequest.objects.filter(pk=request.pk).update(function_id=NURSE)
        retry_unavailable(actor=API, request_id=request.pk, attempt=request.attempt)
        assert state_of(request) == "partly_done"


class TestAMessageGivenUp:
    def test_its_request_comes_back_to_the_desk(self, asked, administrator):
        request = asked("ready")
        queue_requests(actor=administrator, request_ids=[request.pk])
        Message.objects.filter(kind="registration.send").delete()
        assert [ask_forgotten(actor=API) for _ in range(2)] == [1, 0]
        assert state_of(request) == "ready"
        assert queue_requests(actor=administrator, request_ids=[request.pk]).queued

    def test_what_waits_for_its_turn_stays_in_the_queue(self, asked, administrator):
        request = asked("ready")
        queue_requests(actor=administrator, request_ids=[request.pk])
        assert ask_forgotten(actor=API) == 0
        assert state_of(request) == "queued"

    def test_another_message_of_an_earlier_attempt_does_not_speak_for_it(self, asked, administrator):
        request = asked("ready")
        queue_requests(actor=administrator, request_ids=[request.pk])
        Message.objects.filter(kind="registration.send").update(state="to_handle")
        RegistrationRequest.objects.filter(pk=request.pk).update(attempt=2)
        assert ask_forgotten(actor=API) == 1

    def test_what_was_done_of_it_already_is_not_forgotten(self, asked, administrator):
        request = asked("ready")
        queue_requests(actor=administrator, request_ids=[request.pk])
        request.blocks.filter(kind="identity").update(state="done")
        Message.objects.filter(kind="registration.send").delete()
        ask_forgotten(actor=API)
        assert state_of(request) == "partly_done"
        retry_blocks(actor=administrator, request_id=request.pk)
        assert state_of(request) == "queued"


class TestAPartThatMayBeDone:
    """Withdrawn, it would be forgotten, and a new request would order the card again."""

    @pytest.mark.parametrize("state", ["correction", "ready", "queued"])
    def test_a_card_of_unknown_fate_keeps_its_request(self, asked, administrator, state):
        request = asked(state, "unknown")
        with pytest.raises(DomainError) as refusal:
            withdraw_request(actor=administrator, request_id=request.pk, reason="Contrat annulé")
        assert "carte" in refusal.value.french
        assert state_of(request) == state

    def test_nor_is_it_closed_with_the_doubt(self, asked, administrator):
        request = asked("partly_done", "unknown")
        with pytest.raises(DomainError) as refusal:
            close_partly_done(actor=administrator, request_id=request.pk)
        assert "carte" in refusal.value.french
        settle_unknown_card(actor=administrator, request_id=request.pk, outcome="not_ordered")
        close_partly_done(actor=administrator, request_id=request.pk)
        assert state_of(request) == "done"

    def test_what_is_done_already_is_not_taken_back_from_the_queue(self, asked, administrator):
        request = asked("queued")
        request.blocks.filter(kind="identity").update(state="done")
        with pytest.raises(DomainError):
            withdraw_request(actor=administrator, request_id=request.pk, reason="Contrat annulé")

    def test_a_departure_leaves_it_to_a_person(self, asked):
        request = asked("queued", "unknown")
        left(request)
        assert withdraw_departed(actor=API, assignment_ids=[request.assignment_id]) == 0


@pytest.mark.parametrize(
    "told",
    [
        {"status": 202, "code": "E04_U010_CARD_ORDER_PENDING"},
        {"status": 202},
        {"status": 500},
        {"status": 500, "code": "E04_U010_KO_INTERNAL_ERROR"},
    ],
)
def test_a_card_whose_answer_does_not_tell_its_fate_is_left_to_a_person(asked, told):
    request = asked("sent")
    answer = read_answer(207, {"identity": {"status": 201, "id": ACCOUNT}, "cardOrderPsi": told})
    assert answer is not None
    settle(RegistrationRequest.objects.select_related("person").get(pk=request.pk), answer)
    assert request.blocks.get(kind="card_psi").state == "unknown"


def test_a_card_behind_an_answer_that_nobody_knows_is_not_ordered_again(asked, administrator):
    request = asked("sent")
    answer = read_answer(207, {"identity": {"status": 207, "code": "E04_U010_NOUVEAU"}})
    assert answer is not None
    settle(RegistrationRequest.objects.select_related("person").get(pk=request.pk), answer)
    assert request.blocks.get(kind="card_psi").state == "unknown"
