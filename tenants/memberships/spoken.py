"""A right in words, for the journal and the screens."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tenants.groups.queries import establishment_names
from tenants.memberships.models import Membership
from tenants.memberships.permissions import Role


def terms_of(membership: Membership) -> dict[str, Any]:
    return {
        "role": membership.role,
        "establishment_ids": membership.establishment_ids,
        "starts_on": membership.starts_on,
        "ends_on": membership.ends_on,
    }


def spoken_terms(membership: Membership) -> str:
    """« référent de site à EHPAD Les Tilleuls jusqu'au 31/12/2026 »."""
    role = Role(membership.role).label
    where = "sur tout le groupe"
    if membership.establishment_ids is not None:
        where = "à " + ", ".join(_names(membership.establishment_ids))
    until = f" jusqu'au {membership.ends_on:%d/%m/%Y}" if membership.ends_on else ""
    return f"{role} {where}{until}"


def _names(establishment_ids: Iterable[UUID]) -> list[str]:
    wanted = list(establishment_ids)
    names = sorted(establishment_names(wanted).values())
    return names if len(names) <= 3 else [*names[:3], f"{len(wanted) - 3} autres établissements"]
