"""« À faire aujourd'hui » of a site: French sentences, and the address where each is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from identities.assignments.figures import SOON
from identities.assignments.models import Assignment
from identities.assignments.rules import tonight
from identities.assignments.states import AssignmentState
from portal.foundation.clock import PARIS, now

NAMED = 3
CLOCK_GRACE = timedelta(minutes=2)


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
    """What the site has to do today about its missions, arrivals and identity checks, most urgent first."""
    here = Assignment.objects.filter(establishment_id=establishment_id).select_related("person")
    running = here.filter(state=AssignmentState.RUNNING)
    return [
        *_late(running),
        *_leaving_today(running),
        *_arriving_today(here),
        *_unchecked(running),
        *_leaving_soon(running),
    ]


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


def _late(running: QuerySet[Assignment]) -> Iterator[Todo]:
    rows = list(running.filter(ends_at__lte=now() - CLOCK_GRACE).order_by("ends_at"))
    if rows:
        text = f"{_missions(len(rows), 'aurait', 'auraient')} dû se terminer : prévenez votre service informatique."
        yield Todo("danger", text, _named(rows, "ends_at"), "assignments:departures", "Terminer")


def _leaving_today(running: QuerySet[Assignment]) -> Iterator[Todo]:
    rows = list(running.filter(ends_at__gt=now() - CLOCK_GRACE, ends_at__lte=tonight()).order_by("ends_at"))
    if rows:
        text = f"{_missions(len(rows), 'se termine', 'se terminent')} aujourd'hui."
        yield Todo("warn", text, _named(rows, "ends_at"), "assignments:departures", "Voir les départs")


def _arriving_today(here: QuerySet[Assignment]) -> Iterator[Todo]:
    rows = list(here.filter(state=AssignmentState.PLANNED, starts_at__lt=tonight()).order_by("starts_at"))
    if rows:
        text = (
            "Une personne arrive aujourd'hui."
            if len(rows) == 1
            else f"{len(rows)} personnes arrivent aujourd'hui."
        )
        query = {"presence": "a-venir"}
        yield Todo(
            "info", text, _named(rows, "starts_at"), "assignments:people_of_site", "Voir les arrivées", query
        )


def _unchecked(running: QuerySet[Assignment]) -> Iterator[Todo]:
    unchecked = running.filter(person__identity_checks__isnull=True).order_by("person__name_key")
    rows = list({one.person_id: one for one in unchecked}.values())
    if rows:
        text = "L'identité d'une personne présente n'a pas été contrôlée."
        if len(rows) > 1:
            text = f"L'identité de {len(rows)} personnes présentes n'a pas été contrôlée."
        query = {"identite": "a-controler"}
        yield Todo("warn", text, _named(rows, ""), "assignments:people_of_site", "Voir la liste", query)


def _leaving_soon(running: QuerySet[Assignment]) -> Iterator[Todo]:
    rows = list(running.filter(ends_at__gt=tonight(), ends_at__lte=now() + SOON).order_by("ends_at"))
    if rows:
        text = f"{_missions(len(rows), 'se termine', 'se terminent')} dans les 72 heures."
        query = {"fin": "72h"}
        yield Todo("info", text, _named(rows, ""), "assignments:people_of_site", "Voir ou prolonger", query)


def _missions(count: int, one: str, several: str) -> str:
    return f"Une mission {one}" if count == 1 else f"{count} missions {several}"
