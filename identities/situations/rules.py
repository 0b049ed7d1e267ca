"""What may be done of a situation to close, and how long it may wait."""

from datetime import date

from identities.assignments.models import EndReason
from identities.registrations.models import ActivityEndReason
from identities.situations.models import SituationToClose
from identities.situations.states import SituationState
from portal.foundation.clock import PARIS
from portal.foundation.errors import DomainError

LATE_DAYS = 3  # ours: no text gives a delay; « employer must remove the workplace » (RPPS+ portal guide)
DIRECTORY_DAYS = (
    7  # ours: the portal says the Annuaire Santé follows within 24 h; a week allows for its files
)
MAX_REASON = 300
ECPS_STAYS = (
    "L'e-CPS de la personne lui appartient : elle n'est pas touchée."
    " Seule son activité dans cet établissement prend fin."
)
# Of our reasons of departure, those that JDV_J92 names otherwise (ours); every other one is « Autre motif ».
_REASONS = {
    EndReason.TRANSFER.value: ActivityEndReason.PLACE,
    EndReason.RETIREMENT.value: ActivityEndReason.SALARIED_RETIREMENT,
}


def proposed_reason(end_reason: str) -> ActivityEndReason:
    """The reason of JDV_J92 that a reason of departure suggests; a person confirms it."""
    return _REASONS.get(end_reason, ActivityEndReason.OTHER)


def days_waiting(situation: SituationToClose, today: date) -> int:
    """Whole days since the departure was known, in Paris."""
    return (today - situation.opened_at.astimezone(PARIS).date()).days


def is_late(situation: SituationToClose, today: date) -> bool:
    """Still to be closed by a person over `LATE_DAYS` after it was opened."""
    return situation.state == SituationState.OPEN and days_waiting(situation, today) > LATE_DAYS


def can_settle(situation: SituationToClose) -> bool:
    """Whether closing it, asking for its end or setting it aside is offered."""
    return situation.state == SituationState.OPEN


def check_can_settle(situation: SituationToClose) -> None:
    """Refuses (DomainError) a situation that is settled, or whose end is already asked."""
    if not can_settle(situation):
        raise already_settled(situation)


def already_settled(situation: SituationToClose) -> DomainError:
    """The refusal to whoever comes second."""
    french = (
        "La fin de cette activité est déjà demandée par l'API : retirez d'abord la demande si vous passez par le portail."
        if situation.state == SituationState.ASKED
        else "Cette situation est déjà réglée : rechargez la page pour voir par qui."
    )
    return DomainError(f"Situation {situation.pk} is {situation.state}", french)


def check_end_reason(code: str) -> None:
    """Refuses (DomainError) a reason that JDV_J92 does not have."""
    if code not in ActivityEndReason.values:
        raise DomainError(f"Unknown reason {code}", "Choisissez le motif de fin dans la liste.", "end_reason")


def check_closed_on(closed_on: date, starts_on: date, today: date) -> None:
    """Refuses (DomainError) a day to come, and a day before the person began there."""
    if closed_on > today:
        french = "Cette date est dans le futur : indiquez le jour où la fin a été saisie au portail."
        raise DomainError("Closed in the future", french, "closed_on")
    if closed_on < starts_on:
        french = f"La personne n'est arrivée que le {starts_on:%d/%m/%Y} : vérifiez la date."
        raise DomainError("Closed before it began", french, "closed_on")


def checked_reason(reason: str) -> str:
    """The reason, its spaces made single. Refuses (DomainError) an empty one."""
    told = " ".join(reason.split())[:MAX_REASON]
    if not told:
        raise DomainError("A reason is needed", "Indiquez pourquoi il n'y a rien à clore.", "reason")
    return told
