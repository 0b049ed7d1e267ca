"""Reads of accounts and rights, made before the tenant is known: every one names its user or its group."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from tenants.memberships.access import Access
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.permissions import Permission, Role
from tenants.memberships.rules import Confirmer, check_reset
from tenants.memberships.states import MembershipState

# `in_force` in SQL; tests/tenants/memberships/test_access.py holds the two together.
_ACCESS = """
SELECT g.id, g.name, g.site_name, m.id, m.role, m.establishment_ids
FROM app.group_at(%s, %s) g JOIN memberships_membership m ON m.group_id = g.id
WHERE m.user_id = %s AND m.state = 'active' AND (m.starts_on IS NULL OR m.starts_on <= %s)
  AND (m.ends_on IS NULL OR m.ends_on >= %s)
ORDER BY m.granted_at
"""


def in_force(on: date | None = None) -> Q:
    """Active rights whose dates hold that day (today in Paris by default)."""
    day = on or today()
    return (
        Q(state=MembershipState.ACTIVE)
        & (Q(starts_on__isnull=True) | Q(starts_on__lte=day))
        & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    )


def memberships_in_force(user: User, on: date | None = None) -> QuerySet[Membership]:
    """Active rights of one person whose dates hold that day (today in Paris by default)."""
    return Membership.objects.filter(in_force(on), user=user).order_by("granted_at")


def access_to(user: User, group_slug: str, establishment_id: UUID | None = None) -> Access | None:
    """The rights of `user` in the group of that address; None for a stranger or a group that does not exist.

    One statement, since every request pays for it. `establishment_name` is empty for one that is not of the group.
    """
    day = today()
    with connection.cursor() as cursor:
        cursor.execute(_ACCESS, [group_slug, establishment_id, user.pk, day, day])
        rows = cursor.fetchall()
    if not rows:
        return None
    group_id, group_name, site_name = rows[0][:3]
    held = tuple(
        Membership(
            id=pk,
            group_id=group_id,
            user=user,
            role=role,
            establishment_ids=sites,
            state=MembershipState.ACTIVE,
        )
        for _, _, _, pk, role, sites in rows
    )
    return Access(user, group_id, group_slug, group_name, held, establishment_id, site_name or "")


def administrators_by_group(group_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many administrators in force each of those groups has; a group without any is left out."""
    counted = (
        Membership.objects.filter(
            in_force(), group_id__in=list(group_ids), role=Role.GROUP_ADMIN, user__is_active=True
        )
        .values_list("group_id")
        .annotate(Count("user", distinct=True))
        .order_by()
    )
    return dict(counted)


def lasting_administrators(group_id: UUID) -> QuerySet[Membership]:
    """Administrators in force whose right has no end date, locked one by one: for the rule of the last one."""
    return (
        Membership.objects.select_for_update(of=("self",))
        .filter(
            in_force(), group_id=group_id, role=Role.GROUP_ADMIN, ends_on__isnull=True, user__is_active=True
        )
        .order_by("pk")
    )


def confirmer_in(user: User, group_id: UUID) -> Confirmer:
    """What `check_confirm` must know of that person."""
    held = tuple(memberships_in_force(user).filter(group_id=group_id))
    waiting = Membership.objects.filter(
        user=user, group_id=group_id, is_founding=True, state=MembershipState.TO_CONFIRM
    )
    return Confirmer(
        user=user,
        access=Access(user, group_id, "", "", held),
        is_founder=waiting.exists(),
        group_has_administrator=bool(administrators_by_group([group_id])),
    )


def accesses_of(user: User) -> dict[UUID, Access]:
    """The rights in force of that person, group by group."""
    held: dict[UUID, list[Membership]] = {}
    for one in memberships_in_force(user):
        held.setdefault(one.group_id, []).append(one)
    return {group_id: Access(user, group_id, "", "", tuple(rights)) for group_id, rights in held.items()}


def groups_of(user: User) -> list[UUID]:
    """The groups where that person holds a right in force."""
    return sorted(set(memberships_in_force(user).values_list("group_id", flat=True)))


def own_rights(user: User) -> list[Membership]:
    """What that person holds or awaits, of every group: rights to come and to confirm too, not those that are over."""
    return list(
        Membership.objects.filter(user=user, state__in=(MembershipState.ACTIVE, MembershipState.TO_CONFIRM))
        .exclude(ends_on__lt=today())
        .order_by("granted_at")
    )


def reset_refusal(access: Access, membership: Membership) -> str:
    """Why that person may not take away the holder's second factors, in French; empty when they may."""
    try:
        check_reset(access.user, accesses_of(access.user), membership, own_rights(membership.user))
    except DomainError as error:
        return error.french
    return ""


def waiting_rights(user: User) -> list[Membership]:
    """Accepted rights of that person that a second administrator has not confirmed yet."""
    return list(Membership.objects.filter(user=user, state=MembershipState.TO_CONFIRM).order_by("granted_at"))


def fellow_founders(user: User, group_id: UUID) -> list[Membership]:
    """The other first administrators of that group who wait, for a first administrator who waits too; else nothing."""
    confirmer = confirmer_in(user, group_id)
    if not confirmer.is_founder or confirmer.group_has_administrator:
        return []
    return list(
        Membership.objects.select_related("user")
        .filter(group_id=group_id, is_founding=True, state__in=_AWAITED)
        .exclude(user=user)
        .order_by("granted_at")
    )


_AWAITED = (MembershipState.INVITED, MembershipState.TO_CONFIRM)


def rights_seen(access: Access) -> QuerySet[Membership]:
    """The rights that this person may read: all of the group, or those that reach only their own establishments."""
    rights = (
        Membership.objects.filter(group_id=access.group_id)
        .select_related("user", "granted_by", "confirmed_by")
        .prefetch_related(Prefetch("invitations", Invitation.objects.order_by("-created_at")))
    )
    sites = access.establishments_for(Permission.MEMBERSHIPS_VIEW)
    return rights if sites is None else rights.filter(establishment_ids__contained_by=list(sites))


EXPIRED = "expired"


def filtered_rights(
    access: Access, *, role: str = "", site: str = "", state: str = ""
) -> QuerySet[Membership]:
    """The readable rights, newest first. `state`: a MembershipState or `expired`; ended ones only when asked for."""
    rights = rights_seen(access).order_by("-granted_at", "pk")
    if role:
        rights = rights.filter(role=role)
    if site:
        rights = rights.filter(Q(establishment_ids__isnull=True) | Q(establishment_ids__contains=[site]))
    past = Q(ends_on__lt=today())
    if state == EXPIRED:
        return rights.filter(past, state=MembershipState.ACTIVE)
    if state == MembershipState.ACTIVE:
        return rights.filter(state=state).exclude(past)
    return rights.filter(state=state) if state else rights.exclude(state=MembershipState.ENDED)


def rights_to_confirm(access: Access) -> int:
    """How many rights this person could confirm now: for « À faire » lists."""
    if access.establishments_for(Permission.MEMBERSHIPS_CONFIRM) is not None:
        return 0
    return (
        Membership.objects.filter(group_id=access.group_id, state=MembershipState.TO_CONFIRM)
        .exclude(user=access.user)
        .exclude(granted_by=access.user)
        .count()
    )


def open_invitation(membership: Membership) -> Invitation | None:
    """The invitation that may still be accepted, expired or not."""
    return membership.invitations.filter(accepted_at__isnull=True, cancelled_at__isnull=True).first()


def is_open(invitation: Invitation) -> bool:
    """Whether its link may still be used."""
    return (
        invitation.accepted_at is None and invitation.cancelled_at is None and invitation.expires_at > now()
    )
