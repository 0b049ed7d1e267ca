"""Starting, aligning and ending many affectations at once: the rules, history, lines and messages of operations.py, by set.

For imports of a group; whoever calls stands at the door of the whole group, and gives rows with their person,
establishment and function.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identities.assignments import records
from identities.assignments.models import Assignment, AssignmentChange, EndReason
from identities.assignments.records import change_of, facts_of, letter_about, moved_words, said_of
from identities.assignments.rules import (
    check_contract,
    check_function,
    check_period,
    check_place_open,
    check_reason,
)
from identities.assignments.states import ASSIGNMENT_TRANSITIONS, AssignmentState
from portal.dispatch.operations import Letter, post_all
from portal.foundation.clock import PARIS, now
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import insert_all, update_by_id
from portal.journal.operations import Act, Actor, Entry, record_set

AMENDED = Act(
    "assignment.amended", "{actor} a aligné {stay} de {person} ({site}) comme {function} : {period}."
)
_AMENDABLE = ("starts_at", "ends_at", "contract", "kind", "agency", "source", "end_reason")


@dataclass(frozen=True)
class Ending:
    """An affectation and the moment it ends, which may be gone by: the outside knew before us."""

    assignment: Assignment
    at: datetime
    reason: str


def start_assignments(*, actor: Actor, rows: Sequence[Assignment]) -> None:
    """Registers new affectations: running when they have begun, else planned.

    Refuses (DomainError) what `start_assignment` refuses of periods, functions and places, and (IntegrityError) the same
    function twice at one site at the same time; then nothing of the set is written.
    """
    moment = now()
    for row in rows:
        check_period(row.kind, row.starts_at, row.ends_at)
        check_contract(row.contract)
        check_function(row.function, row.starts_at.astimezone(PARIS).date())
        check_place_open(row.establishment, row.starts_at, row.ends_at)
        row.state = AssignmentState.RUNNING if row.starts_at <= moment else AssignmentState.PLANNED
        row.created_by = actor.actor_id
    insert_all(rows)
    changes = [change_of(actor, one, from_state="", ends_at_before=None, at=moment) for one in rows]
    _leave(actor, records.ARRIVED, changes, [None] * len(rows))
    _post("assignment.started", [one for one in rows if one.state == AssignmentState.RUNNING])


def end_assignments(*, actor: Actor, endings: Sequence[Ending]) -> None:
    """Ends running affectations and cancels planned ones; an end before the start is that of the start.

    Refuses (DomainError) an unknown reason, and rows that another person or the clock moved meanwhile: then nothing is
    written.
    """
    for one in endings:
        check_reason(one.reason)
    running = [one for one in endings if one.assignment.state == AssignmentState.RUNNING]
    planned = [one for one in endings if one.assignment.state == AssignmentState.PLANNED]
    by_end: dict[tuple[datetime, str], list[Ending]] = {}
    for one in running:
        by_end.setdefault((max(one.at, one.assignment.starts_at), one.reason), []).append(one)
    for (at, reason), some in by_end.items():
        _end_together(actor, some, at, reason)
    if planned:
        _moved(AssignmentState.CANCELLED, planned)
        _told(actor, planned, records.CANCELLED, lambda row: setattr(row, "state", AssignmentState.CANCELLED))


def _end_together(actor: Actor, endings: Sequence[Ending], at: datetime, reason: str) -> None:
    _moved(AssignmentState.ENDED, endings, ends_at=at, end_reason=reason)

    def end(row: Assignment) -> None:
        row.state, row.ends_at, row.end_reason = AssignmentState.ENDED, at, EndReason(reason)

    _told(actor, endings, records.ENDED, end)
    _post("assignment.ended", [one.assignment for one in endings])


def _moved(target: AssignmentState, endings: Sequence[Ending], **values: Any) -> None:
    rows = Assignment.objects.filter(pk__in=[one.assignment.pk for one in endings])
    if ASSIGNMENT_TRANSITIONS.move(rows, target, **values) != len(endings):
        raise DomainError(
            "Somebody was quicker",
            "Des affectations ont changé pendant l'opération : refaites le contrôle, puis recommencez.",
        )


def _told(actor: Actor, endings: Sequence[Ending], act: Act, become: Callable[[Assignment], None]) -> None:
    changes, facts = [], []
    for one in endings:
        row = one.assignment
        before = facts_of(row)
        become(row)
        reason = row.end_reason if row.state == AssignmentState.ENDED else ""
        changes.append(
            change_of(actor, row, from_state=before["state"], ends_at_before=before["ends_at"], reason=reason)
        )
        facts.append(before)
    _leave(actor, act, changes, facts)


def amend_assignments(*, actor: Actor, amendments: Mapping[Assignment, Mapping[str, Any]]) -> None:
    """Aligns open affectations on what the outside says of them: start, end, contract, kind, agency, source.

    Refuses (DomainError) a period or a place that the rules refuse, and a column that is none of these (KeyError).
    """
    changes, facts = [], []
    longer: list[Assignment] = []
    shorter: list[Assignment] = []
    for row, values in amendments.items():
        if set(values) - set(_AMENDABLE):
            raise KeyError(set(values) - set(_AMENDABLE))
        before = facts_of(row)
        for name, value in values.items():
            setattr(row, name, value)
        check_period(row.kind, row.starts_at, row.ends_at)
        check_place_open(row.establishment, row.starts_at, row.ends_at)
        changes.append(
            change_of(
                actor,
                row,
                from_state=before["state"],
                ends_at_before=before["ends_at"],
                reason=row.end_reason,
            )
        )
        facts.append(before)
        if row.ends_at != before["ends_at"]:
            later = row.ends_at is None or (before["ends_at"] is not None and row.ends_at > before["ends_at"])
            (longer if later else shorter).append(row)
    update_by_id(list(amendments), _AMENDABLE)
    _leave(actor, AMENDED, changes, facts)
    _post("assignment.extended", longer)
    _post("assignment.shortened", shorter)


def record_moves(*, actor: Actor, moves: Sequence[tuple[Assignment, Assignment]]) -> int:
    """Says that people changed site or function: (old stay, new one) of each, already written; says how many lines."""
    entries = [
        Entry("person", old.person_id, moved_words(old, new), site, facts_of(old), facts_of(new))
        for old, new in moves
        for site in dict.fromkeys((old.establishment_id, new.establishment_id))
    ]
    return record_set(actor, records.MOVED, entries)


def _leave(
    actor: Actor, act: Act, changes: Sequence[AssignmentChange], facts: Sequence[Mapping[str, Any] | None]
) -> None:
    insert_all(changes)
    entries = [
        Entry(
            "person",
            change.assignment.person_id,
            said_of(change.assignment),
            change.assignment.establishment_id,
            before,
            facts_of(change.assignment),
        )
        for change, before in zip(changes, facts, strict=True)
    ]
    record_set(actor, act, entries)


def _post(kind: str, rows: Sequence[Assignment]) -> list[Any]:
    letters: list[Letter] = [letter_about(kind, one) for one in rows]
    return post_all(letters)
