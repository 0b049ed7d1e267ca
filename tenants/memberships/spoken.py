"""A right in words, for the journal and the screens."""

from collections.abc import Mapping, Sequence
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
    names = establishment_names(membership.establishment_ids or ())
    until = f" jusqu'au {membership.ends_on:%d/%m/%Y}" if membership.ends_on else ""
    return f"{role} {spoken_scope(membership, names)}{until}"


def spoken_scope(membership: Membership, names: Mapping[UUID, str]) -> str:
    """« sur tout le groupe », or its establishments among `names`, three at most."""
    return spoken_places(membership.establishment_ids, names)


def spoken_places(establishment_ids: Sequence[UUID] | None, names: Mapping[UUID, str]) -> str:
    """The same, of establishments that no right carries yet."""
    if establishment_ids is None:
        return "sur tout le groupe"
    shown = [names[one] for one in establishment_ids if one in names]
    more = len(establishment_ids) - 3
    return "à " + ", ".join(shown if more <= 0 else [*shown[:3], f"et {more} autre{'s' if more > 1 else ''}"])
