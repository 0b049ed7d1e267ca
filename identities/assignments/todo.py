"""« À faire aujourd'hui » of a site: French sentences, and the address where each is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Q

from identities.assignments.figures import SOON
from identities.assignments.models import Assignment
from identities.assignments.rules import tonight
from identities.assignments.states import AssignmentState
from portal.foundation.clock import PARIS, now

NAMED = 3
CLOCK_GRACE = timedelta(minutes=2)
_SAID = ("state", "starts_at", "ends_at", "person__birth_name", "person__usage_name", "person__first_names")


@dataclass(frozen=True)
class Todo:
    """One line. Severity: danger, warn, info. `route` takes group_slug and establishment_id, and `query` goes after it."""

    severity: str
    text: str
    detail: str
    route: str
    action: str
    query: dict[str, str] = field(default_factory=dict)


def todo_for_site(establishment_id: UUID) -> list[Todo]:
    """What the site has to do today about its missions and arrivals, most urgent first: one statement."""
    here = Assignment.objects.filter(establishment_id=establishment_id).select_related("person").only(*_SAID)
    soon = Q(state=AssignmentState.RUNNING, ends_at__lte=now() + SOON)
    today = Q(state=AssignmentState.PLANNED, starts_at__lt=tonight())
    rows = list(here.filter(soon | today))
    ending = sorted((one for one in rows if one.state == AssignmentState.RUNNING), key=attrgetter("ends_at"))
    arriving = sorted(
        (one for one in rows if one.state == AssignmentState.PLANNED), key=attrgetter("starts_at")
    )
    return [*_leaving_today(ending), *_arriving_today(arriving), *_leaving_soon(ending)]


def _named(rows: list[Assignment], moment: str) -> str:
    """« MARTIN Jeanne (18:00), LE GOFF Anne (minuit) et 2 autres »."""
    said = [f"{one.person.display_name}{_at(one, moment)}" for one in rows[:NAMED]]
    rest = len(rows) - NAMED
    return ", ".join(said) + (f" et {rest} autre{'s' * (rest > 1)}" if rest > 0 else "")


def _at(one: Assignment, moment: str) -> str:
    at = getattr(one, moment) if moment else None
    if at is None:
        return ""
    local = at.astimezone(PARIS)
    return " (minuit)" if (local.hour, local.minute) == (0, 0) else f" ({local:%H:%M})"


def _leaving_today(ending: list[Any]) -> Iterator[Todo]:
    late_since, night = now() - CLOCK_GRACE, tonight()
    late = [one for one in ending if one.ends_at <= late_since]
    if late:
        text = (
            f"{_missions(late, 'aurait', 'auraient')} dû se terminer : prévenez votre service informatique."
        )
        yield Todo("danger", text, _named(late, "ends_at"), "assignments:departures", "Terminer")
    today = [one for one in ending if late_since < one.ends_at <= night]
    if today:
        text = f"{_missions(today, 'se termine', 'se terminent')} aujourd'hui."
        yield Todo("warn", text, _named(today, "ends_at"), "assignments:departures", "Voir les départs")


def _arriving_today(arriving: list[Assignment]) -> Iterator[Todo]:
    if arriving:
        count = len(arriving)
        text = (
            "Une personne arrive aujourd'hui." if count == 1 else f"{count} personnes arrivent aujourd'hui."
        )
        query = {"presence": "a-venir"}
        detail = _named(arriving, "starts_at")
        yield Todo("info", text, detail, "assignments:people_of_site", "Voir les arrivées", query)


def _leaving_soon(ending: list[Any]) -> Iterator[Todo]:
    night = tonight()
    rows = [one for one in ending if one.ends_at > night]
    if rows:
        text = f"{_missions(rows, 'se termine', 'se terminent')} dans les 72 heures."
        query = {"fin": "72h"}
        yield Todo("info", text, _named(rows, ""), "assignments:people_of_site", "Voir ou prolonger", query)


def _missions(rows: list[Assignment], one: str, several: str) -> str:
    return f"Une mission {one}" if len(rows) == 1 else f"{len(rows)} missions {several}"
