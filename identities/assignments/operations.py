"""Starting, ending, extending and cancelling affectations: each leaves a change, a line of the journal and, when the outside
must know, a message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from identities.assignments import records
from identities.assignments.models import Assignment
from identities.assignments.queries import (
    end_before_departure,
    national_function,
    overlaps,
    submitted_assignment,
)
from identities.assignments.records import change_of, facts_of, letter_about, said_of
from identities.assignments.rules import (
    OPEN_STATES,
    already_over,
    check_can_cancel_departure,
    check_can_end,
    check_can_extend,
    check_contract,
    check_function,
    check_period,
    check_place_open,
    check_reason,
    in_words,
)
from identities.assignments.states import ASSIGNMENT_TRANSITIONS, AssignmentState
from portal.dispatch.operations import post
from portal.foundation.clock import PARIS, now
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

_STRANGER = "Cette personne ne fait pas partie de votre groupe : recommencez la recherche."
_UNREACHABLE = {
    "assignments_assignment_person_id_same_group": "person_id",
    "assignments_assignment_replaced_person_id_same_group": "replaced_person_id",
}


def start_assignment(
    *,
    actor: Actor,
    person_id: UUID,
    establishment_id: UUID,
    function_code: str,
    kind: str,
    contract: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    agency: str = "",
    replaced_person_id: UUID | None = None,
    unit_id: UUID | None = None,
    submission_key: str | None = None,
) -> Assignment:
    """Registers an affectation or a mission: running when it has begun, else planned until the clock opens it.

    Sent again with the same `submission_key`, gives back what the first sending created. Refuses (DomainError, with its
    field): an end not after the start or a mission without end, an unknown or closed function, an establishment out of reach
    or closed at those dates, a person or a unit of elsewhere, the same function twice at one site at the same time.
    """
    replayed = submitted_assignment(submission_key) if submission_key else None
    if replayed is not None:
        return replayed
    row = Assignment(
        person_id=person_id,
        establishment_id=establishment_id,
        unit_id=unit_id,
        kind=kind,
        contract=contract,
        function_id=function_code,
        starts_at=starts_at,
        ends_at=ends_at,
        state=AssignmentState.RUNNING if starts_at <= now() else AssignmentState.PLANNED,
        agency=agency.strip(),
        replaced_person_id=replaced_person_id,
        submission_key=submission_key,
        created_by=actor.actor_id,
    )
    _check_new(row)
    if not _inserted(row):
        return Assignment.objects.get(submission_key=submission_key)
    _leave(actor, row, records.ARRIVED)
    if row.state == AssignmentState.RUNNING:
        post(letter_about("assignment.started", row))
    return row


def _check_new(row: Assignment) -> None:
    check_period(row.kind, row.starts_at, row.ends_at)
    check_contract(row.contract)
    row.function = check_function(national_function(row.function_id), row.starts_at.astimezone(PARIS).date())
    check_place_open(_found(row, "establishment"), row.starts_at, row.ends_at)
    if row.replaced_person_id is not None and row.replaced_person_id == row.person_id:
        french = "Une personne ne peut pas se remplacer elle-même : choisissez la personne absente."
        raise DomainError("Replaces itself", french, "replaced_person_id")
    unit = _found(row, "unit") if row.unit_id is not None else None
    if row.unit_id is not None and (unit is None or unit.establishment_id != row.establishment_id):
        french = "Ce service n'est pas celui de l'établissement : choisissez-le dans la liste."
        raise DomainError("Unit of another establishment", french, "unit_id")


def _found(row: Assignment, name: str) -> Any:
    """The related object, or None when the current door does not see it."""
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None


def _inserted(row: Assignment) -> bool:
    """False when the same form was already sent, at this very moment. Refuses (DomainError) what PostgreSQL refuses."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if row.submission_key and submitted_assignment(row.submission_key) is not None:
            return False
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint in _UNREACHABLE:
            raise DomainError("Person out of reach", _STRANGER, _UNREACHABLE[constraint]) from error
        raise _overlap(row, error, constraint) from error
    return True


def _overlap(row: Assignment, error: IntegrityError, constraint: str | None) -> Exception:
    """The French refusal when the same function overlaps; the error itself when it is another."""
    if constraint == "assignments_assignment_submitted_once":
        french = (
            "Ce formulaire a déjà servi dans un autre établissement : rechargez la page avant de recommencer."
        )
        return DomainError("Key of another site's form", french)
    if constraint != "assignments_assignment_once_at_a_time":
        return error
    found = overlaps(
        row.person_id, row.establishment_id, row.starts_at, row.ends_at, function_code=row.function_id
    )
    same = next((one.sentence for one in found if one.same_function and one.assignment.pk != row.pk), "")
    french = (
        f"Cette personne est déjà enregistrée ici dans cette fonction sur la période : {same}."
        " Prolongez-la, ou changez la fonction ou les dates."
    )
    return DomainError("Same function twice at one site", french, "starts_at")


def end_assignment(
    *, actor: Actor, assignment: Assignment, reason: str, at: datetime | None = None
) -> Assignment:
    """Ends a running affectation now, or schedules its end at a moment to come (`at`), which can be undone until then.

    Refuses (DomainError): already over or cancelled (also when another person was quicker), not begun, a moment gone by, a
    moment after the planned end, a reason outside of the list.
    """
    check_reason(reason)
    check_can_end(assignment, at)
    if at is not None and at > now():
        return _schedule(actor, assignment, reason, at)
    before = facts_of(assignment)
    moment = max(now(), assignment.starts_at)
    rows = Assignment.objects.filter(pk=assignment.pk)
    if not ASSIGNMENT_TRANSITIONS.move(rows, AssignmentState.ENDED, ends_at=moment, end_reason=reason):
        raise _too_late(assignment)
    assignment.state, assignment.ends_at, assignment.end_reason = AssignmentState.ENDED, moment, reason
    _leave(actor, assignment, records.ENDED, before=before, reason=reason)
    post(letter_about("assignment.ended", assignment))
    return assignment


def _schedule(actor: Actor, assignment: Assignment, reason: str, at: datetime) -> Assignment:
    if (assignment.ends_at, assignment.end_reason) == (at, reason):
        return assignment  # sent twice
    before = facts_of(assignment)
    _set_end(assignment, at, reason)
    _leave(actor, assignment, records.DEPARTURE_PLANNED, before=before, reason=reason)
    post(letter_about("assignment.shortened", assignment))
    return assignment


def extend_assignment(*, actor: Actor, assignment: Assignment, ends_at: datetime) -> Assignment:
    """Moves the planned end later; a scheduled departure is forgotten by it.

    Refuses (DomainError): over, without end, an end that is not later or already gone by, an establishment closed by then,
    the same function already planned after it, another person who was quicker.
    """
    check_can_extend(assignment, ends_at)
    check_place_open(assignment.establishment, assignment.starts_at, ends_at)
    before = facts_of(assignment)
    try:
        with transaction.atomic():
            _set_end(assignment, ends_at, "")
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        wanted = Assignment(**{one: getattr(assignment, one) for one in _SAME_PERIOD}, ends_at=ends_at)
        raise _overlap(wanted, error, constraint) from error
    _leave(actor, assignment, records.EXTENDED, before=before)
    post(letter_about("assignment.extended", assignment))
    return assignment


_SAME_PERIOD = ("id", "person_id", "establishment_id", "function_id", "starts_at")


def cancel_departure(*, actor: Actor, assignment: Assignment) -> Assignment:
    """Undoes a scheduled departure before it happens: the end is again what it was, from the history.

    Refuses (DomainError): already over, no departure scheduled, another person who was quicker.
    """
    check_can_cancel_departure(assignment)
    before = facts_of(assignment)
    _set_end(assignment, end_before_departure(assignment), "")
    _leave(actor, assignment, records.DEPARTURE_CANCELLED, before=before)
    post(letter_about("assignment.extended", assignment))
    return assignment


def cancel_assignment(*, actor: Actor, assignment: Assignment) -> Assignment:
    """Cancels what has not begun. Refuses (DomainError) what has, or is over or cancelled already."""
    if assignment.state == AssignmentState.RUNNING:
        french = "Cette mission a commencé : terminez-la plutôt que de l'annuler."
        raise DomainError("Has begun", french)
    before = facts_of(assignment)
    rows = Assignment.objects.filter(pk=assignment.pk)
    if not ASSIGNMENT_TRANSITIONS.move(rows, AssignmentState.CANCELLED):
        raise _too_late(assignment)
    assignment.state = AssignmentState.CANCELLED
    _leave(actor, assignment, records.CANCELLED, before=before)
    return assignment


def record_people_export(*, actor: Actor, establishment_id: UUID | None, count: int, what: str) -> None:
    """Leaves the line of an exported list: how many rows, and which list with which filters, in French."""
    record(
        actor,
        records.EXPORTED,
        object_kind="people_list",
        object_id=establishment_id,
        establishment_id=establishment_id,
        count=count,
        what=what,
    )


def _set_end(assignment: Assignment, ends_at: datetime | None, reason: str) -> None:
    """Conditional UPDATE: only from the end that was on the screen, so that of two people one wins."""
    rows = Assignment.objects.filter(pk=assignment.pk, state__in=OPEN_STATES, ends_at=assignment.ends_at)
    if not rows.update(ends_at=ends_at, end_reason=reason):
        raise _too_late(assignment)
    assignment.ends_at, assignment.end_reason = ends_at, reason


def _too_late(assignment: Assignment) -> DomainError:
    """Somebody, or the clock, was quicker: says what the row has become."""
    found = Assignment.objects.filter(pk=assignment.pk).first()
    if found is None or found.state not in OPEN_STATES:
        return DomainError("Another was quicker", already_over(found or assignment))
    end = f"le {in_words(found.ends_at)}" if found.ends_at else "sans fin"
    french = (
        f"Quelqu'un vient de la modifier : la fin est maintenant {end}. Vérifiez, puis recommencez si besoin."
    )
    return DomainError("Another was quicker", french)


def _leave(
    actor: Actor,
    assignment: Assignment,
    act: Act,
    *,
    before: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """The change and the line of the journal, in the person's history."""
    was = before or {"state": "", "ends_at": None}
    change_of(actor, assignment, from_state=was["state"], ends_at_before=was["ends_at"], reason=reason).save()
    record(
        actor,
        act,
        object_kind="person",
        object_id=assignment.person_id,
        establishment_id=assignment.establishment_id,
        before=before,
        after=facts_of(assignment),
        **said_of(assignment),
    )
