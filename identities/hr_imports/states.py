"""States of an import, and of each site of it."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class RunState(TextChoices):
    RECEIVED = "received", "colonnes à confirmer"
    CHECKING = "checking", "contrôle en cours"
    CHECKED = "checked", "à appliquer"
    APPLYING = "applying", "application en cours"
    APPLIED = "applied", "appliqué"
    UNDOING = "undoing", "annulation en cours"
    UNDONE = "undone", "annulé après application"
    ABANDONED = "abandoned", "abandonné"


# One run of a source at a time is in one of these; the database refuses a second.
OPEN_RUNS = (RunState.RECEIVED, RunState.CHECKING, RunState.CHECKED, RunState.APPLYING, RunState.UNDOING)
AT_WORK = (RunState.CHECKING, RunState.APPLYING, RunState.UNDOING)

# A check that could not be done goes back to « received » with its reason; sites that were refused may be applied again.
RUN_TRANSITIONS = Transitions(
    RunState,
    {
        RunState.RECEIVED: (RunState.CHECKING, RunState.ABANDONED),
        RunState.CHECKING: (RunState.CHECKED, RunState.RECEIVED),
        RunState.CHECKED: (RunState.CHECKING, RunState.APPLYING, RunState.ABANDONED),
        RunState.APPLYING: (RunState.APPLIED,),
        RunState.APPLIED: (RunState.APPLYING, RunState.UNDOING),
        RunState.UNDOING: (RunState.UNDONE,),
        RunState.UNDONE: (),
        RunState.ABANDONED: (),
    },
)


class SiteState(TextChoices):
    WAITING = "waiting", "en attente"
    APPLIED = "applied", "appliqué"
    FAILED = "failed", "refusé"
    UNDONE = "undone", "annulé"
    KEPT = "kept", "non annulé"


SITE_TRANSITIONS = Transitions(
    SiteState,
    {
        SiteState.WAITING: (SiteState.APPLIED, SiteState.FAILED),
        SiteState.APPLIED: (SiteState.UNDONE, SiteState.KEPT),
        SiteState.FAILED: (SiteState.WAITING,),
        SiteState.UNDONE: (),
        SiteState.KEPT: (),
    },
)
