"""The figures of a group's data: how many people have each gap, in all and by site; and who they are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, QuerySet

from identities.assignments.models import Assignment, short_label
from identities.assignments.rules import OPEN_STATES
from identities.identity_checks.standings import with_standing
from identities.people.models import Person
from portal.shell.data_quality.gaps import GAPS, Gap, known, works_here
from tenants.groups.queries import open_places

OF_SITES = tuple(one for one in GAPS if not one.of_everybody)
_FLAGGED = tuple(one for one in OF_SITES if not one.standing)
_STANDING = {one.standing: one.code for one in OF_SITES if one.standing}
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
    everybody = _flagged(Person.objects.filter(works_here()))
    found = {
        person_id: _codes(standing, flags)
        for person_id, standing, *flags in everybody.values_list("pk", "standing", *_names(_FLAGGED))
    }
    places = Assignment.objects.filter(state__in=OPEN_STATES).order_by()
    by_site: dict[UUID, Counter[str]] = {}
    people_at: Counter[UUID] = Counter()
    for site, person_id in places.values_list("establishment_id", "person_id").distinct():
        if person_id in found:
            people_at[site] += 1
            by_site.setdefault(site, Counter()).update(found[person_id])
    counts = Counter(code for codes in found.values() for code in codes)
    records = _count_everybody(counts) if of_group else None
    sites = [
        SiteQuality(one.id, one.name, people_at[one.id], by_site.get(one.id, Counter()))
        for one in open_places()
    ]
    return Quality(len(found), counts, sites, records)


def _codes(standing: str, flags: Iterable[bool]) -> list[str]:
    held = [gap.code for gap, has in zip(_FLAGGED, flags, strict=True) if has]
    return [*held, _STANDING[standing]] if standing in _STANDING else held


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
    """Where each identity stands, and one boolean per other gap."""
    flags: dict[str, Any] = {
        _name(one): ExpressionWrapper(one.condition(), output_field=BooleanField()) for one in _FLAGGED
    }
    return with_standing(people).annotate(**flags)


def people_with(gap: Gap, *, sites: Iterable[UUID] | None = None) -> QuerySet[Person]:
    """Who has that gap, by name, each with all of theirs; those of some sites only when they are given."""
    people = _flagged(Person.objects.filter(known() if gap.of_everybody else works_here()))
    people = people.filter(gap.condition())
    if sites is not None:
        stays = Assignment.objects.filter(state__in=OPEN_STATES, establishment_id__in=list(sites))
        people = people.filter(pk__in=stays.values("person_id"))
    return people.order_by("name_key", "pk")


def gaps_of(person: Any) -> list[str]:
    """What is missing about somebody read by `people_with`, in French."""
    held = set(_codes(person.standing, [getattr(person, name) for name in _names(_FLAGGED)]))
    return [one.label for one in OF_SITES if one.code in held]


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
