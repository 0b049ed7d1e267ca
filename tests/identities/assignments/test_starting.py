"""Starting an affectation or a mission."""

import time
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection

from identities.assignments.models import Assignment, AssignmentChange, NationalFunction
from identities.assignments.queries import overlaps
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory, UnitFactory
from tests.factories.people import PersonFactory
from tests.fixtures import make_group
from tests.identities.assignments.acts import arrive


@pytest.fixture
def person(door):
    return PersonFactory(birth_name="Martin", first_names=["Jeanne"])


def refusal(*args, **values) -> DomainError:
    with pytest.raises(DomainError) as caught:
        arrive(*args, **values)
    return caught.value


def test_runs_at_once_when_it_has_begun(group, person):
    stay = arrive(person, group.first)
    assert stay.state == "running"
    assert Message.objects.get().kind == "assignment.started"
    change = AssignmentChange.objects.get()
    assert (change.from_state, change.to_state, change.by_name) == ("", "running", "Anne Référente")
    assert change.ends_at_after == stay.ends_at


def test_waits_for_the_clock_when_it_begins_later(group, person):
    stay = arrive(person, group.first, starts_at=now() + timedelta(hours=1))
    assert stay.state == "planned"
    assert not Message.objects.exists()


def test_says_it_in_the_journal_of_the_person(group, person):
    arrive(person, group.first)
    line = Line.objects.get()
    assert line.sentence.startswith(
        f"Anne Référente a enregistré l'arrivée de {person.display_name} ({group.first.name}) comme Aide-soignant, du "
    )
    assert (line.object_kind, line.object_id, line.establishment_id) == ("person", person.pk, group.first.pk)


def test_an_affectation_may_have_no_end(group, person):
    assert arrive(person, group.first, kind="affectation", contract="cdi", ends_at=None).ends_at is None


def test_sent_twice_with_the_same_key_exists_once(group, person):
    first = arrive(person, group.first, submission_key="abc")
    assert arrive(person, group.first, submission_key="abc") == first
    assert (Assignment.objects.count(), Line.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_refuses_a_mission_without_end(group, person):
    error = refusal(person, group.first, ends_at=None)
    assert (error.field, "une fin" in error.french) == ("ends_at", True)


@pytest.mark.parametrize("minutes", [0, -5])
def test_refuses_an_end_that_is_not_after_the_start(group, person, minutes):
    start = now()
    assert (
        refusal(person, group.first, starts_at=start, ends_at=start + timedelta(minutes=minutes)).field
        == "ends_at"
    )


def test_refuses_what_is_over_for_more_than_a_year(group, person):
    error = refusal(
        person, group.first, starts_at=now() - timedelta(days=400), ends_at=now() - timedelta(days=370)
    )
    assert error.field == "ends_at"


@pytest.mark.parametrize("code", ["R85-999", "", "R291-99", "R85-300"])
def test_refuses_a_function_that_nobody_may_choose(group, person, code):
    assert refusal(person, group.first, function_code=code).field == "function_code"


@pytest.mark.parametrize("code", ["R85-323", "R85-318"])
def test_refuses_a_closed_function_from_its_closing_day_on(group, person, code):
    error = refusal(person, group.first, function_code=code)
    assert "22/12/2025" in error.french
    closed = NationalFunction.objects.get(pk=code)
    assert closed.closed_on == date(2025, 12, 22)
    before = now().replace(year=2025, month=12, day=20)
    assert arrive(person, group.first, function_code=code, starts_at=before).function_id == code


def test_refuses_an_unknown_contract_or_kind(group, person):
    assert refusal(person, group.first, contract="zzz").field == "contract"
    assert refusal(person, group.first, kind="zzz").field == "kind"


def test_refuses_a_closed_establishment(group, person):
    closed = EstablishmentFactory(legal_entity=group.entity, closed_on=now().date() - timedelta(days=1))
    error = refusal(person, closed)
    assert error.field == "establishment_id"
    assert "fermé" in error.french


def test_refuses_an_end_after_the_closing_and_a_start_before_the_opening(group, person):
    today = now().date()
    closing = EstablishmentFactory(legal_entity=group.entity, closed_on=today)
    opening = EstablishmentFactory(legal_entity=group.entity, opened_on=today + timedelta(days=1))
    assert refusal(person, closing).field == "ends_at"
    assert refusal(person, opening).field == "starts_at"


def test_refuses_the_same_function_twice_and_says_what_to_do(group, person):
    arrive(person, group.first)
    error = refusal(person, group.first, starts_at=now())
    assert error.field == "starts_at"
    assert "Aide-soignant, du " in error.french
    assert "Prolongez-la" in error.french


def test_allows_two_functions_another_site_and_what_follows(group, person):
    first = arrive(person, group.first)
    arrive(person, group.first, function_code="R85-328")
    arrive(person, group.second)
    arrive(person, group.first, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(days=1))
    assert Assignment.objects.count() == 4


def test_overlaps_are_explained(group, person):
    first = arrive(person, group.first)
    AssignmentFactory(cancelled=True, person=person, establishment=group.first, function_id="R85-328")
    found = overlaps(person.pk, group.first.pk, now(), None, function_code="R85-313")
    assert [(one.assignment, one.same_function) for one in found] == [(first, True)]
    assert found[0].sentence.startswith("Aide-soignant, du ")
    assert overlaps(person.pk, group.first.pk, first.ends_at, None) == []
    assert overlaps(person.pk, group.second.pk, now(), None) == []


def test_refuses_somebody_of_another_group(group, person):
    stranger = PersonFactory.build(id=uuid7())
    assert refusal(stranger, group.first).field == "person_id"
    assert refusal(person, group.first, replaced_person_id=stranger.pk).field == "replaced_person_id"


def test_refuses_a_place_of_another_group(group):
    other = make_group()
    with tenant(group.id):
        error = refusal(PersonFactory(), other.first)
    assert error.field == "establishment_id"


def test_a_site_starts_nothing_at_another_site(group):
    with tenant(group.id):
        person = PersonFactory()
    with tenant(group.id, [group.first.pk]):
        assert refusal(person, group.second).field == "establishment_id"
        assert arrive(person, group.first).state == "running"


def test_refuses_a_unit_of_another_establishment(group, person):
    assert refusal(person, group.first, unit_id=UnitFactory(establishment=group.second).pk).field == "unit_id"
    assert refusal(person, group.first, unit_id=uuid7()).field == "unit_id"
    unit = UnitFactory(establishment=group.first)
    assert arrive(person, group.first, unit_id=unit.pk).unit == unit


def test_refuses_somebody_who_replaces_themself(group, person):
    assert refusal(person, group.first, replaced_person_id=person.pk).field == "replaced_person_id"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_key", [True, False])
def test_two_sendings_at_once_make_one(group, same_key):
    with tenant(group.id):
        person = PersonFactory()
    outcomes = []

    def send(rank):
        try:
            with tenant(group.id):
                key = "one" if same_key else f"key-{rank}"
                outcomes.append(arrive(person, group.first, submission_key=key).pk)
                time.sleep(0.2)
        except DomainError as error:
            outcomes.append(error.field)
        finally:
            connection.close()

    threads = [Thread(target=send, args=[rank]) for rank in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with tenant(group.id):
        stay = Assignment.objects.get()
        assert Line.objects.count() == AssignmentChange.objects.count() == 1
    assert sorted(map(str, outcomes)) == sorted(
        map(str, [stay.pk] * 3 if same_key else [stay.pk, "starts_at", "starts_at"])
    )
