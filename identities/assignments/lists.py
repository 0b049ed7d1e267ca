"""Who is, will be or was at a site: the lists, their filters and their orders."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextChoices
from django.db.models.expressions import OrderBy

from identities.assignments.models import Assignment, NationalFunction
from identities.assignments.rules import OPEN_STATES, SEEN_AFTER_THE_END
from identities.assignments.states import AssignmentState
from portal.foundation.clock import now
from portal.foundation.names import search_key


class Presence(TextChoices):
    PRESENT = "presents", "Présents"
    COMING = "a-venir", "À venir"
    GONE = "partis", "Partis (12 mois)"


_STATES = {
    Presence.PRESENT: AssignmentState.RUNNING,
    Presence.COMING: AssignmentState.PLANNED,
    Presence.GONE: AssignmentState.ENDED,
}
ORDERS = {
    "nom": ("person__name_key",),
    "fonction": ("function__search_key", "person__name_key"),
    "site": ("establishment__search_key", "person__name_key"),
    "debut": ("starts_at",),
    "fin": ("ends_at",),
}
# What a line of a list says: half of a page's time went into the columns that it does not show.
SHOWN = (
    *("person_id", "establishment_id", "unit_id", "function_id", "kind", "contract", "agency", "state"),
    *(
        "starts_at",
        "ends_at",
        "end_reason",
        "person__birth_name",
        "person__usage_name",
        "person__first_names",
    ),
    *("unit__name", "moved_to_id", "moved_from_id"),
)
NAMED = (*SHOWN, "function__label")


@dataclass(frozen=True)
class PeopleFilter:
    """What a list shows. `text`: every word in the name, without accents. `within` hours: ending by then."""

    presence: str = Presence.PRESENT
    text: str = ""
    function_code: str = ""
    within: int | None = None
    without_identity_check: bool = False
    order: str = "nom"
    descending: bool = False


def people_at(establishment_id: UUID, asked: PeopleFilter | None = None) -> QuerySet[Assignment]:
    """One row per affectation at that site with its person, function and unit; people present by name by default.

    Somebody who left and is back is present, not gone.
    """
    return _rows(asked or PeopleFilter()).filter(establishment_id=establishment_id)


def people_of_group(
    asked: PeopleFilter | None = None, *, establishment_id: UUID | None = None
) -> QuerySet[Assignment]:
    """The same over every site that the current door sees, or the one chosen."""
    rows = _rows(asked or PeopleFilter()).select_related("establishment").only(*NAMED, "establishment__name")
    return rows if establishment_id is None else rows.filter(establishment_id=establishment_id)


def counts_by_presence(asked: PeopleFilter, establishment_id: UUID | None = None) -> dict[str, int]:
    """How many rows the list would have under each `Presence`, the other filters kept: two statements."""
    rows = _narrowed(asked)
    if establishment_id is not None:
        rows = rows.filter(establishment_id=establishment_id)
    opened = rows.filter(state__in=OPEN_STATES).order_by().values_list("state").annotate(Count("id"))
    counts = dict(opened)
    return {
        Presence.PRESENT.name: counts.get(AssignmentState.RUNNING, 0),
        Presence.COMING.name: counts.get(AssignmentState.PLANNED, 0),
        Presence.GONE.name: rows.filter(_presence(Presence.GONE)).count(),
    }


def functions_in_use(establishment_id: UUID | None = None) -> dict[str, str]:
    """Code → label of the functions that people hold or held at that site, or anywhere the current door sees; by label."""
    rows = Assignment.objects.all()
    if establishment_id is not None:
        rows = rows.filter(establishment_id=establishment_id)
    used = rows.order_by().values("function_id").distinct()
    return dict(
        NationalFunction.objects.filter(pk__in=used).order_by("search_key").values_list("code", "label")
    )


def with_names_known(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """The same rows for a page whose filters name functions and sites already: joined to neither, and sorted sooner."""
    return rows.select_related(None).select_related("person", "unit").only(*SHOWN)


def _rows(asked: PeopleFilter) -> QuerySet[Assignment]:
    # Said twice, by the key and by the walls: so PostgreSQL knows that each affectation has its person, and walks by name.
    one_group = Q(person__group_id=F("group_id"))
    rows = _narrowed(asked).filter(_presence(Presence(asked.presence)), one_group)
    return rows.select_related("person", "function", "unit").only(*NAMED).order_by(*_order(asked))


def _presence(presence: Presence) -> Q:
    if presence != Presence.GONE:
        return Q(state=_STATES[presence])
    back = Assignment.objects.filter(
        group_id=OuterRef("group_id"),
        person_id=OuterRef("person_id"),
        establishment_id=OuterRef("establishment_id"),
        state=AssignmentState.RUNNING,
    )
    return Q(~Exists(back), state=AssignmentState.ENDED, ends_at__gt=now() - SEEN_AFTER_THE_END)


def _narrowed(asked: PeopleFilter) -> QuerySet[Assignment]:
    rows = Assignment.objects.all()
    for word in search_key(asked.text).split():
        rows = rows.filter(person__name_key__contains=word)
    if asked.function_code:
        rows = rows.filter(function_id=asked.function_code)
    if asked.within is not None:
        rows = rows.filter(ends_at__lte=now() + timedelta(hours=asked.within))
    if asked.without_identity_check:
        rows = rows.filter(person__identity_checks__isnull=True)
    return rows


def _order(asked: PeopleFilter) -> list[OrderBy]:
    columns = [F(name) for name in ORDERS.get(asked.order, ORDERS["nom"])]
    first = columns[0].desc(nulls_last=True) if asked.descending else columns[0].asc(nulls_last=True)
    return [first, *(one.asc() for one in columns[1:]), F("id").asc()]
