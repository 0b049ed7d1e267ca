"""The minute clock: ends and opens by set what is due, by the database's clock, as often as it is called.

Rows taken by another run are skipped, rows already moved no longer match: twice at once, after a restart or a killed worker,
each stay is ended once, at its planned minute; the history row says when it was really done.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from identities.assignments import records
from identities.assignments.models import Assignment, AssignmentChange, EndReason
from identities.assignments.records import CLOCK, change_of, facts_of, letter_about, said_of
from identities.assignments.rules import OPEN_STATES
from identities.assignments.states import ASSIGNMENT_TRANSITIONS, AssignmentState
from portal.dispatch.operations import post_all
from portal.journal.operations import Act, Entry, record_set

BATCH = 2000  # stays per transaction: about a second of work
_TO_END = Q(state__in=OPEN_STATES, ends_at__lte=Now())
_TO_START = Q(state=AssignmentState.PLANNED, starts_at__lte=Now())
_NEEDED = (
    "id", "group_id", "person_id", "establishment_id", "kind", "state", "starts_at", "ends_at", "end_reason",
    "person__birth_name", "person__usage_name", "person__first_names", "establishment__name", "function__label",
)  # fmt: skip


def groups_with_something_due() -> list[UUID]:
    """Asked at the clock's door: the groups where a stay should have ended or begun by now."""
    due = (
        Assignment.objects.filter(_TO_END)
        .values_list("group_id")
        .union(Assignment.objects.filter(_TO_START).values_list("group_id"))
    )
    return [group_id for (group_id,) in due]


def end_and_start_due() -> int:
    """In the current door's group and transaction, ends then opens what is due, `BATCH` of each at most; says how many.

    A stay planned whole while the clock was stopped goes straight to its end.
    """
    return _move_due(_TO_END, AssignmentState.ENDED) + _move_due(_TO_START, AssignmentState.RUNNING)


def _move_due(due: Q, target: AssignmentState) -> int:
    taken = list(_taken(due))
    if not taken:
        return 0
    rows = Assignment.objects.filter(pk__in=[one.pk for one in taken])
    if target == AssignmentState.ENDED:
        ASSIGNMENT_TRANSITIONS.move(rows, target, end_reason=_reason())
        _leave(taken, target, records.ENDED, "assignment.ended")
    else:
        ASSIGNMENT_TRANSITIONS.move(rows, target)
        _leave(taken, target, records.BEGUN, "assignment.started")
    return len(taken)


def _taken(due: Q) -> QuerySet[Any]:
    """The due rows that no other run holds, locked until the commit, earliest first, with the time of the database."""
    return (
        Assignment.objects.filter(due)
        .select_related("person", "establishment", "function")
        .only(*_NEEDED)
        .annotate(taken_at=Now())
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("ends_at", "starts_at")[:BATCH]
    )


def _reason() -> Case:
    """What somebody wrote when scheduling the departure, else « fin prévue »."""
    return Case(When(end_reason="", then=Value(EndReason.SCHEDULED)), default=F("end_reason"))


def _leave(taken: Sequence[Any], target: AssignmentState, act: Act, letter: str) -> None:
    """History, journal and messages, each in one statement."""
    moment = taken[0].taken_at
    changes, entries = [], []
    for one in taken:
        before, source = facts_of(one), one.state
        one.state = target
        if target == AssignmentState.ENDED:
            one.end_reason = one.end_reason or EndReason.SCHEDULED
        reason = one.end_reason if target == AssignmentState.ENDED else ""
        changes.append(
            change_of(CLOCK, one, from_state=source, ends_at_before=one.ends_at, reason=reason, at=moment)
        )
        entries.append(
            Entry("person", one.person_id, said_of(one), one.establishment_id, before, facts_of(one))
        )
    AssignmentChange.objects.bulk_create(changes)
    record_set(CLOCK, act, entries, at=moment)
    post_all(letter_about(letter, one) for one in taken)
