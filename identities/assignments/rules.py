"""What a stay may be, when it may end or go on, and the moments that the end choices of the screens mean."""

from datetime import date, datetime, timedelta
from typing import Protocol

from django.db.models import TextChoices

from identities.assignments.models import (
    Assignment,
    AssignmentKind,
    ContractKind,
    EndReason,
    NationalFunction,
)
from identities.assignments.states import AssignmentState
from portal.foundation.clock import PARIS, end_of_day, now
from portal.foundation.errors import DomainError

OPEN_STATES = (AssignmentState.PLANNED, AssignmentState.RUNNING)
SEEN_AFTER_THE_END = timedelta(days=365)  # the site's wall of 0002_walls.py says 12 months
MINUTE = timedelta(minutes=1)


class ExtensionChoice(TextChoices):
    TONIGHT = "tonight", "Ce soir"
    THREE_DAYS = "three_days", "3 jours de plus"
    SEVEN_DAYS = "seven_days", "7 jours de plus"
    MONTH_END = "month_end", "Fin de mois"
    DATE = "date", "Autre date"


class Place(Protocol):
    """What is read of an establishment."""

    name: str
    opened_on: date | None
    closed_on: date | None


def in_words(moment: datetime) -> str:
    """« 22/11/2026 à 14:32 » in Paris; a stay that ends with the day, « 22/11/2026 à minuit »."""
    local = moment.astimezone(PARIS)
    if (local.hour, local.minute) == (0, 0):
        return f"{local - timedelta(days=1):%d/%m/%Y} à minuit"
    return f"{local:%d/%m/%Y à %H:%M}"


def check_period(kind: str, starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuses (DomainError) a mission without end, an end that is not after the start, and a stay over for 12 months."""
    if kind not in AssignmentKind.values:
        raise DomainError("Unknown kind", "Choisissez une affectation ou une mission.", "kind")
    if ends_at is None:
        if kind == AssignmentKind.MISSION:
            french = "Une mission a toujours une fin : indiquez-la, vous pourrez la prolonger."
            raise DomainError("Mission without end", french, "ends_at")
        return
    if ends_at <= starts_at:
        french = "La fin doit être après le début : choisissez une fin plus tardive."
        raise DomainError("Ends before it starts", french, "ends_at")
    if ends_at <= now() - SEEN_AFTER_THE_END:
        french = "Cette période est terminée depuis plus de 12 mois : vérifiez les dates."
        raise DomainError("Over for more than 12 months", french, "ends_at")


def check_contract(contract: str) -> None:
    """Refuses (DomainError) a contract outside of the list."""
    if contract not in ContractKind.values:
        raise DomainError("Unknown contract", "Choisissez le contrat dans la liste.", "contract")


def check_function(function: NationalFunction | None, on: date) -> NationalFunction:
    """Refuses (DomainError) a function that is unknown, closed on that day, or never used for an affectation.

    NOS: a code closed on a day (AMP 323 and AVS 318 on 22/12/2025) is refused from that day on, not before it.
    """
    if function is None:
        french = "Cette fonction n'existe pas dans la nomenclature : choisissez-la dans la liste."
        raise DomainError("Unknown function", french, "function_code")
    if function.closed_on is not None and on >= function.closed_on:
        french = f"La fonction « {function.label} » est fermée depuis le {function.closed_on:%d/%m/%Y}."
        raise DomainError(
            "Closed function", f"{french} Choisissez celle qui la remplace dans la liste.", "function_code"
        )
    if function.closed_on is None and not (function.is_selectable or function.is_common):
        french = f"La fonction « {function.label} » ne peut pas être choisie : prenez celle de la liste qui s'en approche."
        raise DomainError("Function that nobody registers", french, "function_code")
    return function


def check_place_open(place: Place | None, starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuses (DomainError) an establishment out of reach, not open yet at the start, or closed before the end."""
    if place is None:
        french = "Cet établissement ne fait pas partie de votre périmètre : choisissez-en un de la liste."
        raise DomainError("Establishment out of reach", french, "establishment_id")
    if place.opened_on and starts_at.astimezone(PARIS).date() < place.opened_on:
        french = (
            f"{place.name} ouvre le {place.opened_on:%d/%m/%Y} : choisissez un début à partir de ce jour."
        )
        raise DomainError("Establishment not open yet", french, "starts_at")
    if place.closed_on is None:
        return
    closing = end_of_day(place.closed_on)
    if starts_at >= closing:
        french = f"{place.name} est fermé depuis le {place.closed_on:%d/%m/%Y} : choisissez un autre établissement."
        raise DomainError("Establishment closed", french, "establishment_id")
    if ends_at and ends_at > closing:
        french = (
            f"{place.name} ferme le {place.closed_on:%d/%m/%Y} : choisissez une fin au plus tard ce jour-là."
        )
        raise DomainError("Ends after the establishment closes", french, "ends_at")


def check_reason(reason: str) -> None:
    """Refuses (DomainError) an end reason outside of the list."""
    if reason not in EndReason.values:
        raise DomainError("Unknown reason", "Choisissez le motif de fin dans la liste.", "reason")


def can_end(assignment: Assignment) -> bool:
    """Is running, so may end now or later."""
    return assignment.state == AssignmentState.RUNNING


def check_can_end(assignment: Assignment, at: datetime | None) -> None:
    """Refuses (DomainError) what is over or has not begun, a moment already gone by, and one after the planned end.

    `at` None means now; the minute that has just begun counts as now.
    """
    if assignment.state == AssignmentState.PLANNED:
        french = f"Cette arrivée est prévue le {in_words(assignment.starts_at)} : annulez-la plutôt que de la terminer."
        raise DomainError("Has not begun", french)
    if not can_end(assignment):
        raise DomainError("Already over", already_over(assignment))
    if at is None:
        return
    if at <= now() - MINUTE:
        raise DomainError(
            "End in the past",
            "Ce moment est déjà passé : choisissez « maintenant » ou un moment à venir.",
            "at",
        )
    if assignment.ends_at and at > assignment.ends_at:
        french = f"La fin est déjà prévue plus tôt, le {in_words(assignment.ends_at)} : prolongez plutôt cette mission."
        raise DomainError("Ends later than planned", french, "at")


def already_over(assignment: Assignment) -> str:
    """The French sentence for whoever comes second."""
    if assignment.state == AssignmentState.CANCELLED:
        return "Cette arrivée a déjà été annulée : il n'y a plus rien à faire."
    when = f" le {in_words(assignment.ends_at)}" if assignment.ends_at else ""
    return f"Déjà terminée{when} : il n'y a plus rien à faire. Pour un retour, faites une nouvelle arrivée."


def can_extend(assignment: Assignment) -> bool:
    """Is planned or running, with an end."""
    return assignment.state in OPEN_STATES and assignment.ends_at is not None and not assignment.moved_to_id


def check_can_extend(assignment: Assignment, ends_at: datetime) -> None:
    """Refuses (DomainError) what is over or has no end, and an end that is not after the planned one and after now."""
    if assignment.state not in OPEN_STATES:
        raise DomainError("Already over", already_over(assignment))
    check_not_moving(assignment)
    if assignment.ends_at is None:
        raise DomainError(
            "Has no end", "Cette affectation est sans fin : il n'y a rien à prolonger.", "ends_at"
        )
    if ends_at <= assignment.ends_at:
        french = (
            f"La fin est déjà prévue le {in_words(assignment.ends_at)} : choisissez une fin plus tardive."
        )
        raise DomainError("Not an extension", french, "ends_at")
    if ends_at <= now():
        raise DomainError(
            "End in the past", "Cette fin est déjà passée : choisissez une fin à venir.", "ends_at"
        )


def can_cancel(assignment: Assignment) -> bool:
    """Has not begun."""
    return assignment.state == AssignmentState.PLANNED


def can_cancel_departure(assignment: Assignment) -> bool:
    """Is running, and somebody (not the contract) decided its end: an end reason is written in advance."""
    decided = assignment.state == AssignmentState.RUNNING and bool(assignment.end_reason)
    return decided and not is_moving(assignment)


def check_can_cancel_departure(assignment: Assignment) -> None:
    """Refuses (DomainError) what is over, and what nobody decided to end."""
    if assignment.state != AssignmentState.RUNNING:
        raise DomainError("Already over", already_over(assignment))
    check_not_moving(assignment)
    if not assignment.end_reason:
        raise DomainError("No departure to cancel", "Aucun départ n'est programmé : il n'y a rien à annuler.")


def is_moving(assignment: Assignment) -> bool:
    """Is one of the two halves of a change of site or function that has not taken effect."""
    if assignment.state == AssignmentState.PLANNED and assignment.moved_from_id:
        return True
    return assignment.state in OPEN_STATES and assignment.moved_to_id is not None


def check_not_moving(assignment: Assignment) -> None:
    """Refuses (DomainError) to stretch or bring back a stay that a change to come ends: the change is undone whole."""
    if is_moving(assignment):
        french = (
            "Un changement de site ou de fonction est prévu : annulez-le d'abord, depuis la page de la personne "
            "ou la liste des professionnels."
        )
        raise DomainError("Half of a change", french)


def can_move(assignment: Assignment) -> bool:
    """Is planned or running, and nobody has decided its departure or a change yet."""
    return assignment.state in OPEN_STATES and not assignment.end_reason and not is_moving(assignment)


def default_reason(assignment: Assignment, at: datetime | None) -> EndReason:
    """« fin prévue » on the planned day or after it, « départ anticipé » before it."""
    planned = assignment.ends_at
    day = (at or now()).astimezone(PARIS).date()
    on_time = planned is not None and (planned - MINUTE).astimezone(PARIS).date() <= day
    return EndReason.SCHEDULED if on_time else EndReason.EARLY


def tonight() -> datetime:
    """The end of the day in Paris: the first instant of tomorrow."""
    return end_of_day(now().astimezone(PARIS).date())


def extension_end(choice: str, assignment: Assignment) -> datetime | None:
    """The instant that a choice means, at the same time of day as the planned end; None for DATE or without end.

    « 3 jours de plus » counts from the planned end, on the wall clock in Paris.
    """
    if assignment.ends_at is None or choice == ExtensionChoice.DATE:
        return None
    planned = assignment.ends_at.astimezone(PARIS)
    if choice == ExtensionChoice.TONIGHT:
        return tonight()
    if choice == ExtensionChoice.MONTH_END:
        last_day = (planned - MINUTE).date()
        return end_of_day((last_day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    days = {ExtensionChoice.THREE_DAYS: 3, ExtensionChoice.SEVEN_DAYS: 7}[ExtensionChoice(choice)]
    return planned + timedelta(days=days)


def offered_extensions(assignment: Assignment) -> list[tuple[ExtensionChoice, datetime]]:
    """The choices that make the stay longer, with the end each one means."""
    ends = ((choice, extension_end(choice, assignment)) for choice in ExtensionChoice)
    return [(choice, end) for choice, end in ends if end and assignment.ends_at and end > assignment.ends_at]
