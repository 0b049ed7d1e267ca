"""What a request asks for, and whether it may leave: looked at again each time that something changes."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from identities.registrations.models import RegistrationRequest, RequestBlock
from identities.registrations.recording import move
from identities.registrations.rules import missing_of
from identities.registrations.states import BlockState, RequestState
from portal.foundation.clock import today
from portal.journal.operations import Act, Actor

CHECKED = Act("registration_checked", "{actor} a vérifié l'enregistrement national de {object} : {outcome}.")
KEPT = (BlockState.DONE, BlockState.UNKNOWN)  # what was done, and what may have been


def ask_for(request: RegistrationRequest, kinds: Sequence[str]) -> None:
    """What was asked and is not any more leaves, unless it is done or may be; what is new is asked."""
    rows = RequestBlock.objects.filter(request=request)
    rows.exclude(kind__in=kinds).exclude(state__in=KEPT).delete()
    known = set(rows.values_list("kind", flat=True))
    for kind in dict.fromkeys(kinds):
        if kind not in known:
            RequestBlock.objects.create(request=request, establishment_id=request.establishment_id, kind=kind)


def begun_of(requests: Iterable[RegistrationRequest]) -> set[UUID]:
    """Those of which something is done, or may be: they never become as if nothing had left."""
    rows = RequestBlock.objects.filter(request__in=[one.pk for one in requests], state__in=KEPT)
    return set(rows.values_list("request_id", flat=True))


def look_again(actor: Actor, request: RegistrationRequest) -> None:
    """Ready when nothing is missing, else to complete."""
    lacks = [one.french for one in missing_of(request.person, request, today())]
    state = RequestState.DRAFT if lacks else RequestState.READY
    if lacks != request.missing:
        request.missing = lacks
        request.save(update_fields=["missing"])
    if state != request.state:
        move(actor, CHECKED, request, state, "", {"outcome": state.label})
