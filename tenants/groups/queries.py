"""Reads of groups and establishments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count
from unicodedata import normalize
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q

from portal.foundation.clock import today
from portal.foundation.database import SearchKey
from portal.foundation.tenancy import clock
from tenants.groups.models import Establishment, FinessCategory, Group, LegalEntity, Unit

SLUG_STEM = 50  # leaves room for a number at the end


def establishment_name(establishment_id: UUID) -> str:
    """Empty when the current door does not see it."""
    return Establishment.objects.filter(pk=establishment_id).values_list("name", flat=True).first() or ""


def establishment_names(establishment_ids: Iterable[UUID] | None = None) -> dict[UUID, str]:
    """Id → name, by name, of those the current door sees: all of them, or the asked ones."""
    rows = Establishment.objects.order_by("search_key", "finess")
    if establishment_ids is not None:
        rows = rows.filter(pk__in=list(establishment_ids))
    return dict(rows.values_list("pk", "name"))


@dataclass(frozen=True)
class GroupName:
    """What may be known of a group before its door is open."""

    id: UUID
    slug: str
    name: str


def group_by_slug(slug: str) -> GroupName | None:
    """The open group of that address, asked before the tenant is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM app.group_at(%s, NULL)", [slug])
        found = cursor.fetchone()
    return GroupName(found[0], slug, found[1]) if found else None


def open_groups() -> list[UUID]:
    """Every group that is not closed, for the sweeps of the night: asked at the clock's door."""
    with clock():
        return sorted(Group.objects.filter(closed_at=None).values_list("pk", flat=True))


def groups_named(group_ids: Iterable[UUID]) -> list[GroupName]:
    """The open groups of those ids, by name, asked before the tenant is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug, name FROM app.groups_named(%s)", [list(group_ids)])
        return [GroupName(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Customer:
    """What the platform's operator knows of a group: no tenant data."""

    id: UUID
    slug: str
    name: str
    created_at: datetime
    closed_at: datetime | None
    legal_entities: int


def customers(search: str = "", order: str = "name") -> list[Customer]:
    """Every group, for the operator's door. `search`: part of the name, accents and case aside.

    `order`: `name` or `created_at`, with `-` in front to reverse; anything else is by name.
    """
    groups = Group.objects.annotate(key=SearchKey(F("name"))).filter(key__contains=search_words(search))
    column = {"created_at": "created_at"}.get(order.lstrip("-"), "key")
    groups = groups.order_by(f"-{column}" if order.startswith("-") else column, "slug")
    held = dict(LegalEntity.objects.values_list("group_id").annotate(Count("finess")).order_by())
    columns = groups.values("id", "slug", "name", "created_at", "closed_at")
    return [Customer(**one, legal_entities=held.get(one["id"], 0)) for one in columns]


def search_words(typed: str) -> str:
    """What was typed, as `app.search_key` writes it."""
    return _words(typed, " ")


def _words(text: str, joint: str) -> str:
    """Without accents, capitals nor punctuation, ligatures opened."""
    opened = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    plain = normalize("NFKD", opened).encode("ascii", "ignore").decode()
    return joint.join(re.findall("[a-z0-9]+", plain))


def holders_of(numbers: Iterable[str]) -> dict[str, str]:
    """EJ number → name of the group that has it already, for the operator's door."""
    held = dict(LegalEntity.objects.filter(finess__in=list(numbers)).values_list("finess", "group_id"))
    names = dict(Group.objects.filter(pk__in=held.values()).values_list("id", "name"))
    return {finess: names[group_id] for finess, group_id in held.items()}


def free_slug(name: str) -> str:
    """The address of a group drawn from its name, numbered when another group has it; for the operator's door."""
    stem = _words(name, "-")[:SLUG_STEM].strip("-") or "groupe"
    taken = set(Group.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = chain([stem], (f"{stem}-{rank}" for rank in count(2)))
    return next(one for one in candidates if one not in taken)


@dataclass(frozen=True)
class Place:
    """An establishment as lists name it. `key` is its name as `app.search_key` writes it."""

    id: UUID
    name: str
    key: str
    city: str
    department: str
    category: str


def open_places() -> list[Place]:
    """The establishments that the current door sees and that are not closed, by name, with their category in words."""
    columns = ("id", "name", "search_key", "city", "department", "category_code")
    found = Establishment.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=today()))
    rows = list(found.order_by("search_key", "finess").values_list(*columns))
    codes = {row[-1] for row in rows}
    categories = FinessCategory.objects.filter(code__in=codes).only("code", "acronym", "short_label")
    labels = {one.code: str(one) for one in categories}
    return [
        Place(pk, name, key, city, department, labels.get(code, code))
        for pk, name, key, city, department, code in rows
    ]


@dataclass(frozen=True)
class NumberedPlace:
    """An establishment as files name it: by its FINESS or its name (`key`: as `app.search_key` writes it)."""

    id: UUID
    finess: str
    name: str
    key: str
    opened_on: date | None
    closed_on: date | None


def numbered_places() -> list[NumberedPlace]:
    """Every establishment that the current door sees, closed ones too, by name."""
    columns = ("id", "finess", "name", "search_key", "opened_on", "closed_on")
    rows = Establishment.objects.order_by("search_key", "finess").values_list(*columns)
    return [NumberedPlace(*row) for row in rows]


def legal_entity_names() -> dict[UUID, str]:
    """Id → name of the legal entities of the group, by name."""
    return dict(LegalEntity.objects.order_by("name", "finess").values_list("pk", "name"))


def units_of(establishment_id: UUID) -> list[Unit]:
    """The services of an establishment that the current door sees, by name."""
    return list(Unit.objects.filter(establishment_id=establishment_id).order_by("name"))


def units_of_sites(establishment_ids: Iterable[UUID]) -> list[Unit]:
    """The services of several establishments, by establishment then by name, in one statement."""
    rows = Unit.objects.filter(establishment_id__in=list(establishment_ids)).select_related("establishment")
    return list(rows.order_by("establishment__search_key", "establishment_id", "name"))
