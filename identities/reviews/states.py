"""States of a campaign, and of the review of one site in it."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class CampaignState(TextChoices):
    OPEN = "open", "en cours"
    CLOSED = "closed", "close"


# Closed by a person, or by the next one that begins.
CAMPAIGN_TRANSITIONS = Transitions(
    CampaignState, {CampaignState.OPEN: (CampaignState.CLOSED,), CampaignState.CLOSED: ()}
)


class ReviewState(TextChoices):
    WAITING = "waiting", "en cours"
    DONE = "done", "terminée"
    UNFINISHED = "unfinished", "non terminée"


# Done by itself with its last answer; unfinished when the campaign is closed before that.
REVIEW_TRANSITIONS = Transitions(
    ReviewState,
    {
        ReviewState.WAITING: (ReviewState.DONE, ReviewState.UNFINISHED),
        ReviewState.DONE: (),
        ReviewState.UNFINISHED: (),
    },
)
