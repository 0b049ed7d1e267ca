"""Two people, or a person and a worker, at the same request at the same time, on two connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from identities.registrations.models import RegistrationRequest
from identities.registrations.operations import prepare_request, withdraw_request
from identities.registrations.set_operations import queue_requests
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.registrations import ConnectionFactory, RegistrationRequestFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ACTOR = Machine("Camille Fictif")


@pytest.fixture
def stay(group):
    with tenant(group.id):
        ConnectionFactory()
        return AssignmentFactory(establishment=group.first, person__reachable=True)


@pytest.fixture
def ready(group, stay):
    with tenant(group.id):
        return RegistrationRequestFactory(person=stay.person, establishment=group.first, assignment=stay)


def at_once(*acts):
    """Each in its own thread and connection, started together; what each gave or refused."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def inside(group, operation, **values):
    def act():
        with tenant(group.id):
            return operation(actor=ACTOR, **values)

    return act


def test_prepared_twice_there_is_one(group, stay):
    prepare = inside(group, prepare_request, person_id=stay.person_id, route="psi")
    given = at_once(prepare, prepare)
    assert len([one for one in given if isinstance(one, DomainError)]) == 1
    with tenant(group.id):
        assert RegistrationRequest.objects.count() == 1


def test_sent_twice_one_message_leaves(group, ready):
    send = inside(group, queue_requests, request_ids=[ready.pk])
    given = at_once(send, send)
    assert sorted(len(one.queued) for one in given) == [0, 1]
    with tenant(group.id):
        assert Message.objects.filter(kind="registration.send").count() == 1


def test_prepared_and_sent_by_two_people_in_another_order_block_nobody(group, ready, stay):
    with tenant(group.id):
        other = RegistrationRequestFactory(
            person=AssignmentFactory(establishment=group.first, person__reachable=True).person,
            establishment=group.first,
        )
    given = at_once(
        inside(group, queue_requests, request_ids=[ready.pk, other.pk]),
        inside(group, queue_requests, request_ids=[other.pk, ready.pk]),
    )
    assert sorted(len(one.queued) for one in given) == [0, 2]


def test_withdrawn_while_it_leaves_it_is_one_or_the_other(group, ready, psi_api):
    with tenant(group.id):
        queue_requests(actor=ACTOR, request_ids=[ready.pk])
        message = Message.objects.get(kind="registration.send")
    _, refusal = at_once(
        lambda: deliver(group.id, message.pk),
        inside(group, withdraw_request, request_id=ready.pk, reason="Contrat annulé"),
    )
    with tenant(group.id):
        state = RegistrationRequest.objects.get(pk=ready.pk).state
    made = len(psi_api.psi_book()["accounts"])
    assert (state, made, refusal is None) in [("withdrawn", 0, True), ("done", 1, False)]


def test_two_workers_with_one_message_send_once(group, ready, psi_api):
    with tenant(group.id):
        queue_requests(actor=ACTOR, request_ids=[ready.pk])
        message = Message.objects.get(kind="registration.send")
    at_once(*[lambda: deliver(group.id, message.pk)] * 2)
    with tenant(group.id):
        assert RegistrationRequest.objects.get(pk=ready.pk).state == "done"
    assert len(psi_api.log("/v1/identities")) == 1
