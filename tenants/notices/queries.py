"""Reads of notices: whose digest is due, what an account chose, which mailboxes fail. Of accounts: outside of any door."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from portal.foundation.clock import PARIS
from tenants.groups.queries import groups_named
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.queries import accesses_of
from tenants.memberships.states import MembershipState
from tenants.notices.kinds import KINDS, NoticeKind
from tenants.notices.models import EVENING, MORNING, Bounce, Departure, Digest, MailAddress, Preferences
from tenants.notices.rules import LATEST, SATURDAY, SOFT_SPAN, why_it_bounced
from tenants.notices.states import BounceKind

# `rules.may_leave_now` in SQL; tests/tenants/notices/test_planning.py holds the two together.
_DUE = """
SELECT u.id FROM memberships_user u LEFT JOIN notices_preferences p ON p.user_id = u.id,
LATERAL (SELECT coalesce(p.send_at, %(morning)s) AS send_at, coalesce(p.quiet_from, %(evening)s) AS quiet_from,
                coalesce(p.quiet_until, %(morning)s) AS quiet_until) h
WHERE u.is_active
  AND h.send_at <= %(hour)s AND %(hour)s - h.send_at <= %(latest)s
  AND NOT CASE WHEN h.quiet_from <= h.quiet_until THEN %(hour)s >= h.quiet_from AND %(hour)s < h.quiet_until
               ELSE %(hour)s >= h.quiet_from OR %(hour)s < h.quiet_until END
  AND (%(is_working_day)s OR coalesce(p.on_weekends, false))
  AND NOT EXISTS (SELECT FROM notices_digest d WHERE d.user_id = u.id AND d.day = %(day)s)
  AND NOT EXISTS (SELECT FROM notices_mailaddress a WHERE a.address = u.email AND a.failing_since IS NOT NULL)
  AND EXISTS (SELECT FROM memberships_membership m WHERE m.user_id = u.id AND m.state = 'active'
              AND (m.starts_on IS NULL OR m.starts_on <= %(day)s) AND (m.ends_on IS NULL OR m.ends_on >= %(day)s))
LIMIT %(limit)s
"""


def users_due(moment: datetime, limit: int) -> list[UUID]:
    """Accounts whose hour has come and that have no digest yet that day, at most `limit`; one statement.

    Left out: shut accounts, those without any right in force, those whose mailbox fails.
    """
    local = moment.astimezone(PARIS)
    values: dict[str, Any] = {
        "hour": local.time(),
        "day": local.date(),
        "is_working_day": local.weekday() < SATURDAY,
        "latest": LATEST,
        "morning": MORNING,
        "evening": EVENING,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        return [row[0] for row in cursor.fetchall()]


def preferences_of(user: User) -> Preferences:
    """What that account chose; the defaults, not saved, when it never did."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


def is_first_of_week(user: User, day: date) -> bool:
    """Whether no digest was composed for that account earlier in the week, which begins on Monday."""
    monday = day - timedelta(days=day.weekday())
    earlier = Digest.objects.filter(user=user, day__gte=monday, day__lt=day, composed_at__isnull=False)
    return not earlier.exists()


def last_digest(user: User) -> Digest | None:
    """The latest that was planned for that account, whatever became of it."""
    return Digest.objects.filter(user=user).order_by("-day").first()


def accesses_with_names(user: User) -> list[Access]:
    """The rights in force of that person in each open group, by the group's name."""
    held = accesses_of(user)
    return [
        replace(held[one.id], group_slug=one.slug, group_name=one.name) for one in groups_named(list(held))
    ]


def kinds_offered(accesses: Iterable[Access]) -> list[NoticeKind]:
    """The kinds that concern somebody with those rights."""
    held = list(accesses)
    return [
        one
        for one in KINDS
        if one.permission is None or any(access.establishments_for(one.permission) != () for access in held)
    ]


@dataclass(frozen=True)
class FailingAddress:
    """Why our mails to an address stop."""

    address: str
    since: datetime
    why: str


def failing_address(address: str) -> FailingAddress | None:
    """None while our mails reach it."""
    found = _failing().filter(pk=address).first()
    return None if found is None else _spoken(found)


@dataclass(frozen=True)
class FailingMember:
    """Somebody of a group whose mailbox fails. `membership_id`: one of their rights there."""

    membership_id: UUID
    name: str
    failing: FailingAddress


def failing_members(group_id: UUID) -> list[FailingMember]:
    """The accounts with a right in that group, or awaiting one, whose mailbox fails, by name."""
    rights = _failing_rights(group_id).select_related("user").order_by("user", "granted_at").distinct("user")
    found = list(rights)
    addresses = _failing().in_bulk([one.user.email for one in found])
    members = [
        FailingMember(one.pk, one.shown_name, _spoken(addresses[one.user.email]))
        for one in found
        if one.user.email in addresses
    ]
    return sorted(members, key=lambda one: one.name)


def failing_count(group_id: UUID) -> int:
    """How many accounts of that group no longer receive our mails."""
    return _failing_rights(group_id).values("user").distinct().count()


def soft_bounces(address: MailAddress, moment: datetime) -> int:
    """Transient ones of the last seven days, not counting what came before the address was said to work again."""
    since = moment - SOFT_SPAN
    if address.cleared_at is not None:
        since = max(since, address.cleared_at)
    return Bounce.objects.filter(address=address, kind=BounceKind.SOFT, bounced_at__gte=since).count()


def departure_of(message_id: UUID | None) -> Departure | None:
    """To whom one of our messages left; None for an unknown one, or one of over 30 days ago."""
    return Departure.objects.filter(pk=message_id).select_related("user").first() if message_id else None


def _failing() -> QuerySet[MailAddress]:
    return MailAddress.objects.filter(failing_since__isnull=False)


def _failing_rights(group_id: UUID) -> QuerySet[Membership]:
    rights = Membership.objects.filter(group_id=group_id).exclude(state=MembershipState.ENDED)
    return rights.filter(user__email__in=_failing().values("address"))


def _spoken(found: MailAddress) -> FailingAddress:
    assert found.failing_since is not None  # noqa: S101  filtered by every caller
    return FailingAddress(found.address, found.failing_since, why_it_bounced(found.status))
