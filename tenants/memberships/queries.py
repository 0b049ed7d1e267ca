"""Reads of accounts and rights, made before the tenant is known."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from portal.foundation.clock import today
from tenants.groups.queries import group_by_slug
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState


def memberships_in_force(user: User, on: date | None = None) -> QuerySet[Membership]:
    """Active rights whose dates hold that day (today in Paris by default)."""
    day = on or today()
    return Membership.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day),
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        user=user,
        state=MembershipState.ACTIVE,
    ).order_by("granted_at")


def access_to(user: User, group_slug: str, establishment_id: UUID | None = None) -> Access | None:
    """The rights of `user` in the group of that address; None for a stranger or a group that does not exist."""
    group = group_by_slug(group_slug)
    if group is None:
        return None
    held = tuple(memberships_in_force(user).filter(group_id=group.id))
    return Access(user, group.id, group.slug, group.name, held, establishment_id) if held else None


def administrators_by_group(group_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many administrators each group has in force today; a group without any is left out."""
    day = today()
    in_force = Membership.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day),
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        group_id__in=list(group_ids),
        role=Role.GROUP_ADMIN,
        state=MembershipState.ACTIVE,
    )
    return dict(in_force.values_list("group_id").annotate(Count("user")).order_by())
