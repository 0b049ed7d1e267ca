"""States of a pair of records that look alike, and of a merge."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class PairState(TextChoices):
    TO_SETTLE = "to_settle", "à régler"
    LATER = "later", "plus tard"
    MERGED = "merged", "même personne"
    HOMONYM = "homonym", "deux personnes"


UNDECIDED = (PairState.TO_SETTLE, PairState.LATER)

# A merge that is undone and a homonym that is reconsidered wait for a decision again.
PAIR_TRANSITIONS = Transitions(
    PairState,
    {
        PairState.TO_SETTLE: (PairState.LATER, PairState.MERGED, PairState.HOMONYM),
        PairState.LATER: (PairState.LATER, PairState.TO_SETTLE, PairState.MERGED, PairState.HOMONYM),
        PairState.MERGED: (PairState.TO_SETTLE,),
        PairState.HOMONYM: (PairState.TO_SETTLE,),
    },
)


class MergeState(TextChoices):
    DONE = "done", "en vigueur"
    UNDONE = "undone", "défaite"


MERGE_TRANSITIONS = Transitions(MergeState, {MergeState.DONE: (MergeState.UNDONE,), MergeState.UNDONE: ()})
