"""Reads of accounts and rights, made before the tenant is known."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from portal.foundation.clock import today
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
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
    from django.apps import apps

    group = apps.get_model("groups.Group").objects.filter(slug=group_slug).values("id", "name").first()
    if group is None:
        return None
    held: Sequence[Membership] = memberships_in_force(user).filter(group_id=group["id"])
    if not held:
        return None
    return Access(user, group["id"], group_slug, group["name"], tuple(held), establishment_id)
