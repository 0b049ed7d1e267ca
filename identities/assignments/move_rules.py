"""When somebody may change site or function, and when that may be undone."""

from datetime import datetime
from uuid import UUID

from identities.assignments.models import Assignment, EndReason
from identities.assignments.rules import MINUTE, OPEN_STATES, already_over, check_not_moving, in_words
from identities.assignments.states import AssignmentState
from portal.foundation.clock import now
from portal.foundation.errors import DomainError


def check_can_move(assignment: Assignment, at: datetime | None) -> None:
    """Refuses (DomainError) to change a stay that is over or about to leave, and a moment gone by, before its start, or
    not before its end. `at` None means now, or the start of what has not begun."""
    if assignment.state not in OPEN_STATES:
        raise DomainError("Already over", already_over(assignment))
    check_not_moving(assignment)
    if assignment.end_reason and assignment.ends_at:
        french = f"Un départ est programmé le {in_words(assignment.ends_at)} : annulez-le avant de changer l'affectation."
        raise DomainError("Departure already decided", french)
    if at is None:
        return
    if at <= now() - MINUTE:
        french = "Ce moment est déjà passé : choisissez « Maintenant » ou un moment à venir."
        raise DomainError("Change in the past", french, "at")
    if at < assignment.starts_at:
        french = f"L'affectation commence le {in_words(assignment.starts_at)} : choisissez ce moment ou un plus tardif."
        raise DomainError("Change before the start", french, "at")
    if assignment.ends_at and at >= assignment.ends_at:
        french = (
            f"L'affectation se termine le {in_words(assignment.ends_at)} : choisissez un moment plus tôt."
        )
        raise DomainError("Change after the end", french, "at")


def check_is_a_move(
    assignment: Assignment, establishment_id: UUID, function_code: str, unit_id: UUID | None
) -> None:
    """Refuses (DomainError) the same site, function and service as now."""
    now_held = (assignment.establishment_id, assignment.function_id, assignment.unit_id)
    if now_held == (establishment_id, function_code, unit_id):
        french = "Rien ne change : choisissez un autre établissement, une autre fonction ou un autre service."
        raise DomainError("Nothing changes", french, "establishment_id")


def check_can_undo_move(old: Assignment | None, new: Assignment | None) -> tuple[Assignment, Assignment]:
    """Both halves. Refuses (DomainError) a half out of reach, a change that took effect, a departure altered since."""
    if old is None or new is None:
        french = (
            "L'autre établissement de ce changement n'est pas dans votre périmètre : demandez à un administrateur "
            "du groupe de l'annuler."
        )
        raise DomainError("Half out of reach", french)
    if old.state not in OPEN_STATES or new.state not in (AssignmentState.PLANNED, AssignmentState.CANCELLED):
        french = "Ce changement a pris effet : pour revenir en arrière, faites un nouveau changement."
        raise DomainError("Took effect", french)
    if old.ends_at != new.starts_at or old.end_reason != EndReason.TRANSFER:
        french = (
            "Le départ de l'ancienne affectation a été modifié depuis : annulez l'arrivée prévue, puis réglez la fin "
            "de l'ancienne."
        )
        raise DomainError("Altered since", french)
    return old, new
