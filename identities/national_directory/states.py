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


class CampaignState(TextChoices):
    FILES = "files", "comparaison avec les fichiers"
    API = "api", "interrogation de l'Annuaire Santé"
    DONE = "done", "terminée"
    STOPPED = "stopped", "arrêtée"


# One campaign of a group at a time is in one of these; the database refuses a second.
OPEN_CAMPAIGNS = (CampaignState.FILES, CampaignState.API)

CAMPAIGN_TRANSITIONS = Transitions(
    CampaignState,
    {
        CampaignState.FILES: (CampaignState.API, CampaignState.DONE, CampaignState.STOPPED),
        CampaignState.API: (CampaignState.DONE, CampaignState.STOPPED),
        CampaignState.DONE: (),
        CampaignState.STOPPED: (),
    },
)


class LookupState(TextChoices):
    WAITING = "waiting", "à demander"
    ASKED = "asked", "demandé"
    ANSWERED = "answered", "répondu"
    FAILED = "failed", "sans réponse utilisable"


# Asked and never answered (a worker died): a read is harmless, it is asked again.
LOOKUP_TRANSITIONS = Transitions(
    LookupState,
    {
        LookupState.WAITING: (LookupState.ASKED,),
        LookupState.ASKED: (LookupState.WAITING, LookupState.ANSWERED, LookupState.FAILED),
        LookupState.ANSWERED: (),
        LookupState.FAILED: (),
    },
)
