"""A request on the wire: taken under its lock, sent outside of any transaction, settled in another.

Nothing is ever sent again without knowing. After a time-out or a worker's death the identity alone is asked: API PSI has one
account per set of traits, so it stands from then on, made by this call (201) or before it (409); an activity is created or
updated, so it may be asked again; a card may have been ordered by a call that is still under way: a person finds out.
"""

import time
from datetime import timedelta
from uuid import UUID

from identities.psi.answers import PsiAnswer
from identities.psi.client import PsiClient
from identities.psi.codes import Outcome
from identities.psi.failures import PsiMisconfiguredError, PsiNotReceivedError, PsiUnknownOutcomeError
from identities.psi.operations import PORTAL
from identities.psi.pace import (
    LONGEST_TURN,
    may_try,
    note_failure,
    note_success,
    stop_for_refused_key,
    take_turn,
)
from identities.psi.payload import Body, only
from identities.psi.queries import leave_to_send, sending_key
from identities.registrations.completing import begun_of
from identities.registrations.composing import BODY_NAMES
from identities.registrations.models import BlockKind, RegistrationRequest, RequestBlock
from identities.registrations.queries import registered_by_others
from identities.registrations.recording import move, tell
from identities.registrations.routes import routes_of_function
from identities.registrations.rules import check_not_theirs, check_still_ours
from identities.registrations.settling import API, CARDS, goes_without_identity, keep_identity, settle
from identities.registrations.states import BlockState, RequestState
from portal.dispatch.registry import (
    Delivery,
    Done,
    Dropped,
    NeverArrived,
    Postponed,
    Rejected,
    Result,
    Transient,
    Unknown,
)
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act

LEFT = Act("registration_left", "{actor} : l'enregistrement national de {object} est parti.")
CAME_BACK = Act("registration_came_back", "{actor} n'a pas reçu l'enregistrement national de {object}.")
DOUBTED = Act(
    "registration_doubted", "{actor} n'a pas dit ce qu'elle a fait de l'enregistrement national de {object}."
)
HELD_BACK = Act(
    "registration_held_back", "{actor} a retenu l'enregistrement national de {object} : il n'est pas parti."
)
OVERTAKEN = "La demande a changé depuis : ce message n'a plus d'objet."
PROBE_WAIT = timedelta(seconds=45)


def send(delivery: Delivery) -> Result:
    """Sends what the request still asks for, once, and settles its answer; one that may have left is only asked about."""
    early = _wait_for_turn(delivery.group_id)
    if early is not None:
        return early
    with tenant(delivery.group_id):
        shut = _way(heeds_pause=False)
        if shut is not None:
            return shut
        request = _locked(delivery, RequestState.QUEUED)
        refusal = _why_not(request) if request else ""
        if request and refusal:
            _bring_back(request, refusal)
            return Dropped(refusal)
        is_doubtful = (
            request is None and _locked(delivery, RequestState.SENT, RequestState.UNKNOWN) is not None
        )
        key, body = _leaving(request) if request else ("", {})
    if is_doubtful:
        return reconcile(delivery)  # a person put its message back in the queue
    return _asked(delivery, key, body, is_whole=True) if request else Dropped(OVERTAKEN)


def _why_not(request: RegistrationRequest) -> str:
    """What changed since a person sent it: they left, their record was merged, an ordre or an ARS registers them now."""
    blocks = RequestBlock.objects.filter(request=request)
    kinds = set(blocks.values_list("kind", flat=True))
    try:
        check_still_ours(request, kinds, routes_of_function(request.function_id))
        if BlockKind.ACTIVITY_STOP not in kinds:
            check_not_theirs(request.person_id, registered_by_others([request.person_id]))
    except DomainError as error:
        return error.french
    return ""


def _bring_back(request: RegistrationRequest, why: str) -> None:
    state = RequestState.PARTLY_DONE if begun_of([request]) else RequestState.READY
    move(PORTAL, HELD_BACK, request, state, f"Retenue avant de partir. {why}")
    tell(request)


def _leaving(request: RegistrationRequest) -> tuple[str, Body]:
    body = _body(request)
    move(API, LEFT, request, RequestState.SENT, "Partie vers Pro Santé Identité.", sent_at=now())
    return sending_key(), body


def reconcile(delivery: Delivery) -> Result:
    """After an unknown outcome: asks with the identity alone, and says what may be sent again."""
    early = _wait_for_turn(delivery.group_id)
    if early is not None:
        return early
    with tenant(delivery.group_id):
        shut = _way(heeds_pause=False)
        if shut is not None:
            return shut
        request = _locked(delivery, RequestState.SENT, RequestState.UNKNOWN, RequestState.QUEUED)
        if request is None:
            return Done()  # settled before the message could be
        if request.state == RequestState.QUEUED:
            return NeverArrived()  # its worker died before the wire
        if request.state == RequestState.SENT:
            _doubt(request, "L'envoi a été interrompu.")
        body, key = only(request.payload or {}), sending_key()
    return _asked(delivery, key, body, is_whole=False)


def _way(*, heeds_pause: bool = True) -> Postponed | None:
    """Why nothing may leave now; None when it may."""
    leave = leave_to_send(heeds_pause=heeds_pause)
    return None if leave.allowed else Postponed(leave.why, leave.wait)


def _wait_for_turn(group_id: UUID) -> Postponed | None:
    """The calls of a group are spaced over all workers: a short wait is the worker's, a long one the message's."""
    with tenant(group_id):
        shut = _way()
        if shut is not None:
            return shut
        if not may_try():
            return Postponed(
                "Après une pause, un seul envoi est essayé : les autres suivent s'il passe.", PROBE_WAIT
            )
        wait = take_turn()
    if wait > LONGEST_TURN:
        return Postponed("Envois espacés : le tour de cette demande vient.", wait)
    time.sleep(wait.total_seconds())
    return None


def _asked(delivery: Delivery, key: str, body: Body, *, is_whole: bool) -> Result:
    try:
        with PsiClient(key) as client:
            answer = client.register(body)
    except PsiNotReceivedError as error:
        return _not_received(delivery, error)
    except PsiMisconfiguredError as error:
        return _misconfigured(delivery, error, key)
    except PsiUnknownOutcomeError as error:
        return _unknown(delivery, error)
    with tenant(delivery.group_id):
        note_success()
        request = _locked(delivery, RequestState.SENT, RequestState.UNKNOWN)
        if request is None:
            return Done()
        return _whole_answer(request, answer) if is_whole else _identity_answer(request, answer)


def _whole_answer(request: RegistrationRequest, answer: PsiAnswer) -> Result:
    if answer.identity.outcome == Outcome.TRY_LATER:
        _doubt(request, answer.identity.meaning.sentence)
        return Unknown(answer.identity.meaning.sentence)
    return _said(answer, settle(request, answer))


def _identity_answer(request: RegistrationRequest, answer: PsiAnswer) -> Result:
    """What was lost besides the identity: asked again when that cannot make two, else left to a person."""
    identity = answer.identity
    if identity.outcome == Outcome.TRY_LATER:
        return Transient(identity.meaning.sentence)
    rest = RequestBlock.objects.filter(request=request, state=BlockState.ASKED, kind__in=list(BODY_NAMES))
    if (identity.stands or goes_without_identity(request)) and rest.exclude(kind__in=CARDS).exists():
        rest.filter(kind__in=CARDS).update(state=BlockState.UNKNOWN, changed_at=now())
        if identity.stands:
            keep_identity(request, answer)
        move(API, CAME_BACK, request, RequestState.QUEUED, "Vérifiée : ce qui manque est redemandé.")
        return NeverArrived()
    return _said(answer, settle(request, answer))


def _said(answer: PsiAnswer, trouble: str) -> Result:
    """An answer that nobody here knows goes to a person, with its own words; so does a number that could not be written."""
    unread = [one for one in (answer.identity, *answer.blocks) if one.outcome == Outcome.UNREAD]
    if not unread:
        return Rejected(trouble) if trouble else Done()
    told = " · ".join(f"{one.code or one.status} : {one.text}" for one in unread)
    return Rejected(f"Réponse inconnue de Pro Santé Identité. {told}")


def _not_received(delivery: Delivery, error: PsiNotReceivedError) -> Result:
    wait = timedelta(seconds=error.retry_after) if error.retry_after else None
    with tenant(delivery.group_id):
        note_failure(cause=error.french, until=now() + wait if wait else None)
        request = _locked(delivery, RequestState.SENT)
        if request is not None:
            move(API, CAME_BACK, request, RequestState.QUEUED, error.french)
    return Transient(error.french, wait)


def _misconfigured(delivery: Delivery, error: PsiMisconfiguredError, key: str) -> Result:
    """Nothing was done, and nothing will be before the key is mended: everything waits, nothing is counted as a try."""
    with tenant(delivery.group_id):
        if sending_key() == key:  # else it was replaced while this call was on the wire
            stop_for_refused_key(cause=error.french)
        request = _locked(delivery, RequestState.SENT)
        if request is not None:
            move(API, CAME_BACK, request, RequestState.QUEUED, error.french)
        return Postponed(error.french, max(leave_to_send().wait, LONGEST_TURN))


def _unknown(delivery: Delivery, error: PsiUnknownOutcomeError) -> Result:
    with tenant(delivery.group_id):
        note_failure(cause=error.french)
        request = _locked(delivery, RequestState.SENT)
        if request is not None:
            _doubt(request, error.french)
    return Unknown(error.french)


def _doubt(request: RegistrationRequest, sentence: str) -> None:
    move(API, DOUBTED, request, RequestState.UNKNOWN, f"{sentence} Le portail vérifie, sans rien renvoyer.")


def _locked(delivery: Delivery, *states: str) -> RegistrationRequest | None:
    """The request of that message, under its lock, while it is in one of those states and was not sent again since."""
    rows = RegistrationRequest.objects.select_for_update(of=("self",)).select_related("person")
    found = rows.filter(
        pk=UUID(delivery.payload["request_id"]), attempt=delivery.payload["attempt"], state__in=states
    )
    return found.first()


def _body(request: RegistrationRequest) -> Body:
    """Of the frozen payload, the identity and the parts that are asked: what is done already does not leave again."""
    asked = RequestBlock.objects.filter(request=request, state=BlockState.ASKED).values_list(
        "kind", flat=True
    )
    names = {BODY_NAMES[BlockKind(kind)] for kind in asked if kind in BODY_NAMES}
    return only(request.payload or {}, *names)
