"""Many affectations at once: what each leaves, and what is refused for all."""

from datetime import timedelta

import pytest

from identities.assignments.models import Assignment, AssignmentChange
from identities.assignments.set_operations import (
    Ending,
    amend_assignments,
    end_assignments,
    start_assignments,
)
from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory

RH = Machine("Camille RH")


def built(group, **values) -> Assignment:
    return AssignmentFactory.build(person=PersonFactory(), establishment=group.first, **values)


def posted() -> list[str]:
    return list(Message.objects.order_by("number").values_list("kind", flat=True))


def test_starts_what_has_begun_and_plans_the_rest(door, group):
    rows = [built(group), built(group, planned=True)]
    start_assignments(actor=RH, rows=rows)
    assert list(Assignment.objects.order_by("starts_at").values_list("state", flat=True)) == [
        "running",
        "planned",
    ]
    assert AssignmentChange.objects.count() == Line.objects.filter(act="assignment.started").count() == 2
    assert posted() == ["assignment.started"]


def test_refuses_all_for_one_closed_function(door, group):
    with pytest.raises(DomainError):
        start_assignments(actor=RH, rows=[built(group), built(group, function_id="R85-323")])
    assert not Assignment.objects.exists()


def test_ends_the_running_and_cancels_the_planned(door, group):
    running = AssignmentFactory(establishment=group.first)
    planned = AssignmentFactory(establishment=group.first, planned=True)
    at = now() - timedelta(days=3)
    end_assignments(actor=RH, endings=[Ending(running, at, "other"), Ending(planned, now(), "other")])
    running.refresh_from_db()
    planned.refresh_from_db()
    assert (running.state, running.ends_at, planned.state) == ("ended", at, "cancelled")
    assert posted() == ["assignment.ended"]
    running.state = "running"  # as another worker still sees it
    with pytest.raises(DomainError, match="quicker"):
        end_assignments(actor=RH, endings=[Ending(running, at, "other")])


def test_amends_and_says_longer_or_shorter(door, group):
    stay, other = (AssignmentFactory(establishment=group.first, mission=True) for _ in range(2))
    later, sooner = stay.ends_at + timedelta(days=5), other.ends_at - timedelta(days=1)
    amend_assignments(
        actor=RH, amendments={stay: {"ends_at": later}, other: {"ends_at": sooner, "agency": "Relais"}}
    )
    other.refresh_from_db()
    assert (other.ends_at, other.agency) == (sooner, "Relais")
    assert posted() == ["assignment.extended", "assignment.shortened"]
    with pytest.raises(KeyError):
        amend_assignments(actor=RH, amendments={stay: {"state": "ended"}})
