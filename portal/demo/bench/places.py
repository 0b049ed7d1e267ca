"""Where the pages are asked: random sites of the demo group, or of any group of a country."""

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections
from django.test import Client

from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState

SLUG = "rives"
SEED = 2026  # every run asks the same places of the same database


class NoDemoGroupError(Exception):
    """The demo group is not there: run `manage.py seed_demo` first."""


@dataclass(frozen=True)
class Place:
    """One site of one group, somebody present there, and the group's administrator who looks."""

    group: UUID
    slug: str
    site: UUID
    person: UUID
    user: User

    @property
    def values(self) -> dict[str, str]:
        """What the reference statements take."""
        return {"group": str(self.group), "site": str(self.site), "person": str(self.person)}


def rows(statement: str, *values: Any) -> list[tuple]:
    """As the tables' owner, who stands behind no wall."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def count_groups() -> int:
    """Groups of this database that have somebody present."""
    return rows("SELECT count(*) FROM groups_group")[0][0]


def places(count: int, *, small: bool) -> list[Place]:
    """`count` places, each in another group unless `small`: then all in the demo group. Refuses (NoDemoGroupError)."""
    groups = rows("SELECT id, slug FROM groups_group WHERE closed_at IS NULL ORDER BY slug")
    pool = [one for one in groups if one[1] == SLUG] if small else groups
    if not pool:
        raise NoDemoGroupError("No demo group: run manage.py seed_demo")
    draw = random.Random(SEED)  # noqa: S311  nothing secret
    chosen = [pool[0]] * count if len(pool) == 1 else draw.sample(pool, min(count, len(pool)))
    return [_place(group, slug, draw) for group, slug in chosen]


def _place(group: UUID, slug: str, draw: random.Random) -> Place:
    sites = rows(
        "SELECT DISTINCT establishment_id FROM assignments_assignment WHERE group_id = %s AND state = 'running'"
        " ORDER BY establishment_id",
        group,
    )
    site = draw.choice(sites)[0]
    people = rows(
        "SELECT person_id FROM assignments_assignment WHERE group_id = %s AND establishment_id = %s"
        " AND state = 'running' ORDER BY person_id",
        group,
        site,
    )
    rights = Membership.objects.filter(group_id=group, role=Role.GROUP_ADMIN, state=MembershipState.ACTIVE)
    return Place(group, slug, site, draw.choice(people)[0], rights.select_related("user").earliest("pk").user)


def sign_in(places: list[Place]) -> dict[UUID, Client]:
    """One signed-in client per administrator."""
    clients = {one.user.pk: Client() for one in places}
    for one in places:
        if not clients[one.user.pk].cookies:
            clients[one.user.pk].force_login(one.user)
    return clients
