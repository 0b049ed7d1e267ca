"""What a partly done request still asks for: its card's address and its activity are mended before asking again."""

from uuid import UUID

from django.db import transaction

from identities.registrations.models import RegistrationRequest
from identities.registrations.operations import CHOSEN, Choices
from identities.registrations.recording import locked, note
from identities.registrations.rules import MOVED
from identities.registrations.states import RequestState
from portal.foundation.errors import DomainError
from portal.journal.operations import Actor


def mend_parts(*, actor: Actor, request_id: UUID, choices: Choices) -> RegistrationRequest:
    """Changes what the parts left say, not which parts there are; asking them again is `retry_blocks`.

    Refuses (DomainError) a request that is not partly done.
    """
    with transaction.atomic():
        request = locked(request_id)
        if request.state != RequestState.PARTLY_DONE:
            raise DomainError(f"{request.pk} is {request.state}", MOVED)
        for name in ("end_reason", "practice_mode", "activity_genre", "category", "card_address"):
            setattr(request, name, getattr(choices, name))
        request.save()
        note(actor, CHOSEN, [(request, request.state)])
    return request
