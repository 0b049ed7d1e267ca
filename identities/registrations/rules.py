"""What may be done of a request, said in French when it may not."""

from collections.abc import Container, Iterable
from datetime import date
from uuid import UUID

from identities.people.models import IdentifierKind, Person
from identities.registrations.completeness import MissingField, lacking, what_ended
from identities.registrations.models import BlockKind, RegistrationRequest, Route
from identities.registrations.routes import FunctionRoutes
from identities.registrations.states import REQUEST_TRANSITIONS, BlockState, RequestState
from portal.foundation.errors import DomainError

MAX_REASON = 300
MOVED = "Cette demande a avancé entre-temps : rechargez la page pour voir où elle en est."
RETRIABLE = (  # asked: of a request that did not leave in the end
    BlockState.ASKED,
    BlockState.WAITING,
    BlockState.TRY_LATER,
    BlockState.CORRECTION,
    BlockState.REFUSED,
)
CORRECTABLE = (RequestState.DRAFT, RequestState.READY, RequestState.NEEDS_CORRECTION)


class NotOursToRegisterError(DomainError):
    """An ordre or an ARS registers this person, or nobody that the tables name."""


def check_may_register(routes: FunctionRoutes, route: str) -> None:
    """Refuses (NotOursToRegisterError) a function of an ordre or an ARS, and (DomainError) a route not open to it."""
    if not routes.is_ours:
        raise NotOursToRegisterError("Not the employer's door", routes.reason)
    if route not in routes.routes:
        raise DomainError(f"{route} is not open to {routes.function_code}", routes.reason, "route")


def check_not_theirs(person_id: UUID, theirs: Container[UUID]) -> None:
    """Refuses (NotOursToRegisterError) somebody who also works here under an ordre or an ARS, which registers them."""
    if person_id in theirs:
        raise NotOursToRegisterError(
            "Registered by others",
            "Cette personne exerce aussi ici sous un ordre ou une ARS, qui l'enregistre : reliez son numéro RPPS à sa"
            " fiche, dans « Annuaire Santé ».",
        )


def missing_of(person: Person, request: RegistrationRequest, today: date) -> list[MissingField]:
    """What the request still lacks, field by field: two statements. Nothing when it may leave."""
    held = person.identifiers.filter(kind=IdentifierKind.RPPS, valid_to=None)
    blocks = set(request.blocks.values_list("kind", flat=True))
    return lacking(request, person, blocks, has_rpps=held.exists(), today=today)


def check_can_withdraw(request: RegistrationRequest, states: set[str]) -> None:
    """`states`: those of its blocks. Refuses (DomainError) what has left, or may have: forgotten, it would be made twice."""
    if not can_withdraw(request):
        raise DomainError(
            f"{request.pk} is {request.state}",
            "Cette demande est partie : elle ne peut plus être retirée. Attendez sa réponse.",
        )
    check_no_doubt(states)
    if request.state == RequestState.QUEUED and BlockState.DONE in states:
        raise DomainError(
            f"{request.pk} is partly made",
            "Une partie de cette demande est déjà faite : attendez la réponse à ce qui reste, puis arrêtez là.",
        )


def check_no_doubt(states: Iterable[str]) -> None:
    """`states`: those of a request's blocks. Refuses (DomainError) to forget a card that may have been ordered."""
    if BlockState.UNKNOWN in states:
        raise DomainError(
            "A card may have been ordered",
            "Une carte a peut-être été commandée : dites d'abord ce qu'il en est.",
        )


def can_withdraw(request: RegistrationRequest) -> bool:
    """Whether « retirer » is offered. A self-registration or a portal line that was sent ends otherwise."""
    return REQUEST_TRANSITIONS.allows(request.state, RequestState.WITHDRAWN)


def can_queue(request: RegistrationRequest) -> bool:
    """Whether « envoyer » is offered."""
    return request.state == RequestState.READY and request.route == Route.PSI


def can_correct(request: RegistrationRequest) -> bool:
    """Whether what it asks for may still be changed."""
    return request.state in CORRECTABLE


def check_can_correct(request: RegistrationRequest) -> None:
    """Refuses (DomainError) a request that left or ended."""
    if not can_correct(request):
        raise DomainError(f"{request.pk} is {request.state}", MOVED)


def can_retry(request: RegistrationRequest, states: set[str]) -> bool:
    """`states`: those of its blocks. Whether something of it may be asked again."""
    return request.state == RequestState.PARTLY_DONE and bool(states & set(RETRIABLE))


def check_can_retry(request: RegistrationRequest, states: set[str]) -> None:
    """Refuses (DomainError) a request of which nothing may be asked again."""
    if not can_retry(request, states):
        raise DomainError(f"Nothing to retry in {request.pk}", MOVED)


def check_still_ours(request: RegistrationRequest, kinds: set[str], routes: FunctionRoutes) -> None:
    """Refuses (DomainError) to ask again for somebody who left, a merged record, a function of an ordre or an ARS now.

    An end of activity goes on: it is asked of people who left.
    """
    ended = [one.french for one in what_ended(request, request.person, kinds)]
    if ended:
        raise DomainError("Over", f"{' '.join(ended)} Sinon, arrêtez là ce qui est fait en partie.")
    if BlockKind.ACTIVITY_STOP not in kinds:
        check_may_register(routes, request.route)


def can_send_by_hand(request: RegistrationRequest) -> bool:
    """Whether somebody may enter it in the portal, or hand it over to the person."""
    return request.route != Route.PSI and request.state == RequestState.READY


def check_can_send_by_hand(request: RegistrationRequest) -> None:
    """Refuses (DomainError) a request that is not ready, and one that API PSI sends."""
    if not can_send_by_hand(request):
        raise DomainError(f"{request.pk} is {request.state} by {request.route}", MOVED)


def can_settle_by_hand(request: RegistrationRequest) -> bool:
    """Whether a number or a refusal may be typed back: of what a person entered elsewhere."""
    return request.route != Route.PSI and request.state == RequestState.SENT


def check_can_settle_by_hand(request: RegistrationRequest) -> None:
    """Refuses (DomainError) a request that API PSI answers, one that was not sent, and one that is settled."""
    if not can_settle_by_hand(request):
        raise DomainError(f"{request.pk} is {request.state} by {request.route}", MOVED)


def check_reason(typed: str) -> str:
    """The reason as it is kept. Refuses (DomainError) an empty one, and more than 300 characters."""
    reason = " ".join(typed.split())
    if not reason:
        raise DomainError("No reason", "Écrivez le motif.", "reason")
    if len(reason) > MAX_REASON:
        raise DomainError("Too long", f"Le motif tient en {MAX_REASON} caractères.", "reason")
    return reason
