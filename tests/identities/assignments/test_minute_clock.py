"""The clock ends and opens on the minute, once, whatever happens to it."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from django.db import connection

from identities.assignments import minute_clock
from identities.assignments.minute_clock import end_and_start_due, groups_with_something_due
from identities.assignments.models import Assignment, AssignmentChange
from identities.assignments.operations import end_assignment, extend_assignment
from identities.assignments.tasks import move_due_of_group, tick
from portal.dispatch.models import Message, Settlement
from portal.foundation.clock import now
from portal.foundation.tenancy import clock, tenant
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory, many_missions
from tests.fixtures import make_group

ACTOR = Machine("Un test")


def test_ends_what_is_due_at_its_planned_minute(door, group):
    stay = AssignmentFactory(due=True, establishment=group.first)
    planned = stay.ends_at
    assert end_and_start_due() == 1
    stay.refresh_from_db()
    assert (stay.state, stay.ends_at, stay.end_reason) == ("ended", planned, "scheduled")


def test_writes_when_it_was_really_done(door, group):
    stay = AssignmentFactory(due=True, establishment=group.first, ends_at=now() - timedelta(hours=5))
    end_and_start_due()
    change = AssignmentChange.objects.get(assignment=stay)
    assert (change.from_state, change.to_state, change.reason) == ("running", "ended", "scheduled")
    assert change.ends_at_after == stay.ends_at
    assert abs(change.at - now()) < timedelta(minutes=1)
    assert change.by_name == "L'horloge des missions"


def test_leaves_a_line_and_a_message_per_stay(door, group):
    stay = AssignmentFactory(due=True, establishment=group.first)
    end_and_start_due()
    line = Line.objects.get(act="assignment.ended")
    assert line.sentence.startswith("L'horloge des missions a mis fin à la mission de ")
    assert (line.object_kind, line.object_id) == ("person", stay.person_id)
    message = Message.objects.get()
    assert message.kind == "assignment.ended"
    assert message.payload == {"assignment_id": str(stay.pk), "person_id": str(stay.person_id)}
    assert message.ordering_key == f"person:{stay.person_id}"


def test_keeps_the_reason_of_a_scheduled_departure(door, group):
    stay = AssignmentFactory(due=True, establishment=group.first, end_reason="resignation")
    end_and_start_due()
    stay.refresh_from_db()
    assert stay.end_reason == "resignation"
    assert AssignmentChange.objects.get().reason == "resignation"


def test_opens_what_has_begun(door, group):
    stay = AssignmentFactory(planned=True, establishment=group.first, starts_at=now() - timedelta(seconds=5))
    assert end_and_start_due() == 1
    stay.refresh_from_db()
    assert stay.state == "running"
    assert Message.objects.get().kind == "assignment.started"
    assert Line.objects.get().act == "assignment.begun"


def test_a_stay_planned_whole_while_stopped_goes_straight_to_its_end(door, group):
    stay = AssignmentFactory(
        planned=True,
        mission=True,
        establishment=group.first,
        starts_at=now() - timedelta(hours=8),
        ends_at=now() - timedelta(hours=1),
    )
    assert end_and_start_due() == 1
    stay.refresh_from_db()
    assert stay.state == "ended"
    assert [one.kind for one in Message.objects.all()] == ["assignment.ended"]


def test_leaves_alone_what_is_not_due(door, group):
    AssignmentFactory(mission=True, establishment=group.first)
    AssignmentFactory(planned=True, establishment=group.first)
    AssignmentFactory(cancelled=True, establishment=group.first, starts_at=now() - timedelta(hours=1))
    AssignmentFactory(ended=True, establishment=group.first)
    AssignmentFactory(establishment=group.first)
    assert end_and_start_due() == 0
    assert not AssignmentChange.objects.exists()


def test_run_again_does_nothing_more(door, group):
    AssignmentFactory.create_batch(3, due=True, establishment=group.first)
    assert end_and_start_due() == 3
    assert end_and_start_due() == 0
    assert (AssignmentChange.objects.count(), Line.objects.count(), Message.objects.count()) == (3, 3, 3)


@pytest.mark.parametrize("skew", [timedelta(hours=-6), timedelta(hours=6)], ids=["behind", "ahead"])
def test_reads_the_time_of_the_database_whatever_the_host_says(door, group, skew):
    moment = now()
    due = AssignmentFactory(due=True, establishment=group.first)
    AssignmentFactory(mission=True, establishment=group.first, ends_at=moment + timedelta(hours=1))
    with time_machine.travel(moment + skew):
        assert end_and_start_due() == 1
    change = AssignmentChange.objects.get()
    assert change.assignment_id == due.pk
    assert abs(change.at - moment) < timedelta(minutes=1)
    with time_machine.travel(moment + skew), clock():
        assert groups_with_something_due() == []


def test_a_return_before_the_end_is_not_ended(door, group):
    stay = AssignmentFactory(mission=True, establishment=group.first, ends_at=now() + timedelta(minutes=5))
    extend_assignment(actor=ACTOR, assignment=stay, ends_at=now() + timedelta(days=1))
    assert end_and_start_due() == 0


def test_the_clocks_door_sees_the_groups_and_nothing_else(group):
    other = make_group()
    with tenant(group.id):
        AssignmentFactory(due=True, establishment=group.first)
    with tenant(other.id):
        AssignmentFactory(mission=True, establishment=other.first)
    with clock():
        assert groups_with_something_due() == [group.id]


def test_the_beat_rings_each_group_where_something_is_due(group, monkeypatch):
    rung = []
    monkeypatch.setattr(move_due_of_group, "apply_async", lambda **options: rung.append(options["kwargs"]))
    with tenant(group.id):
        AssignmentFactory(due=True, establishment=group.first)
    assert tick() == 1
    assert rung == [{"group_id": str(group.id)}]
    assert move_due_of_group(group_id=str(group.id)) == 1
    assert tick() == 0


def test_a_set_larger_than_a_batch_is_rung_again(group, monkeypatch):
    rung = []
    monkeypatch.setattr(move_due_of_group, "apply_async", lambda **options: rung.append(options["kwargs"]))
    monkeypatch.setattr(minute_clock, "BATCH", 2)
    monkeypatch.setattr("identities.assignments.tasks.BATCH", 2)
    with tenant(group.id):
        many_missions(3, group.first.pk, now() - timedelta(minutes=1))
    assert move_due_of_group(group_id=str(group.id)) == 2
    assert rung == [{"group_id": str(group.id)}]
    assert move_due_of_group(group_id=str(group.id)) == 1


def test_a_failure_on_the_way_leaves_nothing_half_done_and_is_made_good(group, monkeypatch):
    with tenant(group.id):
        stay = AssignmentFactory(due=True, establishment=group.first)

    def refuse(letters):
        raise ConnectionError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(minute_clock, "post_all", refuse)
        with pytest.raises(ConnectionError):
            move_due_of_group(group_id=str(group.id))
    with tenant(group.id):
        assert Assignment.objects.get(pk=stay.pk).state == "running"
        assert not AssignmentChange.objects.exists()
    assert move_due_of_group(group_id=str(group.id)) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_run_twice_at_once_ends_each_stay_once(group):
    with tenant(group.id):
        many_missions(300, group.first.pk, now() - timedelta(minutes=1))
    moved = []

    def run():
        moved.append(move_due_of_group(group_id=str(group.id)))
        connection.close()

    runs = [Thread(target=run) for _ in range(4)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert sum(moved) == 300
    with tenant(group.id):
        assert AssignmentChange.objects.count() == 300
        assert Line.objects.filter(act="assignment.ended").count() == 300
        assert Message.objects.count() + Settlement.objects.count() == 300


KILLED = """
import sys, time, django
django.setup()
from uuid import UUID
from identities.assignments.minute_clock import end_and_start_due
from portal.foundation.tenancy import tenant
with tenant(UUID(sys.argv[1])):
    print(end_and_start_due(), flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_its_commit_loses_nothing_and_does_nothing_twice(group):
    with tenant(group.id):
        many_missions(20, group.first.pk, now() - timedelta(minutes=1))
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(group.id)], stdout=subprocess.PIPE, env=dict(os.environ), text=True
    )
    assert worker.stdout
    assert worker.stdout.readline() == "20\n"
    assert move_due_of_group(group_id=str(group.id)) == 0  # held by the other
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    deadline = time.monotonic() + 10
    while not (moved := move_due_of_group(group_id=str(group.id))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert moved == 20
    with tenant(group.id):
        assert AssignmentChange.objects.count() == 20


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_clock_and_a_person_at_the_same_moment_end_it_once(group):
    with tenant(group.id):
        stay = AssignmentFactory(due=True, establishment=group.first)
    outcomes = []

    def by_hand():
        try:
            with tenant(group.id):
                end_assignment(actor=ACTOR, assignment=Assignment.objects.get(pk=stay.pk), reason="early")
                time.sleep(0.3)
            outcomes.append("person")
        finally:
            connection.close()

    hand = Thread(target=by_hand)
    hand.start()
    time.sleep(0.1)
    if move_due_of_group(group_id=str(group.id)):
        outcomes.append("clock")
    hand.join()
    assert len(outcomes) == 1
    with tenant(group.id):
        assert AssignmentChange.objects.filter(to_state="ended").count() == 1


@pytest.mark.slow
def test_a_thousand_missions_of_one_minute_are_ended_by_set(door, group, django_assert_max_num_queries):
    many_missions(1000, group.first.pk, now() - timedelta(minutes=1))
    began = time.monotonic()
    with django_assert_max_num_queries(12):
        assert end_and_start_due() == 1000
    took = time.monotonic() - began
    assert took < 5, f"{took:.2f} s"
    assert AssignmentChange.objects.count() == Line.objects.count() == Message.objects.count() == 1000
