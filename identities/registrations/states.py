"""States of a request for a national identity, and of each block that it asks for."""

from django.db.models import TextChoices

from portal.foundation.transitions import Transitions


class RequestState(TextChoices):
    DRAFT = "draft", "à compléter"
    READY = "ready", "prête"
    QUEUED = "queued", "en attente d'envoi"
    SENT = "sent", "envoyée"
    UNKNOWN = "unknown", "issue inconnue"
    NEEDS_CORRECTION = "correction", "à corriger"
    PARTLY_DONE = "partly_done", "faite en partie"
    DONE = "done", "faite"
    REFUSED = "refused", "refusée"
    WITHDRAWN = "withdrawn", "retirée"
    EXPIRED = "expired", "échue"


_OUTCOMES = (
    RequestState.DONE,
    RequestState.PARTLY_DONE,
    RequestState.NEEDS_CORRECTION,
    RequestState.REFUSED,
)
# A person sends: nothing that came back for a correction, or that was found incomplete, leaves again by itself.
REQUEST_TRANSITIONS = Transitions(
    RequestState,
    {
        RequestState.DRAFT: (RequestState.READY, RequestState.WITHDRAWN),
        RequestState.READY: (
            RequestState.DRAFT,
            RequestState.QUEUED,
            RequestState.SENT,
            RequestState.WITHDRAWN,
        ),
        RequestState.QUEUED: (
            RequestState.SENT,
            RequestState.READY,
            RequestState.PARTLY_DONE,
            RequestState.WITHDRAWN,
        ),
        RequestState.SENT: (*_OUTCOMES, RequestState.UNKNOWN, RequestState.QUEUED, RequestState.EXPIRED),
        RequestState.UNKNOWN: (*_OUTCOMES, RequestState.QUEUED),
        RequestState.NEEDS_CORRECTION: (RequestState.READY, RequestState.DRAFT, RequestState.WITHDRAWN),
        RequestState.PARTLY_DONE: (RequestState.QUEUED, RequestState.DONE),
        RequestState.DONE: (),
        RequestState.REFUSED: (),
        RequestState.WITHDRAWN: (),
        RequestState.EXPIRED: (),
    },
)
# One request of a person and a route at a time is in one of these; the database refuses a second.
OPEN_STATES = tuple(state for state, following in REQUEST_TRANSITIONS.table.items() if following)


class BlockState(TextChoices):
    ASKED = "asked", "demandé"
    DONE = "done", "fait"
    WAITING = "waiting", "attend une autre partie"
    TRY_LATER = "try_later", "service indisponible"
    UNKNOWN = "unknown", "issue inconnue"
    CORRECTION = "correction", "à corriger"
    REFUSED = "refused", "refusé"


BLOCK_TRANSITIONS = Transitions(
    BlockState,
    {
        BlockState.ASKED: (
            BlockState.DONE,
            BlockState.WAITING,
            BlockState.TRY_LATER,
            BlockState.UNKNOWN,
            BlockState.CORRECTION,
            BlockState.REFUSED,
        ),
        BlockState.WAITING: (BlockState.ASKED, BlockState.DONE),
        BlockState.TRY_LATER: (BlockState.ASKED, BlockState.DONE),
        BlockState.UNKNOWN: (BlockState.ASKED, BlockState.DONE, BlockState.REFUSED),
        BlockState.CORRECTION: (BlockState.ASKED,),
        BlockState.REFUSED: (BlockState.ASKED,),
        BlockState.DONE: (),
    },
)
