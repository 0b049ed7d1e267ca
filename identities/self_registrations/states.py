"""Where a self-registration stands, from the invitation to the establishment's confirmation."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class PathState(TextChoices):
    INVITED = "invited", "invité"
    OPENED = "opened", "lien ouvert"
    FILLED = "filled", "fiche remplie"
    SENT = "sent", "parti au service national"
    DECLARED = "declared", "à confirmer"
    CONFIRMED = "confirmed", "confirmé"
    EXPIRED = "expired", "échu"
    WITHDRAWN = "withdrawn", "retiré"


# The establishment may learn of the enrolment by itself, whatever the person did here: every state before it leads there.
_BEFORE = (PathState.DECLARED, PathState.WITHDRAWN)
PATH_TRANSITIONS = Transitions(
    PathState,
    {
        PathState.INVITED: (PathState.OPENED, *_BEFORE),
        PathState.OPENED: (PathState.FILLED, *_BEFORE),
        PathState.FILLED: (PathState.SENT, *_BEFORE),
        PathState.SENT: _BEFORE,
        PathState.DECLARED: (PathState.CONFIRMED, PathState.EXPIRED),
        PathState.CONFIRMED: (),
        PathState.EXPIRED: (),
        PathState.WITHDRAWN: (),
    },
)
# A person has one self-registration at a time in these; the database refuses a second.
OPEN_STATES = tuple(state for state, following in PATH_TRANSITIONS.table.items() if following)
# Before the enrolment: the person may still need a link.
BEFORE_ENROLMENT = tuple(PATH_TRANSITIONS.sources(PathState.WITHDRAWN))
