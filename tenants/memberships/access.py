"""What one user may do in one group: the sum of their rights in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import ROLE_PERMISSIONS, Permission, Role


@dataclass(frozen=True)
class Access:
    """Rights in force of `user` in a group; `establishment_id` is the current site when the address names one."""

    user: User
    group_id: UUID
    group_slug: str
    group_name: str
    memberships: tuple[Membership, ...]
    establishment_id: UUID | None = None
    establishment_name: str = ""

    @property
    def actor_id(self) -> UUID:
        return self.user.pk

    @property
    def actor_name(self) -> str:
        return self.user.full_name

    def _holding(self, permission: Permission) -> Iterable[Membership]:
        return (one for one in self.memberships if permission in ROLE_PERMISSIONS[Role(one.role)])

    def holds(self, permission: Permission) -> bool:
        """At the current site when there is one, else for the whole group."""
        if self.establishment_id is not None:
            return any(one.covers(self.establishment_id) for one in self._holding(permission))
        return any(one.establishment_ids is None for one in self._holding(permission))

    def establishments_for(self, permission: Permission) -> tuple[UUID, ...] | None:
        """None: the whole group. Else the establishments where the permission is held (may be empty)."""
        holding = list(self._holding(permission))
        if any(one.establishment_ids is None for one in holding):
            return None
        return tuple(sorted({site for one in holding for site in one.establishment_ids or ()}))

    @property
    def permissions(self) -> frozenset[Permission]:
        """What `holds` answers yes to, here: for menus and buttons."""
        return frozenset(one for one in Permission if self.holds(one))

    @property
    def sees_whole_group(self) -> bool:
        return any(one.establishment_ids is None for one in self.memberships)
