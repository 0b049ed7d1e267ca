"""One request: prepared, completed, withdrawn, asked again, and settled by hand for the routes that people work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from identities.people.models import Person
from identities.psi.answers import Death
from identities.psi.queries import connection_of_group
from identities.registrations.composing import compose
from identities.registrations.models import (
    ActivityEndReason,
    BlockKind,
    RegistrationRequest,
    RequestBlock,
    RnippDeath,
    Route,
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
    check_reason,
    missing_of,
)
from identities.registrations.set_operations import prepare_requests, send_letter
from identities.registrations.settling import API, CARDS, forget_echo
from identities.registrations.states import BlockState, RequestState
from portal.dispatch.operations import post
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

CHOSEN = Act("registration_chosen", "{actor} a complété l'enregistrement national de {object}.")
CHECKED = Act("registration_checked", "{actor} a vérifié l'enregistrement national de {object} : {outcome}.")
WITHDRAWN = Act("registration_withdrawn", "{actor} a retiré l'enregistrement national de {object} : {reason}")
RETRIED = Act("registration_retried", "{actor} a redemandé ce qui restait de l'enregistrement de {object}.")
CLOSED = Act("registration_closed", "{actor} a arrêté là l'enregistrement national de {object}.")
CARD_TOLD = Act("registration_card_told", "{actor} a dit de la carte de {object} : {outcome}.")
STOP_PREPARED = Act("registration_stop_prepared", "{actor} a préparé la fin d'activité de {object}.")
DEATH_OPENED = Act(
    "registration_death_opened", "{actor} a ouvert l'événement d'état civil signalé pour {object}."
)
MOST_ATTEMPTS = 10


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


def prepare_stop(
    *, actor: Actor, person_id: UUID, establishment_id: UUID, ends_on: date, end_reason: str
) -> RegistrationRequest:
    """The end of an activity by API PSI, for somebody who left that establishment; the person's e-CPS is not touched.

    Refuses (DomainError) a reason out of JDV_J92, somebody who never worked there, and a second open request by API PSI.
    """
    if end_reason not in ActivityEndReason.values:
        raise DomainError("Not in JDV_J92", "Choisissez le motif de fin dans la liste.", "end_reason")
    person = Person.objects.filter(pk=person_id).first()
    stay = _last_stay(person, establishment_id, ends_on) if person else None
    if person is None or stay is None:
        raise DomainError("No stay there", "Cette personne n'a pas d'affectation dans cet établissement.")
    codes = routes_of_function(stay.function_id).codes
    request = RegistrationRequest(
        person=person, establishment_id=establishment_id, assignment=stay, function=stay.function, route=Route.PSI,
        state=RequestState.DRAFT, starts_on=stay.starts_at.date(), ends_on=ends_on, end_reason=end_reason,
        practice_mode="S", activity_genre=codes.activity_genre if codes else "",
        category=codes.category if codes else "", created_by=actor.actor_id, created_by_name=actor.actor_name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        french = (
            "Une demande à Pro Santé Identité est déjà ouverte pour cette personne : terminez-la d'abord."
        )
        raise DomainError("One is open", french) from error
    _ask_for(request, (BlockKind.IDENTITY, BlockKind.EMPLOYMENT, BlockKind.ACTIVITY_STOP))
    note(actor, STOP_PREPARED, [(request, "")])
    _look_again(actor, request)
    return request


def _last_stay(person: Person, establishment_id: UUID, ends_on: date) -> Any:
    rows = person.assignments.filter(establishment_id=establishment_id).select_related("function")
    return rows.filter(Q(starts_at__date__lte=ends_on)).order_by("-starts_at", "-pk").first()


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
        _ask_for(request, (BlockKind.IDENTITY, BlockKind.EMPLOYMENT, *choices.blocks))
        note(actor, CHOSEN, [(request, request.state)])
        _look_again(actor, request)
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


def _ask_for(request: RegistrationRequest, kinds: Sequence[str]) -> None:
    """What was asked and is not any more leaves, unless it is done; the others are asked anew."""
    rows = RequestBlock.objects.filter(request=request)
    rows.exclude(kind__in=kinds).exclude(state=BlockState.DONE).delete()
    known = set(rows.values_list("kind", flat=True))
    for kind in dict.fromkeys(kinds):
        if kind not in known:
            RequestBlock.objects.create(request=request, establishment_id=request.establishment_id, kind=kind)


def check_again(*, actor: Actor, request_id: UUID) -> RegistrationRequest:
    """After the record changed: ready when nothing is missing any more, else to complete. A person then sends it.

    Refuses (DomainError) a request that left or ended.
    """
    with transaction.atomic():
        request = locked(request_id)
        check_can_correct(request)
        _look_again(actor, request)
    return request


def _look_again(actor: Actor, request: RegistrationRequest) -> None:
    lacks = [one.french for one in missing_of(request.person, request, today())]
    state = RequestState.DRAFT if lacks else RequestState.READY
    if lacks != request.missing:
        request.missing = lacks
        request.save(update_fields=["missing"])
    if state != request.state:
        move(actor, CHECKED, request, state, "", {"outcome": state.label})


def withdraw_request(*, actor: Actor, request_id: UUID, reason: str) -> None:
    """Before it leaves. Withdrawn twice is withdrawn once. Refuses (DomainError) no reason, and what has left."""
    written = check_reason(reason)
    with transaction.atomic():
        request = locked(request_id)
        if request.state == RequestState.WITHDRAWN:
            return
        check_can_withdraw(request)
        request.reason = written
        move(actor, WITHDRAWN, request, RequestState.WITHDRAWN, settled_at=now(), reason=written)
        forget_echo(request)
        tell(request)


def retry_blocks(*, actor: Actor, request_id: UUID) -> RegistrationRequest:
    """Asks again what is not done, and only that: the identity as it was sent, the other parts as they are now.

    Refuses (DomainError) a request of which nothing may be asked again.
    """
    with transaction.atomic():
        request = locked(request_id)
        blocks = RequestBlock.objects.filter(request=request)
        check_can_retry(request, set(blocks.values_list("state", flat=True)))
        blocks.filter(state__in=RETRIABLE).update(
            state=BlockState.ASKED, code="", status=None, text="", changed_at=now()
        )
        _send_again(actor, request)
    return request


def retry_unavailable(*, request_id: UUID, attempt: int) -> None:
    """By itself, a while after a service did not answer; nothing when a person was quicker, or after ten attempts."""
    request = locked(request_id)
    blocks = RequestBlock.objects.filter(
        request=request, state__in=[BlockState.TRY_LATER, BlockState.WAITING]
    )
    if request.state != RequestState.PARTLY_DONE or request.attempt != attempt or attempt >= MOST_ATTEMPTS:
        return
    if blocks.update(state=BlockState.ASKED, code="", status=None, text="", changed_at=now()):
        _send_again(API, request)


def _send_again(actor: Actor, request: RegistrationRequest) -> None:
    connection = connection_of_group()
    if connection is None:
        raise DomainError("No key", "Aucune clé Pro Santé Identité : voir « Connexion PSI ».")
    kinds = set(RequestBlock.objects.filter(request=request).values_list("kind", flat=True))
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
    """Enough is done. Refuses (DomainError) a request that is not partly done."""
    with transaction.atomic():
        request = locked(request_id)
        if request.state != RequestState.PARTLY_DONE:
            raise DomainError(f"{request.pk} is {request.state}", MOVED)
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
        if request.state != RequestState.PARTLY_DONE or not cards.update(state=state, changed_at=now()):
            raise DomainError("No unknown card", MOVED)
        note(actor, CARD_TOLD, [(request, request.state)], outcome=said)
        rest = RequestBlock.objects.filter(request=request).exclude(state=BlockState.DONE)
        if not rest.exists():
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
    RnippDeath.objects.filter(request_id=request_id).delete()
