"""States of the link between a person of a group and a number of the national directory."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class LinkState(TextChoices):
    PROPOSED = "proposed", "à confirmer"
    LINKED = "linked", "reliée"
    REFUSED = "refused", "écartée"


# A decision may be taken back, by another decision; nothing becomes a mere proposal again.
LINK_TRANSITIONS = Transitions(
    LinkState,
    {
        LinkState.PROPOSED: (LinkState.LINKED, LinkState.REFUSED),
        LinkState.LINKED: (LinkState.REFUSED,),
        LinkState.REFUSED: (LinkState.LINKED,),
    },
)
