"""What every change of an affectation leaves behind: its history row, its sentence for the journal, its message."""

from datetime import datetime
from typing import Any

from identities.assignments.models import Assignment, AssignmentChange, EndReason
from identities.assignments.rules import in_words
from portal.dispatch.operations import Letter
from portal.foundation.clock import now
from portal.journal.operations import Act, Actor, Machine

CLOCK = Machine("L'horloge des missions")

ARRIVED = Act(
    "assignment.started", "{actor} a enregistré l'arrivée de {person} ({site}) comme {function}, {period}."
)
BEGUN = Act("assignment.begun", "{actor} a ouvert {stay} de {person} ({site}) comme {function}, {period}.")
ENDED = Act(
    "assignment.ended", "{actor} a mis fin à {stay} de {person} ({site}), {period}, motif : {reason}."
)
DEPARTURE_PLANNED = Act(
    "assignment.departure_planned",
    "{actor} a programmé le départ de {person} ({site}) {until}, motif : {reason}.",
)
DEPARTURE_CANCELLED = Act(
    "assignment.departure_cancelled",
    "{actor} a annulé le départ programmé de {person} ({site}), {period}.",
)
EXTENDED = Act("assignment.extended", "{actor} a prolongé {stay} de {person} ({site}) jusqu'{until}.")
CANCELLED = Act("assignment.cancelled", "{actor} a annulé l'arrivée prévue de {person} ({site}), {period}.")
MOVED = Act("person.moved", "{actor} a fait changer {person} d'affectation {when} : {left} → {joined}.")
MOVE_UNDONE = Act(
    "person.move_undone",
    "{actor} a annulé le changement d'affectation de {person} prévu {when} : {left} → {joined}.",
)
EXPORTED = Act(
    "assignment.exported", "{actor} a exporté {count} lignes de la liste des professionnels ({what})."
)


def change_of(
    actor: Actor,
    assignment: Assignment,
    *,
    from_state: str,
    ends_at_before: datetime | None,
    reason: str = "",
    at: datetime | None = None,
) -> AssignmentChange:
    """The history row of what `assignment` has become, not written yet."""
    return AssignmentChange(
        assignment=assignment,
        establishment_id=assignment.establishment_id,
        at=at or now(),
        by_id=actor.actor_id,
        by_name=actor.actor_name,
        from_state=from_state,
        to_state=assignment.state,
        ends_at_before=ends_at_before,
        ends_at_after=assignment.ends_at,
        reason=reason,
    )


def said_of(assignment: Assignment) -> dict[str, str]:
    """The words that the sentences above are filled with."""
    until = f"au {in_words(assignment.ends_at)}" if assignment.ends_at else "sans fin"
    return {
        "person": assignment.person.display_name,
        "site": assignment.establishment.name,
        "function": assignment.function.label,
        "stay": "la mission" if assignment.kind == "mission" else "l'affectation",
        "period": f"du {in_words(assignment.starts_at)} {until}",
        "until": until,
        "reason": EndReason(assignment.end_reason).label if assignment.end_reason else "",
    }


def moved_words(old: Assignment, new: Assignment) -> dict[str, str]:
    """The words of a change of site or function: « aide-soignant (EHPAD Les Tilleuls) », and when it takes effect."""
    return {
        "person": old.person.display_name,
        "when": f"le {in_words(new.starts_at)}",
        "left": f"{old.function.label} ({old.establishment.name})",
        "joined": f"{new.function.label} ({new.establishment.name})",
    }


def facts_of(assignment: Assignment) -> dict[str, Any]:
    """What the journal keeps of it, before or after."""
    return {
        "assignment_id": assignment.pk,
        "state": assignment.state,
        "starts_at": assignment.starts_at,
        "ends_at": assignment.ends_at,
        "end_reason": assignment.end_reason,
    }


def letter_about(kind: str, assignment: Assignment) -> Letter:
    """« assignment.started », « .extended », « .shortened » or « .ended »: ids only, one at a time per person."""
    ids = {"assignment_id": str(assignment.pk), "person_id": str(assignment.person_id)}
    return Letter(kind=kind, payload=ids, ordering_key=f"person:{assignment.person_id}")
