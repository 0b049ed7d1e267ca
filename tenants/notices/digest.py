"""What a digest says: group by group, section by section, each read under the reader's own rights when it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.foundation.clock import PARIS, now
from portal.foundation.tenancy import tenant
from tenants.memberships.access import Access
from tenants.memberships.models import User
from tenants.notices.kinds import NoticeKind
from tenants.notices.models import Digest
from tenants.notices.queries import accesses_with_names, is_first_of_week, last_digest, preferences_of
from tenants.notices.registry import Item, section_for
from tenants.notices.rules import is_paused, is_quiet, kinds_told, next_leaving
from tenants.notices.states import DigestOutcome


@dataclass(frozen=True)
class Section:
    """One kind of one group, with something to say."""

    kind: NoticeKind
    items: tuple[Item, ...]


@dataclass(frozen=True)
class GroupPart:
    """What one group has to say to that reader."""

    name: str
    sections: tuple[Section, ...]


def compose(digest: Digest) -> list[GroupPart]:
    """What leaves now, and the outcome written on its row. Empty: nothing is to be sent.

    Nothing leaves on another day than its own nor in quiet hours: tomorrow's digest will say what still holds.
    """
    user, moment = digest.user, now()
    local = moment.astimezone(PARIS)
    preferences = preferences_of(user)
    if local.date() != digest.day or is_quiet(preferences, local.time()):
        return _settled(digest, DigestOutcome.TOO_LATE, [])
    first = is_first_of_week(user, digest.day)
    parts = parts_for(user, kinds_told(preferences, digest.day, first_of_week=first))
    return _settled(digest, DigestOutcome.COMPOSED if parts else DigestOutcome.EMPTY, parts)


def _settled(digest: Digest, outcome: DigestOutcome, parts: list[GroupPart]) -> list[GroupPart]:
    moment = None if outcome == DigestOutcome.TOO_LATE else now()
    Digest.objects.filter(pk=digest.pk).update(outcome=outcome, composed_at=moment)
    return parts


def parts_for(user: User, kinds: Iterable[NoticeKind]) -> list[GroupPart]:
    """Those kinds in each group of the person, without the empty sections and groups; outside of any door."""
    wanted = list(kinds)
    parts = [_part(access, wanted) for access in accesses_with_names(user)] if wanted else []
    return [one for one in parts if one.sections]


def _part(access: Access, kinds: list[NoticeKind]) -> GroupPart:
    sections = [Section(kind, _items(access, kind)) for kind in kinds]
    return GroupPart(access.group_name, tuple(one for one in sections if one.items))


def _items(access: Access, kind: NoticeKind) -> tuple[Item, ...]:
    """Inside the reader's door, limited to the sites where they hold the kind's permission."""
    sites = None if kind.permission is None else access.establishments_for(kind.permission)
    if sites == ():
        return ()
    with tenant(access.group_id, sites):
        return tuple(section_for(kind.code)(access))


@dataclass(frozen=True)
class Preview:
    """The next digest as it would be if it left now. `at`: when it will."""

    at: datetime
    parts: list[GroupPart]
    is_held: bool


def preview(user: User) -> Preview:
    """What the next digest would say. `is_held`: unsubscribed or paused that day, so that only obligations remain."""
    preferences, last = preferences_of(user), last_digest(user)
    leaves_at = next_leaving(preferences, now(), done_on=last.day if last else None)
    day = leaves_at.date()
    parts = parts_for(user, kinds_told(preferences, day, first_of_week=is_first_of_week(user, day)))
    return Preview(leaves_at, parts, preferences.unsubscribed_at is not None or is_paused(preferences, day))
