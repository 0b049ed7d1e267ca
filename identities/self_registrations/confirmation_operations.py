"""The establishment's confirmation within 30 days: by API PSI, or typed back from the portal; and its expiry."""

from datetime import date

from django.db import transaction

from identities.registrations.hand_operations import expire_request, mark_sent, settle_numbered
from identities.registrations.models import RegistrationRequest, RequestBlock, Route
from identities.registrations.operations import prepare_request
from identities.registrations.queries import find_request
from identities.registrations.recording import move
from identities.registrations.states import BlockState, RequestState
from identities.self_registrations.models import SelfRegistration
from identities.self_registrations.operations import GONE
from identities.self_registrations.queries import confirmed_by_psi, lapsed, taken_back
from identities.self_registrations.records import about
from identities.self_registrations.rules import check_confirmable
from identities.self_registrations.states import PATH_TRANSITIONS, PathState
from portal.foundation.clock import now, today
from portal.journal.operations import Act, Actor, record

PREPARED = Act(
    "self_registration_confirming", "{actor} a préparé la confirmation de {object} par Pro Santé Identité."
)
CONFIRMED = Act("self_registration_confirmed", "{actor} a confirmé l'auto-enregistrement de {object}.")
SHUT = Act(
    "self_registration_shut",
    "{actor} a fermé l'invitation à s'enregistrer de {object}, dont la demande a été retirée.",
)
EXPIRED = Act(
    "self_registration_expired",
    "{actor} a constaté l'échéance de l'auto-enregistrement de {object}, que l'établissement n'a pas confirmé.",
)


def prepare_confirmation(*, actor: Actor, path: SelfRegistration) -> RegistrationRequest:
    """The request to API PSI whose « employment » confirms the account; the one that was prepared before, if it is open.

    It is sent from its own page. Refuses (DomainError) a path with nothing to confirm, and what `prepare_request` refuses.
    """
    with transaction.atomic():
        locked = SelfRegistration.objects.select_for_update().select_related("person").get(pk=path.pk)
        check_confirmable(locked)
        before = locked.confirming_request
        if before is not None and before.state not in (
            RequestState.REFUSED,
            RequestState.WITHDRAWN,
            RequestState.EXPIRED,
        ):
            return before
        request = prepare_request(
            actor=actor,
            person_id=locked.person_id,
            route=Route.PSI,
            establishment_id=locked.establishment_id,
        )
        SelfRegistration.objects.filter(pk=locked.pk).update(confirming_request=request)
        record(actor, PREPARED, **about(locked))
    return request


def confirm_numbered(*, actor: Actor, path: SelfRegistration, rpps: str, on: date) -> None:
    """« Instruire une demande » done at the RPPS+ portal: the number that it gave, typed back, and its date.

    Refuses (DomainError) a path with nothing to confirm, a wrong number, and one held by somebody else of the group.
    """
    with transaction.atomic():
        _confirm(actor, path)
        settle_numbered(actor=actor, request_id=path.request_id, rpps=rpps, on=on)


def note_confirmations(*, actor: Actor) -> int:
    """Confirms those whose request to API PSI is done; says how many. Run twice, the second finds nothing."""
    done = 0
    for path in confirmed_by_psi().select_related("person", "confirming_request"):
        with transaction.atomic():
            _confirm(actor, path)
            _end_own_request(actor, path)
        done += 1
    return done


def _end_own_request(actor: Actor, path: SelfRegistration) -> None:
    """What API PSI gave is the answer to the self-registration too."""
    answered, own = path.confirming_request, find_request(path.request_id)
    if answered is None or own is None or own.state not in (RequestState.READY, RequestState.SENT):
        return
    if own.state == RequestState.READY:
        own = mark_sent(actor=actor, request_id=own.pk)
    RequestBlock.objects.filter(request=own).update(state=BlockState.DONE, changed_at=now())
    given = {name: getattr(answered, name) for name in ("rpps_numbers", "psi_identifier", "numbered_on")}
    move(actor, CONFIRMED, own, RequestState.DONE, settled_at=now(), **given)


def _confirm(actor: Actor, path: SelfRegistration) -> None:
    check_confirmable(path)
    PATH_TRANSITIONS.move_one(path, PathState.CONFIRMED, GONE, ended_at=now())
    record(actor, CONFIRMED, **about(path))


def shut_taken_back(*, actor: Actor) -> int:
    """Ends those whose request was withdrawn before the enrolment, with their links; says how many."""
    found = list(taken_back().select_related("person"))
    for path in found:
        with transaction.atomic():
            PATH_TRANSITIONS.move_one(path, PathState.WITHDRAWN, GONE, ended_at=now())
            path.links.filter(revoked_at=None).update(revoked_at=now())
            record(actor, SHUT, **about(path))
    return len(found)


def expire_late(*, actor: Actor) -> int:
    """Ends those past their deadline, with their request; says how many. The ANS will have deleted these accounts."""
    late = list(lapsed(today()).select_related("person"))
    for path in late:
        with transaction.atomic():
            PATH_TRANSITIONS.move_one(path, PathState.EXPIRED, GONE, ended_at=now())
            path.request.refresh_from_db()
            if path.request.state == RequestState.SENT:
                expire_request(actor=actor, request_id=path.request_id)
            record(actor, EXPIRED, **about(path))
    return len(late)
