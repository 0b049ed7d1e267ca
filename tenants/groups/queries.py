"""Reads of groups and establishments."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tenants.groups.models import Establishment


def establishment_name(establishment_id: UUID) -> str:
    """Empty when the current door does not see it."""
    return Establishment.objects.filter(pk=establishment_id).values_list("name", flat=True).first() or ""


@dataclass(frozen=True)
class GroupName:
    """What may be known of a group before its door is open."""

    id: UUID
    slug: str
    name: str


def group_by_slug(slug: str) -> GroupName | None:
    """The open group of that address, asked before the tenant is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM app.group_at(%s)", [slug])
        found = cursor.fetchone()
    return GroupName(found[0], slug, found[1]) if found else None


def groups_named(group_ids: Iterable[UUID]) -> list[GroupName]:
    """The open groups of those ids, by name, asked before the tenant is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug, name FROM app.groups_named(%s)", [list(group_ids)])
        return [GroupName(*row) for row in cursor.fetchall()]
