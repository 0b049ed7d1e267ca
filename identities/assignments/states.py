"""States of an affectation or a mission."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class AssignmentState(TextChoices):
    PLANNED = "planned", "à venir"
    RUNNING = "running", "en cours"
    ENDED = "ended", "terminée"
    CANCELLED = "cancelled", "annulée"


# The clock opens and ends on the minute; a person may end early or cancel what has not begun.
ASSIGNMENT_TRANSITIONS = Transitions(
    AssignmentState,
    {
        AssignmentState.PLANNED: (AssignmentState.RUNNING, AssignmentState.CANCELLED, AssignmentState.ENDED),
        AssignmentState.RUNNING: (AssignmentState.ENDED,),
        AssignmentState.ENDED: (),
        AssignmentState.CANCELLED: (),
    },
)
