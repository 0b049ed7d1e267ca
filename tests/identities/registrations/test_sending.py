"""A request on the wire: what each answer makes of it, against the stand-in of API PSI over HTTP."""

from datetime import timedelta
from uuid import UUID

import pytest

from identities.assignments.models import Assignment
from identities.duplicates.models import Pair
from identities.people.models import Person, PersonIdentifier
from identities.psi.client import PsiClient
from identities.psi.models import Connection
from identities.psi.operations import resume_sending, set_key, stop_sending
from identities.registrations.models import RegistrationRequest, RnippDeath, RnippEcho
from identities.registrations.operations import (
    check_again,
    retry_blocks,
    settle_unknown_card,
    withdraw_request,
)
from identities.registrations.queries import death_of, echo_of
from identities.registrations.set_operations import ask_forgotten, queue_requests
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.dispatch.operations import retry_message
from portal.dispatch.states import MessageState
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.factories.registrations import SANDBOX_KEY, ConnectionFactory, RegistrationRequestFactory

pytestmark = pytest.mark.django_db(transaction=True)

BORN = {
    "birth_name": "Kergoat", "first_names": ["Maëlle", "Anne"], "sex": "F", "birth_date": "1991-04-17",
    "birth_commune_code": "29232", "birth_place": "Quimper",
}  # fmt: skip
TRAITS = {
    "lastName": "Kergoat", "firstNames": "Maëlle Anne", "genderCode": "F", "birthDate": "1991-04-17",
    "birthLocationCode": "29232",
}  # fmt: skip
RPPS = "899900000029"
CARD = {
    "addressee": "MME KERGOAT", "streetNumber": "4", "streetName": "RUE DES LILAS", "postalCode": "75020", "city": "PARIS",
}  # fmt: skip
DOUBTFUL = (
    "psi_reset_after", "psi_500_after", "psi_cut_body", "psi_wrong_type", "psi_reset_before", "psi_500", "psi_502",
)  # fmt: skip


@pytest.fixture
def desk(group, psi_api, administrator):
    """The group's own door on the desk: `prepare`, `send`, `run`, `state`."""
    return Desk(group, administrator, psi_api)


class Desk:
    def __init__(self, group, actor, api):
        self.group, self.actor, self.api = group, actor, api
        with tenant(group.id):
            ConnectionFactory()

    def prepare(self, *, blocks=(), rpps="", **traits):
        with tenant(self.group.id):
            person = PersonFactory(reachable=True, **BORN | traits)
            stay = AssignmentFactory(person=person, establishment=self.group.first)
            if rpps:
                PersonIdentifierFactory(person=person, kind="rpps", value=rpps[1:])
            return RegistrationRequestFactory(
                person=person, establishment=self.group.first, assignment=stay,
                blocks=("identity", "employment", *blocks), card_address=CARD,
            )  # fmt: skip

    def send(self, request):
        with tenant(self.group.id):
            return queue_requests(actor=self.actor, request_ids=[request.pk])

    def run(self, rounds=1):
        """Delivers what waits, as if its time had come, that many times."""
        for _ in range(rounds):
            with tenant(self.group.id):
                rows = Message.objects.filter(kind="registration.send", state__in=["pending", "unknown"])
                rows.update(due_at=now() - timedelta(seconds=1), sent_at=None)
                ids = list(rows.values_list("pk", flat=True))
            for one in ids:
                deliver(self.group.id, one)

    def state(self, request):
        with tenant(self.group.id):
            return RegistrationRequest.objects.get(pk=request.pk).state

    def blocks(self, request):
        with tenant(self.group.id):
            return dict(request.blocks.values_list("kind", "state"))

    def messages(self):
        with tenant(self.group.id):
            return list(Message.objects.filter(kind="registration.send").values_list("state", "reason"))

    def numbers(self, request):
        with tenant(self.group.id):
            held = PersonIdentifier.objects.filter(person_id=request.person_id, valid_to=None)
            return dict(held.values_list("kind", "value"))

    def account(self):
        [one] = self.api.psi_book()["accounts"]
        return one


class TestAnswers:
    def test_a_found_identity_gives_its_numbers_to_the_person(self, desk):
        desk.api.tell_psi(people=[TRAITS | {"rpps": [RPPS]}])
        request = desk.prepare()
        desk.send(request)
        desk.run()
        assert desk.state(request) == "done"
        assert desk.numbers(request)["rpps"] == RPPS[1:]
        assert UUID(desk.numbers(request)["psi"]).version == 7
        assert desk.messages() == []

    def test_an_account_that_exists_already_is_as_good(self, desk):
        desk.api.tell_psi(self_enrolled=[TRAITS])
        request = desk.prepare()
        desk.send(request)
        desk.run()
        assert desk.state(request) == "done"
        assert "psi" in desk.numbers(request)

    def test_divergences_wait_for_a_person_who_corrects_then_sends_again(self, desk):
        desk.api.tell_psi(people=[TRAITS | {"birthLocationCode": "29019", "rpps": [RPPS]}])
        request = desk.prepare()
        desk.send(request)
        desk.run()
        assert desk.state(request) == "correction"
        with tenant(desk.group.id):
            assert RegistrationRequest.objects.get(pk=request.pk).divergences == ["birth_place"]
            assert echo_of(request.pk).birth_code == "29019"
            Person.objects.filter(pk=request.person_id).update(birth_commune_code="29019")
            check_again(actor=desk.actor, request_id=request.pk)
        desk.run(2)
        assert desk.state(request) == "ready"
        desk.send(request)
        desk.run()
        assert desk.state(request) == "done"
        with tenant(desk.group.id):
            assert not RnippEcho.objects.exists()

    def test_a_death_is_sealed_and_shut_to_sites(self, desk, caplog):
        desk.api.tell_psi(people=[TRAITS | {"birthLocationCode": "29019", "diedOn": "2026-01-15"}])
        request = desk.prepare()
        desk.send(request)
        desk.run()
        with tenant(desk.group.id):
            assert death_of(request.pk).date == "2026-01-15"
            assert "2026" not in RnippDeath.objects.get().sealed
        with (
            tenant(desk.group.id, [desk.group.first.pk]),
            pytest.raises(Exception, match="permission denied"),
        ):
            death_of(request.pk)
        assert "Kergoat" not in caplog.text
        assert "29019" not in caplog.text

    def test_a_number_of_somebody_else_is_not_written_and_both_are_proposed_as_one(self, desk):
        desk.api.tell_psi(people=[TRAITS | {"rpps": [RPPS]}])
        with tenant(desk.group.id):
            PersonIdentifierFactory(kind="rpps", value=RPPS[1:])
        request = desk.prepare()
        desk.send(request)
        desk.run()
        assert "rpps" not in desk.numbers(request)
        with tenant(desk.group.id):
            assert Person.objects.count() == 2
            assert Pair.objects.count() == 1

    def test_an_unknown_code_goes_to_a_person_with_its_words(self, desk):
        desk.api.tell_psi(variant="unknown_code")
        request = desk.prepare()
        desk.send(request)
        desk.run()
        assert desk.state(request) in ("correction", "partly_done")
        [(state, reason)] = desk.messages()
        assert state == MessageState.TO_HANDLE
        assert "Réponse inconnue" in reason


class TestDoubts:
    @pytest.mark.parametrize("fault", DOUBTFUL)
    def test_an_unknown_outcome_is_asked_and_nothing_is_made_twice(self, desk, fault):
        request = desk.prepare(blocks=("activity_start",), rpps=RPPS)
        desk.api.tell_psi(people=[TRAITS | {"rpps": [RPPS]}])
        desk.api.fault(fault)
        desk.send(request)
        desk.run()
        assert desk.state(request) == "unknown"
        desk.run(2)
        assert desk.state(request) == "done"
        assert set(desk.blocks(request).values()) == {"done"}
        desk.account()

    def test_a_card_of_unknown_fate_is_left_to_a_person(self, desk):
        request = desk.prepare(blocks=("card_psi",))
        desk.api.fault("psi_reset_after")
        desk.send(request)
        desk.run(3)
        assert desk.state(request) == "partly_done"
        assert desk.blocks(request)["card_psi"] == "unknown"
        with tenant(desk.group.id):
            settle_unknown_card(actor=desk.actor, request_id=request.pk, outcome="ordered")
        assert desk.state(request) == "done"
        assert len(desk.account()["cards"]) == 1

    def test_a_card_that_never_left_is_asked_again_by_a_person(self, desk):
        request = desk.prepare(blocks=("card_psi",))
        desk.api.fault("psi_reset_before")
        desk.send(request)
        desk.run(3)
        assert desk.blocks(request)["card_psi"] == "unknown"
        with tenant(desk.group.id):
            settle_unknown_card(actor=desk.actor, request_id=request.pk, outcome="not_ordered")
            retry_blocks(actor=desk.actor, request_id=request.pk)
        desk.run()
        assert desk.state(request) == "done"
        assert len(desk.account()["cards"]) == 1

    def test_a_worker_killed_before_the_wire_costs_nothing(self, desk):
        request = desk.prepare()
        desk.send(request)
        with tenant(desk.group.id):
            Message.objects.filter(kind="registration.send").update(state=MessageState.UNKNOWN)
        desk.run(2)
        assert desk.state(request) == "done"

    def test_a_worker_killed_on_the_wire_is_asked_about(self, desk):
        request = desk.prepare()
        desk.send(request)
        with tenant(desk.group.id):
            Message.objects.filter(kind="registration.send").update(state=MessageState.UNKNOWN)
            RegistrationRequest.objects.filter(pk=request.pk).update(state="sent")
        desk.run(2)
        assert desk.state(request) == "done"
        desk.account()

    def test_a_message_put_back_in_the_queue_by_a_person_asks_and_does_not_send_again(self, desk):
        request = desk.prepare(blocks=("card_psi",))
        desk.api.fault("psi_reset_after")
        desk.send(request)
        desk.run()
        with tenant(desk.group.id):
            message = Message.objects.get(kind="registration.send")
            Message.objects.filter(pk=message.pk).update(state=MessageState.TO_HANDLE)
            retry_message(actor=desk.actor, message_id=message.pk)
        desk.run(2)
        assert desk.state(request) == "partly_done"
        assert desk.blocks(request)["card_psi"] == "unknown"
        assert len(desk.account()["cards"]) == 1

    def test_a_message_given_up_does_not_leave_its_request_in_doubt(self, desk):
        request = desk.prepare()
        desk.api.fault("psi_reset_after")
        desk.send(request)
        desk.run()
        with tenant(desk.group.id):
            Message.objects.filter(kind="registration.send").delete()
            assert [ask_forgotten(actor=desk.actor) for _ in range(2)] == [1, 0]
        desk.run(2)
        assert desk.state(request) == "done"
        desk.account()


class TestWay:
    @pytest.mark.parametrize("fault", ["psi_503", "psi_429"])
    def test_what_was_not_received_leaves_again_when_it_is_time(self, desk, fault):
        request = desk.prepare()
        desk.api.fault(fault)
        desk.send(request)
        desk.run()
        assert desk.state(request) == "queued"
        with tenant(desk.group.id):
            Connection.objects.update(paused_until=None)
        desk.run()
        assert desk.state(request) == "done"

    def test_a_stopped_group_sends_nothing_and_resumes(self, desk):
        request = desk.prepare()
        desk.send(request)
        with tenant(desk.group.id):
            stop_sending(actor=desk.actor, reason="Essai")
        desk.run(12)
        assert desk.state(request) == "queued"
        assert desk.api.psi_book()["accounts"] == []
        with tenant(desk.group.id):
            resume_sending(actor=desk.actor)
            assert Message.objects.get(kind="registration.send").attempts == 0
        desk.run()
        assert desk.state(request) == "done"

    def test_a_refused_key_stops_the_group_until_it_is_replaced(self, desk):
        request = desk.prepare()
        with tenant(desk.group.id):
            set_key(actor=desk.actor, key="mauvaise-cle")
        desk.send(request)
        desk.run(2)
        assert desk.state(request) == "queued"
        with tenant(desk.group.id):
            assert Connection.objects.get().is_stopped
            set_key(actor=desk.actor, key="cle-psi-du-bac-a-sable")
        desk.run()
        assert desk.state(request) == "done"

    def test_five_failures_in_a_row_pause_the_group(self, desk, settings):
        settings.PSI_API_URL = "http://127.0.0.1:1"
        request = desk.prepare()
        desk.send(request)
        desk.run(7)
        with tenant(desk.group.id):
            found = Connection.objects.get()
        assert found.failures_in_row == 5
        assert found.paused_until > now()
        assert desk.state(request) == "queued"

    def test_a_withdrawn_request_does_not_leave(self, desk):
        request = desk.prepare()
        desk.send(request)
        with tenant(desk.group.id):
            withdraw_request(actor=desk.actor, request_id=request.pk, reason="Contrat annulé")
        desk.run()
        assert desk.state(request) == "withdrawn"
        assert desk.api.psi_book()["accounts"] == []
        assert desk.messages() == []

    def test_sent_twice_it_leaves_once(self, desk):
        request = desk.prepare()
        assert len(desk.send(request).queued) == 1
        assert len(desk.send(request).queued) == 0
        assert len(desk.messages()) == 1

    def test_who_left_while_the_group_was_stopped_does_not_leave(self, desk):
        request = desk.prepare()
        desk.send(request)
        with tenant(desk.group.id):
            Assignment.objects.update(state="ended", ends_at=now(), end_reason="resignation")
        desk.run()
        assert desk.state(request) == "ready"
        assert desk.api.psi_book()["accounts"] == []
        assert desk.messages() == []

    def test_who_came_under_an_ordre_at_another_site_does_not_leave(self, desk):
        request = desk.prepare()
        desk.send(request)
        with tenant(desk.group.id):
            AssignmentFactory(
                person_id=request.person_id, establishment=desk.group.second, function_id="G15-60"
            )
        desk.run()
        assert desk.state(request) == "ready"
        assert desk.api.psi_book()["accounts"] == []
        with tenant(desk.group.id):
            assert "un ordre ou une ARS" in request.events.order_by("-at").first().sentence

    def test_what_was_asked_about_is_kept_when_the_rest_may_not_leave_any_more(self, desk):
        desk.api.tell_psi(people=[TRAITS | {"rpps": [RPPS]}])
        request = desk.prepare(blocks=("activity_start",), rpps=RPPS)
        desk.api.fault("psi_reset_after")
        desk.send(request)
        desk.run(2)
        assert desk.state(request) == "queued"
        assert "psi" in desk.numbers(request)
        with tenant(desk.group.id):
            Assignment.objects.update(state="ended", ends_at=now(), end_reason="resignation")
        desk.run()
        assert desk.state(request) == "partly_done"
        assert desk.blocks(request)["identity"] == "done"


class TestParts:
    def test_what_waited_is_asked_again_once_it_is_mended_and_only_that(self, desk):
        request = desk.prepare(blocks=("activity_start", "card_psi"), rpps=RPPS)
        desk.api.tell_psi(people=[TRAITS | {"rpps": [RPPS]}])
        with tenant(desk.group.id):
            RegistrationRequest.objects.filter(pk=request.pk).update(activity_genre="GENR05")
        desk.send(request)
        desk.run()
        assert desk.blocks(request) == {
            "identity": "done", "employment": "done", "activity_start": "correction", "card_psi": "waiting",
        }  # fmt: skip
        with tenant(desk.group.id):
            RegistrationRequest.objects.filter(pk=request.pk).update(activity_genre="GENR01")
            retry_blocks(actor=desk.actor, request_id=request.pk)
        desk.run()
        assert desk.state(request) == "done"
        assert len(desk.account()["cards"]) == 1

    def test_a_done_request_is_not_asked_again(self, desk):
        request = desk.prepare()
        desk.send(request)
        desk.run()
        with tenant(desk.group.id), pytest.raises(DomainError):
            retry_blocks(actor=desk.actor, request_id=request.pk)


def test_a_key_replaced_while_a_call_was_on_the_wire_stops_nothing(desk, monkeypatch):
    request = desk.prepare()
    with tenant(desk.group.id):
        set_key(actor=desk.actor, key="ancienne-cle")
    desk.send(request)
    whole = PsiClient.register

    def replaced_meanwhile(client, body):
        with tenant(desk.group.id):
            set_key(actor=desk.actor, key=SANDBOX_KEY)
        return whole(client, body)

    monkeypatch.setattr(PsiClient, "register", replaced_meanwhile)
    desk.run()
    with tenant(desk.group.id):
        assert not Connection.objects.get().is_stopped
    desk.run()
    assert desk.state(request) == "done"
