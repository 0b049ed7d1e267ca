"""The group's lists of links and of people without one: their filters, their figures, and what a line says."""

# ruff: noqa: S608  the only identifiers are our own

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet

from identities.assignments.models import Assignment, short_label
from identities.assignments.rules import OPEN_STATES
from identities.national_directory.authorities import UNKNOWN_DOOR, doors_of_functions
from identities.national_directory.models import DirectoryLink
from identities.national_directory.queries import links_due
from identities.national_directory.rules import recheck_rule
from identities.national_directory.states import LinkState
from identities.people.models import Person
from portal.foundation.names import search_key

_UNLINKED_BY_DOOR = f"""
SELECT coalesce(d.door, '{UNKNOWN_DOOR}'), GROUPING(coalesce(d.door, '{UNKNOWN_DOOR}')), count(DISTINCT a.person_id)
FROM assignments_assignment a
JOIN people_person p ON p.id = a.person_id AND p.merged_into_id IS NULL
LEFT JOIN unnest(%s::text[], %s::text[]) d(code, door) ON d.code = a.function_id
WHERE a.state IN ('planned', 'running') AND NOT EXISTS (
    SELECT FROM national_directory_directorylink l WHERE l.person_id = a.person_id AND l.state = '{LinkState.LINKED}')
GROUP BY GROUPING SETS ((coalesce(d.door, '{UNKNOWN_DOOR}')), ())
"""


@dataclass(frozen=True)
class LinkFigures:
    """How many links of each state; people who work here without one, by door (a person of two doors counts in each)."""

    by_state: dict[str, int] = field(default_factory=dict)
    without_link: int = 0
    by_door: dict[str, int] = field(default_factory=dict)
    due: int = 0
    by_difference: dict[str, int] = field(default_factory=dict)

    @property
    def with_difference(self) -> int:
        return self.by_difference.get("", 0)


@dataclass(frozen=True)
class LinkFilter:
    """What a list of links shows. `difference`: one kind, or « any »; `is_due`: under the rule in force."""

    state: str = LinkState.LINKED
    text: str = ""
    establishment_id: UUID | None = None
    difference: str = ""
    is_due: bool = False


ANY_DIFFERENCE = "toutes"


def link_figures() -> LinkFigures:
    """Of what the current door sees, in five statements."""
    states = DirectoryLink.objects.order_by().values_list("state").annotate(Count("pk"))
    linked = DirectoryLink.objects.filter(state=LinkState.LINKED).order_by()
    kinds = (
        linked.annotate(kind=Func(F("differences"), function="unnest"))
        .values_list("kind")
        .annotate(Count("pk"))
    )
    by_door, without = _unlinked()
    return LinkFigures(
        by_state=dict(states),
        without_link=without,
        by_door=by_door,
        due=links_due(recheck_rule()).count(),
        by_difference=dict(kinds) | {"": linked.exclude(differences=[]).count()},
    )


def _unlinked() -> tuple[dict[str, int], int]:
    doors = doors_of_functions()
    with connection.cursor() as cursor:
        cursor.execute(_UNLINKED_BY_DOOR, [list(doors), list(doors.values())])
        rows = cursor.fetchall()
    total = sum(count for _, is_total, count in rows if is_total)
    return {door: count for door, is_total, count in rows if not is_total}, total


def links_listed(asked: LinkFilter) -> QuerySet[DirectoryLink]:
    """Links with their person, by name."""
    rows = DirectoryLink.objects.filter(state=asked.state)
    if asked.is_due:
        rows = links_due(recheck_rule()).order_by()
    if asked.difference == ANY_DIFFERENCE:
        rows = rows.exclude(differences=[])
    elif asked.difference:
        rows = rows.filter(differences__contains=[asked.difference])
    for word in search_key(asked.text).split():
        rows = rows.filter(Q(person__name_key__contains=word) | Q(rpps=word))
    if asked.establishment_id is not None:
        rows = rows.filter(Exists(_open_stays("person_id", asked.establishment_id)))
    return rows.select_related("person").order_by("person__name_key", "person_id", "rpps")


def people_without_link(
    *, door: str = "", text: str = "", establishment_id: UUID | None = None
) -> QuerySet[Person]:
    """People who work here or are about to, without a link, by name; `door`: registered there for one function."""
    stays = _open_stays("pk", establishment_id)
    doors = doors_of_functions()
    if door == UNKNOWN_DOOR:
        stays = stays.exclude(function_id__in=list(doors))
    elif door:
        stays = stays.filter(function_id__in=[code for code, one in doors.items() if one == door])
    linked = DirectoryLink.objects.filter(person_id=OuterRef("pk"), state=LinkState.LINKED)
    people = Person.objects.filter(Exists(stays), ~Exists(linked), merged_into=None)
    for word in search_key(text).split():
        people = people.filter(name_key__contains=word)
    return people.order_by("name_key", "pk")


def _open_stays(person: str, establishment_id: UUID | None) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(person_id=OuterRef(person), state__in=OPEN_STATES)
    return rows.filter(establishment_id=establishment_id) if establishment_id else rows


@dataclass(frozen=True)
class Work:
    """Where somebody works now or is about to, and as what."""

    sites: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def work_of(person_ids: Iterable[UUID] | QuerySet) -> dict[UUID, Work]:
    """Of each of these people that has an open stay: one statement for a list."""
    rows = Assignment.objects.filter(person__in=person_ids, state__in=OPEN_STATES).order_by("starts_at", "pk")
    found: dict[UUID, list[tuple[str, str, str]]] = {}
    columns = ("person_id", "establishment__name", "function__label", "function_id")
    for person_id, *said in rows.values_list(*columns):
        found.setdefault(person_id, []).append(tuple(said))
    return {person_id: _work(said) for person_id, said in found.items()}


def _work(said: list[tuple[str, str, str]]) -> Work:
    sites, functions, codes = (tuple(dict.fromkeys(column)) for column in zip(*said, strict=True))
    return Work(sites, tuple(map(short_label, functions)), codes)


def numbers_proposed(person_ids: Iterable[UUID] | QuerySet) -> dict[UUID, int]:
    """How many numbers each of these people is proposed."""
    rows = DirectoryLink.objects.filter(person_id__in=person_ids, state=LinkState.PROPOSED)
    return dict(rows.order_by().values_list("person_id").annotate(Count("pk")))
