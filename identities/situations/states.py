"""States of an RPPS situation to close after a departure."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class SituationState(TextChoices):
    OPEN = "open", "à clore"
    ASKED = "asked", "fin demandée"
    CLOSED = "closed", "close"
    NOT_NEEDED = "not_needed", "sans objet"


# Closed is what somebody said or what the ANS answered: the directory may show otherwise, and it is opened again. So is what
# a return had set aside, when that return was a mistake.
SITUATION_TRANSITIONS = Transitions(
    SituationState,
    {
        SituationState.OPEN: (SituationState.ASKED, SituationState.CLOSED, SituationState.NOT_NEEDED),
        SituationState.ASKED: (SituationState.CLOSED, SituationState.OPEN, SituationState.NOT_NEEDED),
        SituationState.CLOSED: (SituationState.OPEN,),
        SituationState.NOT_NEEDED: (SituationState.OPEN,),
    },
)
WAITING = (SituationState.OPEN, SituationState.ASKED)
