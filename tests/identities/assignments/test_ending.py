"""Ending, extending, and undoing either."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from identities.assignments.models import Assignment, AssignmentChange
from identities.assignments.operations import (
    cancel_assignment,
    cancel_departure,
    end_assignment,
    extend_assignment,
    record_people_export,
)
from identities.assignments.states import ASSIGNMENT_TRANSITIONS, AssignmentState
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory
from tests.identities.assignments.acts import ACTOR

EVENING = timedelta(hours=3)


@pytest.fixture
def stay(door, group):
    return AssignmentFactory(mission=True, establishment=group.first)


def kinds():
    return [one.kind for one in Message.objects.order_by("id")]


def test_ends_now(stay):
    end_assignment(actor=ACTOR, assignment=stay, reason="early")
    stay.refresh_from_db()
    assert (stay.state, stay.end_reason) == ("ended", "early")
    assert abs(stay.ends_at - now()) < timedelta(seconds=5)
    assert kinds() == ["assignment.ended"]
    change = AssignmentChange.objects.get()
    assert (change.from_state, change.to_state, change.reason) == ("running", "ended", "early")
    assert "départ anticipé" in Line.objects.get().sentence


def test_schedules_a_departure_that_can_be_undone(stay):
    planned = stay.ends_at
    end_assignment(actor=ACTOR, assignment=stay, reason="resignation", at=now() + EVENING)
    stay.refresh_from_db()
    assert (stay.state, stay.end_reason) == ("running", "resignation")
    assert stay.ends_at < planned
    cancel_departure(actor=ACTOR, assignment=stay)
    stay.refresh_from_db()
    assert (stay.state, stay.end_reason, stay.ends_at) == ("running", "", planned)
    assert kinds() == ["assignment.shortened", "assignment.extended"]


def test_scheduled_several_times_comes_back_to_the_first_end(stay):
    planned = stay.ends_at
    end_assignment(actor=ACTOR, assignment=stay, reason="early", at=now() + timedelta(hours=9))
    end_assignment(actor=ACTOR, assignment=stay, reason="other", at=now() + EVENING)
    cancel_departure(actor=ACTOR, assignment=stay)
    stay.refresh_from_db()
    assert stay.ends_at == planned


def test_extended_then_scheduled_comes_back_to_the_extension(stay):
    end_assignment(actor=ACTOR, assignment=stay, reason="early", at=now() + EVENING)
    later = now() + timedelta(days=6)
    extend_assignment(actor=ACTOR, assignment=stay, ends_at=later)
    assert stay.end_reason == ""
    end_assignment(actor=ACTOR, assignment=stay, reason="early", at=now() + EVENING)
    cancel_departure(actor=ACTOR, assignment=stay)
    stay.refresh_from_db()
    assert stay.ends_at == later


def test_a_departure_from_an_open_affectation_comes_back_to_no_end(door, group):
    stay = AssignmentFactory(establishment=group.first)
    end_assignment(actor=ACTOR, assignment=stay, reason="retirement", at=now() + EVENING)
    cancel_departure(actor=ACTOR, assignment=stay)
    stay.refresh_from_db()
    assert stay.ends_at is None


def test_the_same_departure_scheduled_twice_leaves_one_change(stay):
    at = now() + EVENING
    end_assignment(actor=ACTOR, assignment=stay, reason="early", at=at)
    end_assignment(actor=ACTOR, assignment=stay, reason="early", at=at)
    assert AssignmentChange.objects.count() == Line.objects.count() == 1


def test_refuses_to_end_in_the_past_or_after_the_planned_end(stay):
    for at in (now() - timedelta(hours=1), stay.ends_at + timedelta(hours=1)):
        with pytest.raises(DomainError) as caught:
            end_assignment(actor=ACTOR, assignment=stay, reason="early", at=at)
        assert caught.value.field == "at"


def test_the_minute_that_has_just_begun_is_now(stay):
    end_assignment(actor=ACTOR, assignment=stay, reason="early", at=now() - timedelta(seconds=40))
    assert stay.state == "ended"


def test_refuses_an_unknown_reason(stay):
    with pytest.raises(DomainError) as caught:
        end_assignment(actor=ACTOR, assignment=stay, reason="zzz")
    assert caught.value.field == "reason"


def test_what_has_not_begun_is_cancelled_not_ended(door, group):
    stay = AssignmentFactory(planned=True, establishment=group.first)
    with pytest.raises(DomainError, match="Has not begun"):
        end_assignment(actor=ACTOR, assignment=stay, reason="early")
    cancel_assignment(actor=ACTOR, assignment=stay)
    stay.refresh_from_db()
    assert stay.state == "cancelled"
    assert kinds() == []
    assert "annulé l'arrivée" in Line.objects.get().sentence


def test_what_has_begun_is_ended_not_cancelled(stay):
    with pytest.raises(DomainError, match="Has begun"):
        cancel_assignment(actor=ACTOR, assignment=stay)


def test_extends(stay):
    later = stay.ends_at + timedelta(days=3)
    extend_assignment(actor=ACTOR, assignment=stay, ends_at=later)
    stay.refresh_from_db()
    assert stay.ends_at == later
    assert kinds() == ["assignment.extended"]
    assert "a prolongé la mission" in Line.objects.get().sentence


def test_refuses_an_extension_that_is_not_one(stay):
    with pytest.raises(DomainError) as caught:
        extend_assignment(actor=ACTOR, assignment=stay, ends_at=stay.ends_at)
    assert caught.value.field == "ends_at"


def test_refuses_to_extend_what_has_no_end(door, group):
    with pytest.raises(DomainError, match="Has no end"):
        extend_assignment(actor=ACTOR, assignment=AssignmentFactory(), ends_at=now() + EVENING)


def test_refuses_to_extend_over_the_same_function(stay, group):
    AssignmentFactory(
        planned=True, mission=True, person=stay.person, establishment=group.first,
        starts_at=stay.ends_at, ends_at=stay.ends_at + timedelta(days=2),
    )  # fmt: skip
    with pytest.raises(DomainError) as caught:
        extend_assignment(actor=ACTOR, assignment=stay, ends_at=stay.ends_at + timedelta(days=1))
    assert "déjà enregistrée ici" in caught.value.french
    stay.refresh_from_db()
    assert not AssignmentChange.objects.exists()


def test_refuses_to_extend_after_the_closing_of_the_site(door, group):
    closing = EstablishmentFactory(legal_entity=group.entity, closed_on=(now() + timedelta(days=3)).date())
    stay = AssignmentFactory(mission=True, establishment=closing)
    with pytest.raises(DomainError) as caught:
        extend_assignment(actor=ACTOR, assignment=stay, ends_at=now() + timedelta(days=9))
    assert caught.value.field == "ends_at"


def test_refuses_to_undo_a_departure_that_nobody_scheduled(stay):
    with pytest.raises(DomainError, match="No departure"):
        cancel_departure(actor=ACTOR, assignment=stay)


def test_an_export_leaves_its_line(door, group):
    record_people_export(actor=ACTOR, establishment_id=group.first.pk, count=12, what="présents, CSV")
    assert "exporté 12 lignes" in Line.objects.get().sentence


OPERATIONS = {
    "end": lambda stay: end_assignment(actor=ACTOR, assignment=stay, reason="early"),
    "schedule": lambda stay: end_assignment(actor=ACTOR, assignment=stay, reason="early", at=now() + EVENING),
    "extend": lambda stay: extend_assignment(actor=ACTOR, assignment=stay, ends_at=now() + timedelta(days=9)),
    "cancel departure": lambda stay: cancel_departure(actor=ACTOR, assignment=stay),
    "cancel": lambda stay: cancel_assignment(actor=ACTOR, assignment=stay),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("state", ["ended", "cancelled"])
def test_what_is_over_is_touched_no_more(door, group, name, state):
    stay = AssignmentFactory(**{state: True}, establishment=group.first)
    with pytest.raises(DomainError) as caught:
        OPERATIONS[name](stay)
    assert "plus rien à faire" in caught.value.french
    assert not AssignmentChange.objects.exists()


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_screen_that_is_late_is_told_so(stay, name):
    """The row of the screen says running; somebody ended it since."""
    if name == "cancel departure":
        end_assignment(actor=ACTOR, assignment=stay, reason="early", at=now() + EVENING)
    if name == "cancel":
        stay = AssignmentFactory(planned=True)
    seen = Assignment.objects.get(pk=stay.pk)
    Assignment.objects.filter(pk=stay.pk).update(state="cancelled" if name == "cancel" else "ended")
    with pytest.raises(DomainError) as caught:
        OPERATIONS[name](seen)
    assert "plus rien à faire" in caught.value.french


@pytest.mark.parametrize("source", AssignmentState.values)
@pytest.mark.parametrize("target", AssignmentState.values)
def test_every_pair_behaves_as_the_table_says(door, group, source, target):
    stay = AssignmentFactory(state=source, mission=True, establishment=group.first)
    moved = ASSIGNMENT_TRANSITIONS.move(Assignment.objects.filter(pk=stay.pk), target)
    stay.refresh_from_db()
    assert (moved, stay.state) == (
        (1, target) if ASSIGNMENT_TRANSITIONS.allows(source, target) else (0, source)
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", [("end", "end"), ("extend", "schedule"), ("extend", "extend")], ids="-".join)
def test_of_two_people_at_once_one_wins(group, pair):
    with tenant(group.id):
        stay = AssignmentFactory(mission=True, establishment=group.first)
    outcomes = []

    def act(name):
        try:
            with tenant(group.id):
                seen = Assignment.objects.get(pk=stay.pk)
                time.sleep(0.1)  # both have read the row before either writes
                OPERATIONS[name](seen)
                time.sleep(0.2)
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(error.french)
        finally:
            connection.close()

    threads = [Thread(target=act, args=[name]) for name in pair]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    outcomes.remove("done")
    assert len(outcomes) == 1
    assert "Déjà terminée" in outcomes[0] or "vient de la modifier" in outcomes[0]
    with tenant(group.id):
        assert AssignmentChange.objects.count() == Line.objects.count() == 1
