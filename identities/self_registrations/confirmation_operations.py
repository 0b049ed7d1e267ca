"""The establishment's confirmation within 30 days: by API PSI, or typed back from the portal; and its expiry."""

from datetime import date

from django.db import transaction

from identities.registrations.hand_operations import expire_request, mark_sent, settle_numbered
from identities.registrations.models import BlockKind, RegistrationRequest, RequestBlock, Route
from identities.registrations.operations import prepare_request
from identities.registrations.queries import find_request
from identities.registrations.recording import move
from identities.registrations.states import OPEN_STATES as OPEN_REQUESTS
from identities.registrations.states import BlockState, RequestState
from identities.self_registrations.endings import end_path
from identities.self_registrations.models import SelfRegistration
from identities.self_registrations.queries import confirmed_by_psi, lapsed
from identities.self_registrations.records import about
from identities.self_registrations.rules import check_confirmable
from identities.self_registrations.states import PathState
from portal.foundation.clock import now, today
from portal.journal.operations import Act, Actor, record

PREPARED = Act(
    "self_registration_confirming", "{actor} a préparé la confirmation de {object} par Pro Santé Identité."
)
CONFIRMED = Act("self_registration_confirmed", "{actor} a confirmé l'auto-enregistrement de {object}.")
EXPIRED = Act(
    "self_registration_expired",
    "{actor} a constaté l'échéance de l'auto-enregistrement de {object}, que l'établissement n'a pas confirmé.",
)


def prepare_confirmation(*, actor: Actor, path: SelfRegistration) -> RegistrationRequest:
    """The request to API PSI whose « employment » confirms the account; the one that is open there already, if any.

    It is sent from its own page. Refuses (DomainError) a path with nothing to confirm, and what `prepare_request` refuses.
    """
    with transaction.atomic():
        locked = _locked(path)
        check_confirmable(locked)
        before = locked.confirming_request
        if before is not None and before.state not in (
            RequestState.REFUSED,
            RequestState.WITHDRAWN,
            RequestState.EXPIRED,
        ):
            return before
        request = _prepared_at_the_desk(locked) or prepare_request(
            actor=actor,
            person_id=locked.person_id,
            route=Route.PSI,
            establishment_id=locked.establishment_id,
        )
        SelfRegistration.objects.filter(pk=locked.pk).update(confirming_request=request)
        record(actor, PREPARED, **about(locked))
    return request


def _locked(path: SelfRegistration) -> SelfRegistration:
    return SelfRegistration.objects.select_for_update().select_related("person").get(pk=path.pk)


def _prepared_at_the_desk(path: SelfRegistration) -> RegistrationRequest | None:
    """One that nobody had in mind for this confirms as well; the end of an activity does not."""
    rows = RegistrationRequest.objects.filter(
        person_id=path.person_id,
        establishment_id=path.establishment_id,
        route=Route.PSI,
        state__in=OPEN_REQUESTS,
        blocks__kind=BlockKind.EMPLOYMENT,
    )
    return rows.exclude(blocks__kind=BlockKind.ACTIVITY_STOP).first()


def confirm_numbered(*, actor: Actor, path: SelfRegistration, rpps: str, on: date) -> None:
    """« Instruire une demande » done at the RPPS+ portal: the number that it gave, typed back, and its date.

    Refuses (DomainError) a path with nothing to confirm, a wrong number, and one held by somebody else of the group: the
    two records are then proposed as one person.
    """
    check_confirmable(_locked(path))
    settle_numbered(actor=actor, request_id=path.request_id, rpps=rpps, on=on)
    _confirm(actor, path)


def note_confirmations(*, actor: Actor) -> int:
    """Confirms those whose request to API PSI is done; says how many. Run twice, the second finds nothing."""
    done = 0
    rows = confirmed_by_psi().select_related("person", "confirming_request")
    for path in rows.select_for_update(of=("self",)):
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
    end_path(path, PathState.CONFIRMED)
    record(actor, CONFIRMED, **about(path))


def expire_late(*, actor: Actor) -> int:
    """Ends those past their deadline, with their request; says how many. The ANS will have deleted these accounts."""
    late = list(lapsed(today()).select_related("person").select_for_update(of=("self",)))
    for path in late:
        with transaction.atomic():
            end_path(path, PathState.EXPIRED)
            path.request.refresh_from_db()
            if path.request.state == RequestState.SENT:
                expire_request(actor=actor, request_id=path.request_id)
            record(actor, EXPIRED, **about(path))
    return len(late)
