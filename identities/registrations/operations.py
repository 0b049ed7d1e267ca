"""One request: prepared, completed, withdrawn, asked again, and settled by hand for the routes that people work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from identities.psi.answers import Death
from identities.psi.queries import connection_of_group
from identities.registrations.completing import ask_for, look_again
from identities.registrations.composing import compose
from identities.registrations.models import (
    BlockKind,
    RegistrationRequest,
    RequestBlock,
    RnippDeath,
)
from identities.registrations.queries import death_of, find_request, rpps_of
from identities.registrations.recording import locked, move, note, tell
from identities.registrations.routes import routes_of_function
from identities.registrations.rules import (
    MOVED,
    RETRIABLE,
    check_can_correct,
    check_can_retry,
    check_can_withdraw,
    check_no_doubt,
    check_reason,
    check_still_ours,
)
from identities.registrations.set_operations import prepare_requests, send_letter
from identities.registrations.settling import CARDS, forget_echo
from identities.registrations.states import BlockState, RequestState
from portal.dispatch.operations import post
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

CHOSEN = Act("registration_chosen", "{actor} a complété l'enregistrement national de {object}.")
WITHDRAWN = Act("registration_withdrawn", "{actor} a retiré l'enregistrement national de {object} : {reason}")
RETRIED = Act("registration_retried", "{actor} a redemandé ce qui restait de l'enregistrement de {object}.")
CLOSED = Act("registration_closed", "{actor} a arrêté là l'enregistrement national de {object}.")
CARD_TOLD = Act("registration_card_told", "{actor} a dit de la carte de {object} : {outcome}.")
DEATH_OPENED = Act(
    "registration_death_opened", "{actor} a ouvert l'événement d'état civil signalé pour {object}."
)
DEATH_CLOSED = Act(
    "registration_death_closed", "{actor} a classé l'événement d'état civil signalé pour {object}."
)
MOST_ATTEMPTS = 10
ON_ITS_WAY = (RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN)


@dataclass(frozen=True)
class Choices:
    """What a request asks for. `blocks`: beside identity and employment, which every request has."""

    blocks: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    end_reason: str = ""
    practice_mode: str = ""
    activity_genre: str = ""
    category: str = ""
    card_address: dict[str, str] = field(default_factory=dict)


def prepare_request(
    *,
    actor: Actor,
    person_id: UUID,
    route: str,
    establishment_id: UUID | None = None,
    blocks: Sequence[str] = (),
) -> RegistrationRequest:
    """One of `prepare_requests`. Refuses (DomainError) what it leaves aside, with its reason."""
    prepared = prepare_requests(
        actor=actor, person_ids=[person_id], route=route, establishment_id=establishment_id, blocks=blocks
    )
    if prepared.refused:
        raise DomainError("Not prepared", prepared.refused[0].french)
    return prepared.created[0]


def choose_blocks(*, actor: Actor, request_id: UUID, choices: Choices) -> RegistrationRequest:
    """Replaces what is asked for, dates and addresses included, then looks at what is missing.

    Refuses (DomainError) a request that left or ended, two cards, and an end before the start.
    """
    with transaction.atomic():
        request = locked(request_id)
        check_can_correct(request)
        _check_choices(choices)
        for name in (
            "starts_on",
            "ends_on",
            "end_reason",
            "practice_mode",
            "activity_genre",
            "category",
            "card_address",
        ):
            setattr(request, name, getattr(choices, name))
        request.save()
        ask_for(request, (BlockKind.IDENTITY, BlockKind.EMPLOYMENT, *choices.blocks))
        note(actor, CHOSEN, [(request, request.state)])
        look_again(actor, request)
    return request


def _check_choices(choices: Choices) -> None:
    if {BlockKind.CARD_PSI, BlockKind.CARD_CPS} <= set(choices.blocks):
        raise DomainError("Two cards", "Une seule carte à la fois : carte PSI ou CPS.", "card")
    if {BlockKind.ACTIVITY_START, BlockKind.ACTIVITY_STOP} <= set(choices.blocks):
        raise DomainError(
            "Start and stop", "Une demande commence une activité ou la termine, pas les deux.", "activity"
        )
    if choices.starts_on and choices.ends_on and choices.ends_on < choices.starts_on:
        raise DomainError("Ends before", "La fin est avant le début.", "ends_on")


def check_again(*, actor: Actor, request_id: UUID) -> RegistrationRequest:
    """After the record changed: ready when nothing is missing any more, else to complete. A person then sends it.

    Refuses (DomainError) a request that left or ended.
    """
    with transaction.atomic():
        request = locked(request_id)
        check_can_correct(request)
        look_again(actor, request)
    return request


def withdraw_request(*, actor: Actor, request_id: UUID, reason: str) -> None:
    """Before it leaves. Withdrawn twice is withdrawn once. Refuses (DomainError) no reason, and what (may have) left."""
    written = check_reason(reason)
    with transaction.atomic():
        request = locked(request_id)
        if request.state == RequestState.WITHDRAWN:
            return
        states = RequestBlock.objects.filter(request=request).values_list("state", flat=True)
        check_can_withdraw(request, set(states))
        request.reason = written
        move(actor, WITHDRAWN, request, RequestState.WITHDRAWN, settled_at=now(), reason=written)
        forget_echo(request)
        tell(request)


def retry_blocks(*, actor: Actor, request_id: UUID) -> RegistrationRequest:
    """Asks again what is not done, and only that: the identity as it was sent, the other parts as they are now.

    Refuses (DomainError) a request of which nothing may be asked again, and what `check_still_ours` refuses.
    """
    with transaction.atomic():
        request = locked(request_id)
        blocks = RequestBlock.objects.filter(request=request)
        check_can_retry(request, set(blocks.values_list("state", flat=True)))
        check_still_ours(request, _kinds(request), routes_of_function(request.function_id))
        blocks.filter(state__in=RETRIABLE).update(
            state=BlockState.ASKED, code="", status=None, text="", changed_at=now()
        )
        _send_again(actor, request)
    return request


def retry_unavailable(*, actor: Actor, request_id: UUID, attempt: int) -> None:
    """By itself, a while after a service did not answer; nothing when a person was quicker, or after ten attempts.

    Nothing either for somebody who left meanwhile, or whom an ordre or an ARS registers now: a person decides.
    """
    request = locked(request_id)
    blocks = RequestBlock.objects.filter(
        request=request, state__in=[BlockState.TRY_LATER, BlockState.WAITING]
    )
    if request.state != RequestState.PARTLY_DONE or request.attempt != attempt or attempt >= MOST_ATTEMPTS:
        return
    try:
        check_still_ours(request, _kinds(request), routes_of_function(request.function_id))
    except DomainError:
        return
    if blocks.update(state=BlockState.ASKED, code="", status=None, text="", changed_at=now()):
        _send_again(actor, request)


def _kinds(request: RegistrationRequest) -> set[str]:
    return set(RequestBlock.objects.filter(request=request).values_list("kind", flat=True))


def _send_again(actor: Actor, request: RegistrationRequest) -> None:
    connection = connection_of_group()
    if connection is None:
        raise DomainError("No key", "Aucune clé Pro Santé Identité : voir « Connexion PSI ».")
    kinds = _kinds(request)
    rpps = rpps_of([request.person_id]).get(request.person_id, "")
    routes = routes_of_function(request.function_id)
    now_known = compose(request, kinds, routes, rpps, connection.establishment_format)
    traits = {name: value for name, value in (request.payload or {}).items() if not isinstance(value, dict)}
    parts = {name: value for name, value in now_known.items() if isinstance(value, dict)}
    attempt = request.attempt + 1
    move(
        actor, RETRIED, request, RequestState.QUEUED, attempt=attempt, queued_at=now(), payload=traits | parts
    )  # fmt: skip
    post(send_letter(request))


def close_partly_done(*, actor: Actor, request_id: UUID) -> None:
    """Enough is done. Refuses (DomainError) a request that is not partly done, and a card that may have been ordered."""
    with transaction.atomic():
        request = locked(request_id)
        if request.state != RequestState.PARTLY_DONE:
            raise DomainError(f"{request.pk} is {request.state}", MOVED)
        check_no_doubt(RequestBlock.objects.filter(request=request).values_list("state", flat=True))
        move(actor, CLOSED, request, RequestState.DONE, settled_at=now())
        forget_echo(request)
        tell(request)


def settle_unknown_card(*, actor: Actor, request_id: UUID, outcome: str) -> None:
    """Somebody found out whether the card was ordered (`ordered`) or not (`not_ordered`: it may then be asked again).

    Refuses (DomainError) another word, and a request without a card whose fate is unknown.
    """
    words = {"ordered": (BlockState.DONE, "commandée"), "not_ordered": (BlockState.REFUSED, "non commandée")}
    if outcome not in words:
        raise DomainError("Unknown word", "Dites si la carte a été commandée.", "outcome")
    state, said = words[outcome]
    with transaction.atomic():
        request = locked(request_id)
        cards = RequestBlock.objects.filter(request=request, kind__in=CARDS, state=BlockState.UNKNOWN)
        if request.state in ON_ITS_WAY or not cards.update(state=state, changed_at=now()):
            raise DomainError("No unknown card", MOVED)
        note(actor, CARD_TOLD, [(request, request.state)], outcome=said)
        rest = RequestBlock.objects.filter(request=request).exclude(state=BlockState.DONE)
        if request.state == RequestState.PARTLY_DONE and not rest.exists():
            move(actor, CLOSED, request, RequestState.DONE, settled_at=now())
            forget_echo(request)
            tell(request)


def open_death_news(*, actor: Actor, request_id: UUID) -> Death | None:
    """Opens what the RNIPP said of a death, and leaves a line; None when there is nothing for this door."""
    found = death_of(request_id)
    request = find_request(request_id)
    if found is None or request is None:
        return None
    record(
        actor, DEATH_OPENED, object_kind="person", object_id=request.person_id, object=request.person.display_name
    )  # fmt: skip
    return found


def close_death_news(*, actor: Actor, request_id: UUID) -> None:
    """It is dealt with: the portal keeps nothing of it. Refuses nothing; a second time changes nothing."""
    request = find_request(request_id)
    deleted, _ = RnippDeath.objects.filter(request_id=request_id).delete()
    if request is not None and deleted:
        record(
            actor, DEATH_CLOSED, object_kind="person", object_id=request.person_id, object=request.person.display_name
        )  # fmt: skip
