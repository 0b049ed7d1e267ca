"""How a right stands today, in one word and one colour: its state, and what its dates add to it."""

from dataclasses import dataclass
from datetime import date

from portal.foundation.clock import now, today
from tenants.memberships.models import Membership
from tenants.memberships.states import MembershipState


@dataclass(frozen=True)
class Standing:
    """`kind`: a status of the {% status %} tag."""

    kind: str
    label: str


def standing_of(membership: Membership, on: date | None = None) -> Standing:
    """Reads the prefetched invitations of a right that is not accepted yet."""
    day = on or today()
    if membership.state == MembershipState.INVITED:
        return _invited(membership)
    if membership.state == MembershipState.TO_CONFIRM:
        return Standing("warn", "À confirmer")
    if membership.state == MembershipState.ENDED:
        return Standing("neutral", "Terminé")
    if membership.ends_on is not None and membership.ends_on < day:
        return Standing("neutral", "Expiré")
    if membership.starts_on is not None and membership.starts_on > day:
        return Standing("info", "À venir")
    return Standing("ok", "Actif")


def _invited(membership: Membership) -> Standing:
    open_ones = [one for one in membership.invitations.all() if one.cancelled_at is None]
    if any(one.expires_at > now() for one in open_ones):
        return Standing("info", "Invitation envoyée")
    return Standing("danger", "Invitation expirée")
