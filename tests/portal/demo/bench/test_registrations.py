"""What the fault run of registrations calls lost, double and unreconciled."""

import pytest

from identities.registrations.models import BlockKind, RegistrationRequest
from identities.registrations.states import BlockState, RequestState
from portal.demo.bench.registrations import is_whole
from portal.demo.bench.registrations_count import ANSWERED, QUEUED, count_up
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Machine, record
from tests.factories.registrations import RegistrationRequestFactory

pytestmark = pytest.mark.django_db

TRAITS = {
    "lastName": "Fictif 0001", "firstNames": "Camille", "birthDate": "1990-05-17", "genderCode": "F",
    "birthLocationCode": "29232",
}  # fmt: skip


@pytest.fixture
def account():
    return {
        "id": str(uuid7()),
        "traits": TRAITS,
        "employments": {"1": 1},
        "activities": {},
        "cards": ["cardOrderPsi"],
    }


@pytest.fixture
def request_done(group, account):
    with tenant(group.id):
        made = RegistrationRequestFactory(
            state="done", payload=TRAITS, psi_identifier=account["id"], establishment=group.first,
            blocks=("identity", "employment", "card_psi"),
        )  # fmt: skip
        made.blocks.update(state=BlockState.DONE)
        for act in (QUEUED, ANSWERED):
            _line(made, act)
    return made


def _line(request, act):
    record(
        Machine("Le banc"), Act(act, "{actor} : {object}."), object_kind="person", object_id=request.person_id, object="X"
    )  # fmt: skip


def counted(group, *accounts):
    found = count_up(group.id, {"accounts": list(accounts), "calls": 1, "struck": {}})
    assert is_whole([found]) == (not (found["lost"] or found["double"] or found["unreconciled"]))
    return found["lost"], found["double"], found["unreconciled"]


def test_a_request_that_stands_on_both_sides_is_well(group, request_done, account):
    assert counted(group, account) == (0, 0, 0)


@pytest.mark.parametrize("change", [{"id": "other"}, {"cards": []}, {"employments": {}}])
def test_what_the_national_side_has_not_is_lost(group, request_done, account, change):
    assert counted(group, account | change) == (1, 0, 0)


def test_what_it_has_never_heard_of_is_lost(group, request_done):
    assert counted(group) == (1, 0, 0)


def test_two_cards_or_an_account_of_nobody_are_double(group, request_done, account):
    assert counted(group, account | {"cards": ["cardOrderPsi"] * 2}) == (0, 1, 0)
    assert counted(group, account, account | {"traits": TRAITS | {"firstNames": "Camile"}}) == (0, 1, 0)


def test_an_end_told_twice_is_double(group, request_done, account):
    with tenant(group.id):
        _line(request_done, ANSWERED)
    assert counted(group, account) == (0, 1, 0)


def test_a_request_on_its_way_is_lost_and_unreconciled(group, request_done, account):
    with tenant(group.id):
        RegistrationRequest.objects.update(state=RequestState.UNKNOWN)
    assert counted(group, account) == (1, 0, 1)


def test_a_card_may_wait_for_a_person(group, request_done, account):
    with tenant(group.id):
        RegistrationRequest.objects.update(state=RequestState.PARTLY_DONE)
        request_done.blocks.filter(kind=BlockKind.CARD_PSI).update(state=BlockState.UNKNOWN)
    assert counted(group, account | {"cards": []}) == (0, 0, 0)
