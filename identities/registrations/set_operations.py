"""Many requests at once: prepared for people, sent together. A bounded number of statements, whatever their number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from identities.assignments.models import Assignment
from identities.assignments.rules import OPEN_STATES as OPEN_STAYS
from identities.people.models import Person
from identities.psi.queries import connection_of_group
from identities.registrations.completeness import lacking
from identities.registrations.completing import KEPT, begun_of
from identities.registrations.composing import compose
from identities.registrations.models import BlockKind, RegistrationRequest, RequestBlock, Route
from identities.registrations.queries import find_requests, registered_by_others, rpps_of
from identities.registrations.recording import note
from identities.registrations.routes import (
    FunctionRoutes,
    agency_staff,
    practice_mode,
    routes_of_functions,
    why_not_here,
)
from identities.registrations.rules import MOVED, check_may_register, check_not_theirs
from identities.registrations.states import OPEN_STATES, BlockState, RequestState
from portal.dispatch.operations import Letter, post_all
from portal.dispatch.queries import payloads_waiting
from portal.foundation.clock import PARIS, now, today
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.foundation.set_writes import insert_all, update_by_id
from portal.journal.operations import Act, Actor

PREPARED = Act("registration_prepared", "{actor} a préparé l'enregistrement national de {object} ({route}).")
QUEUED = Act("registration_queued", "{actor} a envoyé l'enregistrement national de {object} ({route}).")
ASKED_AGAIN = Act(
    "registration_asked_again", "{actor} vérifie ce qu'est devenu l'enregistrement de {object}."
)
NOT_SENT = Act(
    "registration_not_sent",
    "{actor} remet prête la demande de {object} : son envoi a été abandonné avant de partir.",
)
LETTER = "registration.send"
_FIRST_BLOCKS = {
    Route.PSI: (BlockKind.IDENTITY, BlockKind.EMPLOYMENT),
    Route.PORTAL: (BlockKind.IDENTITY, BlockKind.ACTIVITY_START),
    Route.SELF: (BlockKind.IDENTITY,),
}
_FROZEN = ("state", "payload", "attempt", "batch_id", "queued_at", "divergences")


@dataclass(frozen=True)
class Left:
    """Somebody, or a request, left aside, and why in French."""

    id: UUID
    french: str


@dataclass(frozen=True)
class Prepared:
    created: list[RegistrationRequest]
    refused: list[Left]


@dataclass(frozen=True)
class Queued:
    batch_id: UUID
    queued: list[RegistrationRequest]
    not_ready: list[Left]


def prepare_requests(
    *,
    actor: Actor,
    person_ids: Iterable[UUID],
    route: str,
    establishment_id: UUID | None = None,
    blocks: Sequence[str] = (),
) -> Prepared:
    """A request for each of these people, from their open stay: ready when nothing is missing, else to complete.

    Left aside with the reason: nobody that the door sees, no open stay at all or there, an ordre or an ARS, agency staff
    that the group does not register, a route that the function does not take, an open request by that route.
    """
    asked = list(dict.fromkeys(person_ids))
    with transaction.atomic():
        people = {
            one.pk: one
            for one in Person.objects.filter(pk__in=asked, merged_into=None)
            .order_by("pk")
            .select_for_update()
        }
        stays = _stays(asked, establishment_id)
        routes = routes_of_functions({one.function_id for held in stays.values() for one in held})
        busy, agency = _busy(asked, route), agency_staff()
        theirs = registered_by_others(asked)
        created, refused = [], []
        for person_id in asked:
            try:
                _check_person(people.get(person_id), person_id in busy)
                stay = _stay_to_register(stays.get(person_id, []), routes, route, agency)
                check_not_theirs(person_id, theirs)
            except DomainError as error:
                refused.append(Left(person_id, error.french))
                continue
            created.append(_new(actor, people[person_id], stay, routes[stay.function_id], route))
        _insert(created, tuple(blocks) or _FIRST_BLOCKS[Route(route)])
        note(actor, PREPARED, [(one, "") for one in created])
    return Prepared(created, refused)


def _stays(person_ids: list[UUID], establishment_id: UUID | None) -> dict[UUID, list[Assignment]]:
    rows = Assignment.objects.filter(person_id__in=person_ids, state__in=OPEN_STAYS)
    if establishment_id:
        rows = rows.filter(establishment_id=establishment_id)
    found: dict[UUID, list[Assignment]] = {}
    for one in rows.select_related("establishment", "function").order_by("-state", "starts_at", "pk"):
        found.setdefault(one.person_id, []).append(one)  # « running » before « planned »
    return found


def _busy(person_ids: list[UUID], route: str) -> set[UUID]:
    rows = RegistrationRequest.objects.filter(person_id__in=person_ids, route=route, state__in=OPEN_STATES)
    return set(rows.values_list("person_id", flat=True))


def _check_person(person: Person | None, is_busy: bool) -> None:
    if person is None:
        raise DomainError("Not seen", "Cette personne n'est pas à votre portée.")
    if is_busy:
        raise DomainError("One is open", "Une demande est déjà ouverte par cette voie : terminez-la d'abord.")


def _stay_to_register(
    stays: list[Assignment], routes: dict[str, FunctionRoutes], route: str, agency: str
) -> Assignment:
    """The first that the establishment registers. Refuses (DomainError) when there is none, and says who does."""
    if not stays:
        raise DomainError(
            "No open stay", "Aucune affectation en cours ou à venir : elle est terminée ou ailleurs."
        )
    ours = [
        one for one in stays if routes[one.function_id].is_ours and not why_not_here(one.contract, agency)
    ]
    found = (ours or stays)[0]
    check_may_register(routes[found.function_id], route)
    if not ours:
        raise DomainError("By the agency", why_not_here(found.contract, agency))
    return found


def _new(
    actor: Actor, person: Person, stay: Assignment, routes: FunctionRoutes, route: str
) -> RegistrationRequest:
    codes = routes.codes
    ends_at = stay.ends_at.astimezone(PARIS).date() if stay.ends_at else None
    return RegistrationRequest(
        person=person,
        establishment=stay.establishment,
        assignment=stay,
        function=stay.function,
        route=route,
        state=RequestState.DRAFT,
        starts_on=stay.starts_at.astimezone(PARIS).date(),
        ends_on=ends_at,
        practice_mode=practice_mode(stay.contract),
        activity_genre=codes.activity_genre if codes else "",
        category=codes.category if codes else "",
        created_by=actor.actor_id,
        created_by_name=actor.actor_name,
    )


def _insert(requests: list[RegistrationRequest], kinds: Sequence[str]) -> None:
    numbers = rpps_of(one.person_id for one in requests)
    for one in requests:
        lacks = lacking(one, one.person, set(kinds), has_rpps=one.person_id in numbers, today=today())
        one.missing = [each.french for each in lacks]
        one.state = RequestState.DRAFT if lacks else RequestState.READY
    insert_all(requests)
    insert_all(
        [
            RequestBlock(request=one, establishment_id=one.establishment_id, kind=kind)
            for one in requests
            for kind in kinds
        ]
    )


def queue_requests(*, actor: Actor, request_ids: Sequence[UUID]) -> Queued:
    """Freezes what will leave and posts one message each: a worker sends them at the pace of the group's connection.

    Left aside with the reason: what is not ready, what became incomplete, a function that an ordre or an ARS registers
    now, a route that is not API PSI. Refuses (DomainError) a group without a key. Sent twice, the second finds nothing.
    """
    connection = connection_of_group()
    if connection is None or not connection.sealed_key:
        raise DomainError(
            "No key", "Aucune clé Pro Santé Identité : un administrateur l'enregistre dans « Connexion PSI »."
        )
    batch_id = uuid7()
    with transaction.atomic():
        ids = RegistrationRequest.objects.select_for_update().filter(pk__in=list(request_ids)).order_by("pk")
        list(ids.values_list("pk"))
        found = find_requests(request_ids)
        ready, left = _frozen(found, batch_id, connection.establishment_format)
        update_by_id(ready, _FROZEN)
        blocks = RequestBlock.objects.filter(request__in=ready).exclude(state__in=KEPT)
        blocks.update(state=BlockState.ASKED, code="", status=None, text="", changed_at=now())
        note(actor, QUEUED, [(one, RequestState.READY) for one in ready])
        post_all(send_letter(one) for one in ready)
    return Queued(batch_id, ready, left)


def ask_forgotten(*, actor: Actor) -> int:
    """Requests whose message was given up: what may have left is asked about, the others come back. Says how many.

    Locked first: an answer settles its request before its message. Twice asks once.
    """
    rows = RegistrationRequest.objects.filter(
        route=Route.PSI, state__in=[RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN]
    )
    doubtful = list(rows.select_related("person").select_for_update(of=("self",)).order_by("pk"))
    letters = payloads_waiting(LETTER) if doubtful else []
    waiting = {(one["request_id"], one["attempt"]) for one in letters}
    found = [one for one in doubtful if (str(one.pk), one.attempt) not in waiting]
    may_have_left = [one for one in found if one.state != RequestState.QUEUED]
    note(actor, ASKED_AGAIN, [(one, one.state) for one in may_have_left])
    post_all(send_letter(one) for one in may_have_left)
    back = [one for one in found if one.state == RequestState.QUEUED]
    begun = begun_of(back)
    for one in back:
        one.state = RequestState.PARTLY_DONE if one.pk in begun else RequestState.READY
    update_by_id(back, ("state",))
    note(actor, NOT_SENT, [(one, RequestState.QUEUED) for one in back])
    return len(found)


def send_letter(request: RegistrationRequest) -> Letter:
    """What asks a worker to send it: the attempt tells a message that was overtaken."""
    return Letter(
        LETTER,
        {"request_id": str(request.pk), "attempt": request.attempt},
        target="Pro Santé Identité",
    )


def _frozen(
    found: list[RegistrationRequest], batch_id: UUID, establishment_format: str
) -> tuple[list[RegistrationRequest], list[Left]]:
    """Those that may leave, with their payload; the others with the reason. Nothing is written."""
    numbers = rpps_of(one.person_id for one in found)
    routes = routes_of_functions({one.function_id for one in found})
    theirs = registered_by_others(one.person_id for one in found)
    asked: dict[UUID, set[str]] = {}
    for request_id, kind in RequestBlock.objects.filter(request__in=found).values_list("request_id", "kind"):
        asked.setdefault(request_id, set()).add(kind)
    ready, left = [], []
    for one in found:
        kinds, rpps = asked.get(one.pk, set()), numbers.get(one.person_id, "")
        try:
            _check_may_leave(one, kinds, routes[one.function_id], has_rpps=bool(rpps))
            if BlockKind.ACTIVITY_STOP not in kinds:
                check_not_theirs(one.person_id, theirs)
            one.payload = compose(one, kinds, routes[one.function_id], rpps, establishment_format)
        except DomainError as error:
            left.append(Left(one.pk, error.french))
            continue
        one.state, one.attempt, one.batch_id = RequestState.QUEUED, one.attempt + 1, batch_id
        one.queued_at, one.divergences = now(), []
        ready.append(one)
    return ready, left


def _check_may_leave(
    request: RegistrationRequest, kinds: set[str], routes: FunctionRoutes, *, has_rpps: bool
) -> None:
    if request.route != Route.PSI:
        raise DomainError(
            "By hand", "Cette demande ne part pas par l'API : elle se fait au portail ou par la personne."
        )
    if request.state != RequestState.READY:
        raise DomainError(f"{request.pk} is {request.state}", MOVED)
    if BlockKind.ACTIVITY_STOP not in kinds:
        check_may_register(routes, request.route)
    lacks = lacking(request, request.person, kinds, has_rpps=has_rpps, today=today())
    if lacks:
        raise DomainError("Incomplete", " ".join(one.french for one in lacks))
