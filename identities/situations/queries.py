"""Reads of situations to close: the list, one of them, one person's, and who waits where."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from identities.people.models import IdentifierKind, PersonIdentifier
from identities.situations.facts import is_back, open_in_directory
from identities.situations.models import SituationToClose
from identities.situations.rules import LATE_DAYS
from identities.situations.states import SituationState
from portal.foundation.clock import start_of_day, today


@dataclass(frozen=True)
class SituationFilter:
    """What a list shows. `month`: settled in the calendar month of that day."""

    state: str = ""
    establishment_id: UUID | None = None
    is_late: bool = False
    month: date | None = None


def situations_shown(asked: SituationFilter) -> QuerySet[SituationToClose]:
    """Those of the current door, the longest waiting first, with names, the number, what the directory shows."""
    return _with_facts(_narrowed(asked)).order_by("opened_at", "pk")


def counts_by_state(asked: SituationFilter) -> dict[str, int]:
    """How many of each state, the other filters kept."""
    rows = _narrowed(SituationFilter(establishment_id=asked.establishment_id))
    return dict(rows.values_list("state").annotate(Count("pk")).order_by())


def situation_seen(situation_id: UUID, establishment_id: UUID | None = None) -> SituationToClose | None:
    """One of them with its facts; None when the current door, or that site, does not see it."""
    rows = SituationToClose.objects.filter(pk=situation_id)
    if establishment_id is not None:
        rows = rows.filter(establishment_id=establishment_id)
    return _with_facts(rows).select_related("assignment", "request").first()


def situations_of_person(person_id: UUID, establishment_id: UUID | None = None) -> list[SituationToClose]:
    """What the current door sees of one person's, the last departure first; ten at most."""
    rows = SituationToClose.objects.filter(person_id=person_id)
    if establishment_id is not None:
        rows = rows.filter(establishment_id=establishment_id)
    return list(rows.select_related("establishment").order_by("-ended_on", "-pk")[:10])


def late_by_site() -> dict[UUID, int]:
    """Site → how many wait for a person for over `LATE_DAYS`."""
    rows = _narrowed(SituationFilter(state=SituationState.OPEN, is_late=True))
    return dict(rows.values_list("establishment_id").annotate(Count("pk")).order_by())


def _narrowed(asked: SituationFilter) -> QuerySet[SituationToClose]:
    rows = SituationToClose.objects.all()
    if asked.establishment_id is not None:
        rows = rows.filter(establishment_id=asked.establishment_id)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.is_late:
        rows = rows.filter(
            state=SituationState.OPEN, opened_at__lt=start_of_day(today() - timedelta(days=LATE_DAYS))
        )
    if asked.month is not None:
        first = asked.month.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        rows = rows.filter(state=SituationState.CLOSED, closed_on__gte=first, closed_on__lt=after)
    return rows


def _with_facts(rows: QuerySet[SituationToClose]) -> QuerySet[SituationToClose]:
    numbers = PersonIdentifier.objects.filter(
        group_id=OuterRef("group_id"),
        person_id=OuterRef("person_id"),
        kind=IdentifierKind.RPPS,
        valid_to=None,
    )
    return rows.select_related("person", "establishment", "function").annotate(
        number=Subquery(numbers.order_by("value").values("value")[:1]),
        is_open_there=open_in_directory(),
        is_back=is_back(),
        left_because=F("assignment__end_reason"),
    )
