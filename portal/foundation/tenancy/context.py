"""The one door into tenant data: requests, tasks, commands and the shell all enter by `tenant()`.

A door is a transaction whose role and settings PostgreSQL reads in every row policy. Outside of a door the application
role holds no right on a tenant table; nothing leaks from one transaction to the next (`set_config(…, true)`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

# Lines of the journal and messages that belong to no customer (operator's acts) live under this id.
PLATFORM = UUID(int=0)

GROUP_ROLE = "portal_group"
SITE_ROLE = "portal_site"
OPERATOR_ROLE = "portal_operator"
CLOCK_ROLE = "portal_clock"


class TenancyError(Exception):
    """Tenant data was asked for outside of a door, or across two groups at once."""


@dataclass(frozen=True)
class Tenant:
    """Who is looking: one group, and the establishments its eyes are limited to (None: the whole group)."""

    role: str
    group_id: UUID | None
    establishment_ids: tuple[UUID, ...] | None = None

    @property
    def settings(self) -> tuple[str, str, str]:
        joined = ",".join(str(one) for one in self.establishment_ids or ())
        return (self.role, str(self.group_id or ""), "{" + joined + "}")


_OUTSIDE = ("none", "", "{}")
_current: ContextVar[Tenant | None] = ContextVar("tenant", default=None)


def current_tenant() -> Tenant:
    """The door this code runs in. Refuses (TenancyError) outside of any."""
    found = _current.get()
    if found is None:
        raise TenancyError("No tenant: enter by portal.foundation.tenancy.tenant() first")
    return found


def current_group_id() -> UUID:
    """The group of the current door. Refuses (TenancyError) outside, and at the operator's or the clock's door."""
    group_id = current_tenant().group_id
    if group_id is None:
        raise TenancyError("This door belongs to no group")
    return group_id


def _apply(values: tuple[str, str, str]) -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.group_id', %s, true),"
            " set_config('app.establishment_ids', %s, true)",
            values,
        )


@contextmanager
def _door(wanted: Tenant) -> Iterator[Tenant]:
    before = _current.get()
    token = _current.set(wanted)
    nested = connections[DEFAULT_DB_ALIAS].in_atomic_block
    try:
        with transaction.atomic():
            _apply(wanted.settings)
            yield wanted
            if nested and not transaction.get_rollback():  # a released savepoint would keep our role
                _apply(before.settings if before else _OUTSIDE)
    finally:
        _current.reset(token)


@contextmanager
def tenant(group_id: UUID, establishment_ids: Iterable[UUID] | None = None) -> Iterator[Tenant]:
    """Opens a transaction that sees one group, or only some of its establishments.

    Refuses (TenancyError) to enter another group from inside a door: close the first.
    """
    before = _current.get()
    if before is not None and before.group_id not in (None, group_id):
        raise TenancyError("Already in another group's door")
    limited = None if establishment_ids is None else tuple(sorted(establishment_ids))
    with _door(Tenant(GROUP_ROLE if limited is None else SITE_ROLE, group_id, limited)) as opened:
        yield opened


@contextmanager
def group_wide(reason: str) -> Iterator[Tenant]:
    """From a site's door, looks at the whole group for one written reason, and gives back only what is needed.

    Every caller stands on the list of `tests/house/test_tenancy_doors.py`.
    """
    if not reason:
        raise TenancyError("Looking beyond a site's wall needs a reason")
    with _door(replace(current_tenant(), role=GROUP_ROLE, establishment_ids=None)) as opened:
        yield opened


@contextmanager
def operator() -> Iterator[Tenant]:
    """The platform operator's door: the list of groups and the national tables, no tenant data."""
    with _door(Tenant(OPERATOR_ROLE, None)) as opened:
        yield opened


@contextmanager
def clock() -> Iterator[Tenant]:
    """The sweeps' door: which groups have something due, and nothing else of them (column grants)."""
    with _door(Tenant(CLOCK_ROLE, None)) as opened:
        yield opened
