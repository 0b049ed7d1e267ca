"""States of the change of a verified identity."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class ChangeState(TextChoices):
    WAITING = "waiting", "en attente"
    CONFIRMED = "confirmed", "confirmé"
    REFUSED = "refused", "refusé"
    WITHDRAWN = "withdrawn", "retiré"


# Confirmed or refused by a second person; withdrawn by whoever asked.
CHANGE_TRANSITIONS = Transitions(
    ChangeState,
    {
        ChangeState.WAITING: (ChangeState.CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN),
        ChangeState.CONFIRMED: (),
        ChangeState.REFUSED: (),
        ChangeState.WITHDRAWN: (),
    },
)
