"""How a request moves: its state by conditional UPDATE, one line of its timeline, one of the journal. No trait in either."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from identities.registrations.models import RegistrationRequest, RequestEvent
from identities.registrations.queries import find_request
from identities.registrations.rules import MOVED
from identities.registrations.states import REQUEST_TRANSITIONS, RequestState
from portal.dispatch.operations import Letter, post
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import insert_all
from portal.journal.operations import Act, Actor, Entry, record_set

SETTLED = "registration.settled"


def move(
    actor: Actor,
    act: Act,
    request: RegistrationRequest,
    state: RequestState,
    sentence: str = "",
    said: Mapping[str, str] | None = None,
    **values: Any,
) -> None:
    """One request. Refuses (TransitionError) when somebody was quicker. `sentence`: of the timeline, else the act's."""
    before = request.state
    REQUEST_TRANSITIONS.move_one(request, state, MOVED, **values)
    note(actor, act, [(request, before)], sentence, **said or {})


def note(
    actor: Actor, act: Act, moved: Iterable[tuple[RegistrationRequest, str]], sentence: str = "", **said: Any
) -> None:
    """The timeline and the journal of requests that moved (request, state before): two statements for all."""
    pairs = list(moved)
    moment = now()
    events = [
        RequestEvent(
            request=one,
            establishment_id=one.establishment_id,
            at=moment,
            by_id=actor.actor_id,
            by_name=actor.actor_name,
            from_state=before,
            to_state=one.state,
            sentence=(
                sentence or act.said(actor=actor.actor_name, object="cette personne", **_said(one), **said)
            )[:300],
        )
        for one, before in pairs
    ]
    insert_all(events)
    entries = [
        Entry(
            "person",
            one.person_id,
            {"object": one.person.display_name, **_said(one), **said},
            one.establishment_id,
        )
        for one, _ in pairs
    ]
    record_set(actor, act, entries)


def _said(request: RegistrationRequest) -> dict[str, str]:
    return {"route": request.get_route_display(), "reason": request.reason}


def tell(request: RegistrationRequest) -> None:
    """Whoever waits for the end of a request, or for another state of it, hears of it after the commit."""
    post(Letter(SETTLED, {"request_id": str(request.pk), "person_id": str(request.person_id)}))


def locked(request_id: UUID) -> RegistrationRequest:
    """Under its lock, with its person and place. Refuses (DomainError) one that the door does not see."""
    RegistrationRequest.objects.select_for_update().filter(pk=request_id).values_list("pk").first()
    found = find_request(request_id)
    if found is None:
        raise DomainError("Not seen", "Cette demande n'est pas à votre portée.")
    return found
