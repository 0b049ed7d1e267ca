"""The figures of a group's data: how many people have each gap, in all and by site; and who they are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, QuerySet

from identities.assignments.models import Assignment, short_label
from identities.assignments.rules import OPEN_STATES
from identities.people.models import Person
from portal.shell.data_quality.gaps import GAPS, Gap, known, works_here
from tenants.groups.queries import open_places

OF_SITES = tuple(one for one in GAPS if not one.of_everybody)
OF_EVERYBODY = tuple(one for one in GAPS if one.of_everybody)


@dataclass(frozen=True)
class SiteQuality:
    """One site: how many people work there or are about to, and how many of them have each gap (by code)."""

    id: UUID
    name: str
    people: int
    counts: Counter[str]


@dataclass(frozen=True)
class Quality:
    """The same of all that the door sees, each person once. `records`: all those of the group, None behind a site's wall."""

    people: int
    counts: Counter[str]
    sites: list[SiteQuality]
    records: int | None


def quality(*, of_group: bool) -> Quality:
    """Three statements, four at the door of the whole group (`of_group`), whatever the number of people and sites."""
    gaps_of = {
        person_id: tuple(gap.code for gap, has in zip(OF_SITES, flags, strict=True) if has)
        for person_id, *flags in _flagged(Person.objects.filter(works_here())).values_list(
            "pk", *_names(OF_SITES)
        )
    }
    places = Assignment.objects.filter(state__in=OPEN_STATES).order_by()
    by_site: dict[UUID, Counter[str]] = {}
    people_at: Counter[UUID] = Counter()
    for site, person_id in places.values_list("establishment_id", "person_id").distinct():
        if person_id in gaps_of:
            people_at[site] += 1
            by_site.setdefault(site, Counter()).update(gaps_of[person_id])
    counts = Counter(code for codes in gaps_of.values() for code in codes)
    records = _count_everybody(counts) if of_group else None
    sites = [
        SiteQuality(one.id, one.name, people_at[one.id], by_site.get(one.id, Counter()))
        for one in open_places()
    ]
    return Quality(len(gaps_of), counts, sites, records)


def _count_everybody(counts: Counter[str]) -> int:
    wanted = {_name(one): Count("pk", filter=one.condition()) for one in OF_EVERYBODY}
    found = Person.objects.filter(known()).aggregate(records=Count("pk"), **wanted)
    counts.update({one.code: found[_name(one)] for one in OF_EVERYBODY})
    return int(found["records"])


def _name(gap: Gap) -> str:
    return f"has_{gap.code.replace('-', '_')}"


def _names(gaps: Iterable[Gap]) -> list[str]:
    return [_name(one) for one in gaps]


def _flagged(people: QuerySet[Person]) -> QuerySet[Person]:
    """One boolean per gap."""
    flags: dict[str, Any] = {
        _name(one): ExpressionWrapper(one.condition(), output_field=BooleanField()) for one in OF_SITES
    }
    return people.annotate(**flags)


def people_with(gap: Gap, *, sites: Iterable[UUID] | None = None) -> QuerySet[Person]:
    """Who has that gap, by name, each with all of theirs; those of some sites only when they are given."""
    people = Person.objects.filter(known() if gap.of_everybody else works_here()).filter(gap.condition())
    if sites is not None:
        stays = Assignment.objects.filter(state__in=OPEN_STATES, establishment_id__in=list(sites))
        people = people.filter(pk__in=stays.values("person_id"))
    return _flagged(people).order_by("name_key", "pk")


def gaps_of(person: Person) -> list[str]:
    """What is missing about somebody read by `people_with`, in French."""
    return [one.label for one in OF_SITES if getattr(person, _name(one))]


def said(labels: list[str]) -> str:
    """« Sans mobile, identité jamais contrôlée »."""
    return ", ".join(one if rank == 0 else f"{one[:1].lower()}{one[1:]}" for rank, one in enumerate(labels))


def work_of(people: Iterable[Person]) -> dict[UUID, list[str]]:
    """« Aide-soignant (EHPAD Les Tilleuls) » of each, for affectations under way or to come: one statement for a list."""
    rows = Assignment.objects.filter(person_id__in=[one.pk for one in people], state__in=OPEN_STATES)
    named = rows.order_by("establishment__search_key", "function__label", "id")
    found: dict[UUID, list[str]] = {}
    for person_id, function, site in named.values_list("person_id", "function__label", "establishment__name"):
        found.setdefault(person_id, []).append(f"{short_label(function)} ({site})")
    return found
