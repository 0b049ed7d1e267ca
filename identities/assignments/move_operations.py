"""Changes of site or function: the old stay closes and the new one opens at the same instant, for the same person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from identities.assignments import records
from identities.assignments.models import Assignment, EndReason
from identities.assignments.move_rules import check_can_move, check_can_undo_move, check_is_a_move
from identities.assignments.operations import (
    cancel_assignment,
    cancel_departure,
    end_assignment,
    start_assignment,
)
from identities.assignments.queries import halves_of_move
from identities.assignments.records import change_of, facts_of, letter_about, moved_words
from identities.assignments.rules import OPEN_STATES
from identities.assignments.states import AssignmentState
from portal.dispatch.operations import post
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record


@dataclass(frozen=True)
class Destination:
    """Where somebody goes. `ends_at` None: without end, which a mission cannot be."""

    establishment_id: UUID
    function_code: str
    unit_id: UUID | None = None
    ends_at: datetime | None = None


def move_assignment(
    *, actor: Actor, assignment: Assignment, to: Destination, at: datetime | None = None
) -> Assignment:
    """Closes a stay and opens the next one of the same person at the same instant, now or at a moment to come (`at`).

    Gives back the new stay: running, or planned until the clock opens it. A planned stay that changes from its very start is
    cancelled and replaced. Refuses (DomainError, with its field): over, a departure or another change already decided, a
    moment gone by or before the start, nothing that changes, and what starting an affectation refuses; then nothing is
    written.
    """
    check_can_move(assignment, at)
    check_is_a_move(assignment, to.establishment_id, to.function_code, to.unit_id)
    with transaction.atomic():
        begins, stays_linked = _close(actor, assignment, at)
        new = start_assignment(
            actor=actor,
            person_id=assignment.person_id,
            establishment_id=to.establishment_id,
            function_code=to.function_code,
            unit_id=to.unit_id,
            kind=assignment.kind,
            contract=assignment.contract,
            agency=assignment.agency,
            starts_at=begins,
            ends_at=to.ends_at,
        )
        if stays_linked:
            _link(assignment, new)
        _say(actor, records.MOVED, assignment, new)
    return new


def _close(actor: Actor, assignment: Assignment, at: datetime | None) -> tuple[datetime, bool]:
    """When the new stay begins, and whether the old one was shortened rather than cancelled."""
    begins = at if at is not None and at > now() else None
    if assignment.state == AssignmentState.RUNNING:
        reason = EndReason.TRANSFER.value
        end_assignment(actor=actor, assignment=assignment, reason=reason, at=begins)
        assert assignment.ends_at is not None  # noqa: S101
        return assignment.ends_at, True
    starts_at = assignment.starts_at
    if begins is None or begins == starts_at:
        cancel_assignment(actor=actor, assignment=assignment)
        return starts_at, False
    _shorten_planned(actor, assignment, begins)
    return begins, True


def _shorten_planned(actor: Actor, assignment: Assignment, ends_at: datetime) -> None:
    """A stay that has not begun will last until the change."""
    before = facts_of(assignment)
    rows = Assignment.objects.filter(
        pk=assignment.pk, state=AssignmentState.PLANNED, ends_at=assignment.ends_at
    )
    if not rows.update(ends_at=ends_at, end_reason=EndReason.TRANSFER):
        raise DomainError(
            "Another was quicker", "Quelqu'un vient de la modifier : vérifiez, puis recommencez si besoin."
        )
    assignment.ends_at, assignment.end_reason = ends_at, EndReason.TRANSFER
    change_of(
        actor,
        assignment,
        from_state=before["state"],
        ends_at_before=before["ends_at"],
        reason=EndReason.TRANSFER,
    ).save()
    post(letter_about("assignment.shortened", assignment))


def _link(old: Assignment, new: Assignment) -> None:
    Assignment.objects.filter(pk=old.pk).update(moved_to=new)
    Assignment.objects.filter(pk=new.pk).update(moved_from=old)
    old.moved_to, new.moved_from = new, old


def undo_move(*, actor: Actor, assignment: Assignment) -> Assignment:
    """Undoes a change before it takes effect, from either half; gives back the old stay, with the end that it had.

    Refuses (DomainError): no change to come, one half out of reach, a half that was changed since, somebody quicker.
    """
    old, new = check_can_undo_move(*halves_of_move(assignment))
    with transaction.atomic():
        if new.state == AssignmentState.PLANNED:
            cancel_assignment(actor=actor, assignment=new)
        Assignment.objects.filter(pk=old.pk).update(moved_to=None)
        old.moved_to = None
        _bring_back(actor, old)
        _say(actor, records.MOVE_UNDONE, old, new)
    return old


def _bring_back(actor: Actor, old: Assignment) -> None:
    if old.state == AssignmentState.RUNNING:
        cancel_departure(actor=actor, assignment=old)
        return
    last = old.changes.filter(reason=EndReason.TRANSFER).latest("at", "id")
    before = facts_of(old)
    Assignment.objects.filter(pk=old.pk, state__in=OPEN_STATES).update(
        ends_at=last.ends_at_before, end_reason=""
    )
    old.ends_at, old.end_reason = last.ends_at_before, ""
    change_of(actor, old, from_state=before["state"], ends_at_before=before["ends_at"]).save()
    post(letter_about("assignment.extended", old))


def _say(actor: Actor, act: Act, old: Assignment, new: Assignment) -> None:
    """In the person's history, for the place that is left and, when it is another, for the one that is joined."""
    for site in dict.fromkeys((old.establishment_id, new.establishment_id)):
        record(
            actor,
            act,
            object_kind="person",
            object_id=old.person_id,
            establishment_id=site,
            before=facts_of(old),
            after=facts_of(new),
            **moved_words(old, new),
        )
