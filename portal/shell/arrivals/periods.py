"""When a stay ends: the choices offered, the instant each one means, and what the dates call into question."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices

from identities.assignments.models import AssignmentKind, ContractKind
from portal.foundation.clock import PARIS, end_of_day, now
from portal.foundation.errors import DomainError
from portal.foundation.forms import in_paris

LONG_MISSION = timedelta(days=365)
OLD_START = timedelta(days=7)
EVENING = 17
MORNING_HOUR = time(8, 0)


class EndChoice(TextChoices):
    TONIGHT = "tonight", "Ce soir"
    MORNING = "morning", "Demain matin, 8 h"
    THREE_DAYS = "three_days", "3 jours"
    SEVEN_DAYS = "seven_days", "7 jours"
    MONTH_END = "month_end", "Fin de mois"
    DATE = "date", "Autre date"
    NONE = "none", "Sans fin (CDI)"


_DAYS = {EndChoice.TONIGHT: 0, EndChoice.THREE_DAYS: 2, EndChoice.SEVEN_DAYS: 6}


def end_for(choice: str, starts_at: datetime) -> datetime | None:
    """The instant meant by a choice other than DATE; None without end. Days count the first one, and end at midnight.

    « Ce soir » of a start after midnight and « 3 jours » are the days written on the wall calendar in Paris.
    """
    first = starts_at.astimezone(PARIS).date()
    if choice == EndChoice.NONE:
        return None
    if choice == EndChoice.MORNING:
        return in_paris(first + timedelta(days=1), MORNING_HOUR)
    if choice == EndChoice.MONTH_END:
        return end_of_day(_last_of_month(first))
    return end_of_day(first + timedelta(days=_DAYS[EndChoice(choice)]))


def _last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def offered_ends(starts_at: datetime) -> list[tuple[str, str]]:
    """Choices and their labels. The morning after is offered from 17 h on."""
    evening = starts_at.astimezone(PARIS).hour >= EVENING
    choices = [one for one in EndChoice if evening or one != EndChoice.MORNING]
    return [(one.value, one.label) for one in choices]


def kind_for(contract: str, ends_at: datetime | None) -> AssignmentKind:
    """A CDI, and only it, may have no end and makes an affectation; the rest is a mission.

    Refuses (DomainError) another contract without end.
    """
    if contract == ContractKind.CDI:
        return AssignmentKind.AFFECTATION
    if ends_at is None:
        french = "Seul un CDI peut être sans fin. Choisissez une fin, ou le contrat CDI dans « Plus d'informations »."
        raise DomainError("Only a CDI has no end", french, "end_choice")
    return AssignmentKind.AFFECTATION if contract == ContractKind.CDD else AssignmentKind.MISSION


@dataclass(frozen=True)
class Question:
    """Something unusual that a person must confirm: its code is posted back once they did."""

    code: str
    french: str


def check_not_over(ends_at: datetime | None) -> None:
    """Refuses (DomainError) an end that has already gone by: nobody arrives for it."""
    if ends_at is not None and ends_at <= now():
        french = (
            "Cette fin est déjà passée : la personne ne serait jamais présente. Choisissez une fin à venir."
        )
        raise DomainError("Already over", french, "end_choice")


def questions_about(kind: str, starts_at: datetime, ends_at: datetime | None) -> list[Question]:
    """What the dates call into question: a mission of more than a year, a start more than 7 days ago."""
    asked = []
    if kind == AssignmentKind.MISSION and ends_at and ends_at - starts_at > LONG_MISSION:
        asked.append(Question("long", "Cette mission dure plus d'un an. Est-ce bien voulu ?"))
    if now() - starts_at > OLD_START:
        started = starts_at.astimezone(PARIS)
        asked.append(
            Question("old", f"Le début est il y a plus de 7 jours ({started:%d/%m/%Y}). Est-ce bien voulu ?")
        )
    return asked
