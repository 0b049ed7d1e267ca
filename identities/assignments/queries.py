"""Reads of affectations and missions: one person's, those of a period, their history."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from identities.assignments.figures import NO_FIGURES, SiteFigures, site_figures
from identities.assignments.functions import (
    FunctionOffer,
    function_for_label,
    functions_for_labels,
    functions_offered,
    usual_titles,
)
from identities.assignments.lists import NAMED, PeopleFilter, Presence, people_at, people_of_group
from identities.assignments.models import Assignment, AssignmentChange, NationalFunction
from identities.assignments.rules import in_words
from identities.assignments.states import AssignmentState
from identities.assignments.todo import Todo, todo_for_site

if TYPE_CHECKING:
    from identities.people.models import Person

__all__ = [
    "NO_FIGURES",
    "FunctionOffer",
    "Overlap",
    "PeopleFilter",
    "Presence",
    "SiteFigures",
    "Todo",
    "assignment_at",
    "assignment_seen",
    "assignments_of",
    "changes_of",
    "end_before_departure",
    "function_for_label",
    "functions_for_labels",
    "functions_offered",
    "halves_of_move",
    "is_cancelled",
    "national_function",
    "overlap_sentence",
    "overlaps",
    "people_at",
    "people_of_group",
    "site_figures",
    "submitted_assignment",
    "submitted_together",
    "todo_for_site",
    "usual_titles",
]


@dataclass(frozen=True)
class Overlap:
    """An affectation that stands at the same site at the same time. `same_function`: PostgreSQL would refuse another."""

    assignment: Assignment
    same_function: bool
    sentence: str


def assignments_of(person: "Person") -> QuerySet[Assignment]:
    """Every affectation and mission of a person that the current door sees, latest start first, cancelled ones too."""
    shown = [name for name in NAMED if not name.startswith("person__")]  # known already
    rows = person.assignments.select_related("establishment", "function", "unit")
    return rows.only(*shown, "establishment__name").order_by("-starts_at", "-id")


def assignment_at(establishment_id: UUID, assignment_id: UUID) -> Assignment | None:
    """One affectation of that site with its person and function; None when the current door does not see it."""
    return _named().filter(pk=assignment_id, establishment_id=establishment_id).first()


def is_cancelled(establishment_id: UUID, assignment_id: UUID) -> bool:
    """Also when its person is out of the site's sight since, which makes `assignment_at` find nothing."""
    rows = Assignment.objects.filter(pk=assignment_id, establishment_id=establishment_id)
    return rows.filter(state=AssignmentState.CANCELLED).exists()


def submitted_assignment(submission_key: str) -> Assignment | None:
    """What a form already sent with that key created."""
    return Assignment.objects.filter(submission_key=submission_key).first()


def submitted_together(prefix: str) -> QuerySet[Assignment]:
    """What the lines of one batch created, by name: their submission keys begin alike."""
    rows = Assignment.objects.filter(submission_key__startswith=prefix).select_related("person", "function")
    return rows.order_by("person__name_key", "starts_at")


def national_function(code: str) -> NationalFunction | None:
    """None for an unknown code; closed ones are known."""
    return NationalFunction.objects.filter(pk=code).first()


def overlaps(
    person_id: UUID,
    establishment_id: UUID,
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    function_code: str = "",
) -> list[Overlap]:
    """What the person already has at that site during the period (`ends_at` None: without end), earliest first.

    To be explained, not merged: two functions at once are allowed, twice the same one is not.
    """
    rows = (
        Assignment.objects.filter(person_id=person_id, establishment_id=establishment_id)
        .exclude(state=AssignmentState.CANCELLED)
        .filter(_before(ends_at), Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at))
        .select_related("function")
        .order_by("starts_at")
    )
    return [Overlap(one, one.function_id == function_code, overlap_sentence(one)) for one in rows]


def _before(ends_at: datetime | None) -> Q:
    return Q() if ends_at is None else Q(starts_at__lt=ends_at)


def overlap_sentence(assignment: Assignment) -> str:
    """« Aide-soignant, du 03/11/2026 à 07:00 au 22/11/2026 à minuit (en cours) »."""
    until = f"au {in_words(assignment.ends_at)}" if assignment.ends_at else "sans fin"
    state = assignment.get_state_display()
    return f"{assignment.function.label}, du {in_words(assignment.starts_at)} {until} ({state})"


def assignment_seen(assignment_id: UUID) -> Assignment | None:
    """One affectation wherever the current door sees it, whatever its state, with all that names it; else None."""
    return _named().filter(pk=assignment_id).first()


def halves_of_move(assignment: Assignment) -> tuple[Assignment | None, Assignment | None]:
    """The stay that ends and the one that begins, from either; None for a half that is not there or out of sight."""
    old = (
        assignment.moved_from_id if assignment.moved_from_id and not assignment.moved_to_id else assignment.pk
    )
    new = assignment.pk if old != assignment.pk else assignment.moved_to_id
    found = {one.pk: one for one in _named().filter(pk__in=[one for one in (old, new) if one])}
    return found.get(old) if old else None, found.get(new) if new else None


def _named() -> QuerySet[Assignment]:
    return Assignment.objects.select_related("person", "function", "establishment", "unit")


def changes_of(assignment: Assignment) -> QuerySet[AssignmentChange]:
    """Its history, latest first."""
    return AssignmentChange.objects.filter(assignment=assignment).order_by("-at", "-id")


def end_before_departure(assignment: Assignment) -> datetime | None:
    """The end that was planned before somebody scheduled the departure (the first, when scheduled several times)."""
    end = assignment.ends_at
    for change in changes_of(assignment):
        if not change.reason or change.from_state != change.to_state:
            break
        end = change.ends_at_before
    return end
