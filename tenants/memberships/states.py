"""States of a right in the portal."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class MembershipState(TextChoices):
    INVITED = "invited", "invitation envoyée"
    TO_CONFIRM = "to_confirm", "à confirmer par un second administrateur"
    ACTIVE = "active", "actif"
    ENDED = "ended", "terminé"


# An active right that is widened to the whole group waits for a second administrator again.
MEMBERSHIP_TRANSITIONS = Transitions(
    MembershipState,
    {
        MembershipState.INVITED: (MembershipState.TO_CONFIRM, MembershipState.ACTIVE, MembershipState.ENDED),
        MembershipState.TO_CONFIRM: (MembershipState.ACTIVE, MembershipState.ENDED),
        MembershipState.ACTIVE: (MembershipState.TO_CONFIRM, MembershipState.ENDED),
        MembershipState.ENDED: (),
    },
)
