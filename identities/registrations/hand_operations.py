"""What people work by hand, in the RPPS+ portal or by themselves: sent, numbered, refused, over."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from identities.people.models import IdentifierKind
from identities.people.operations import add_identifier
from identities.people.rules import check_identifier
from identities.registrations.composing import traits_of
from identities.registrations.models import RegistrationRequest, RequestBlock
from identities.registrations.queries import rpps_of
from identities.registrations.recording import locked, move, note, tell
from identities.registrations.rules import check_can_send_by_hand, check_can_settle_by_hand, check_reason
from identities.registrations.settling import other_number, propose_with_holder
from identities.registrations.states import BlockState, RequestState
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor

SENT = Act("registration_sent", "{actor} a transmis l'enregistrement national de {object} ({route}).")
NUMBERED = Act("registration_numbered", "{actor} a reporté le numéro RPPS de {object}.")
REFUSED = Act("registration_refused", "{actor} a reporté le refus de l'enregistrement de {object} : {reason}")
EXPIRED = Act("registration_expired", "{actor} a constaté l'échéance de l'enregistrement de {object}.")
ECPS = Act("registration_ecps", "{actor} a noté l'e-CPS de {object} active le {day}.")


def mark_sent(
    *, actor: Actor, request_id: UUID, payload: dict[str, Any] | None = None
) -> RegistrationRequest:
    """Entered in the portal, or taken over by the person: frozen as it is today, or as it was shown.

    Refuses (DomainError) a request that is not ready, and one that API PSI sends.
    """
    with transaction.atomic():
        request = locked(request_id)
        check_can_send_by_hand(request)
        rpps = rpps_of([request.person_id]).get(request.person_id, "")
        frozen = payload or traits_of(request.person, rpps, request.establishment.finess, request.pk).body()
        attempt = request.attempt + 1
        move(actor, SENT, request, RequestState.SENT, sent_at=now(), attempt=attempt, payload=frozen)
    return request


def settle_numbered(*, actor: Actor, request_id: UUID, rpps: str, on: date) -> RegistrationRequest:
    """The number that the portal gave, typed back, and its date: it becomes the person's.

    Refuses (DomainError) a wrong number, a day to come, a request not sent, and a number of somebody else in the group:
    the two records are then proposed as one person.
    """
    number = check_identifier(IdentifierKind.RPPS, rpps)
    if on > today():
        raise DomainError("To come", "La date du numéro est à venir : vérifiez-la.", "on")
    request = locked(request_id)
    check_can_settle_by_hand(request)
    if other_number(request.person, IdentifierKind.RPPS, number):
        raise DomainError(
            "Another number",
            "La fiche porte déjà un autre numéro RPPS : vérifiez lequel est le bon, et mettez fin à l'autre.",
            "rpps",
        )
    try:
        with transaction.atomic():
            add_identifier(actor=actor, person=request.person, kind=IdentifierKind.RPPS, value=number)
    except DomainError:
        propose_with_holder(actor, request.person, IdentifierKind.RPPS, number)
        raise
    RequestBlock.objects.filter(request=request).update(state=BlockState.DONE, changed_at=now())
    values = {"rpps_numbers": [number], "numbered_on": on, "settled_at": now()}
    move(actor, NUMBERED, request, RequestState.DONE, "", None, **values)
    tell(request)
    return request


def settle_refused(*, actor: Actor, request_id: UUID, reason: str) -> RegistrationRequest:
    """What the portal answered instead of a number. Refuses (DomainError) no reason, and a request not sent."""
    written = check_reason(reason)
    with transaction.atomic():
        request = locked(request_id)
        check_can_settle_by_hand(request)
        request.reason = written
        move(actor, REFUSED, request, RequestState.REFUSED, settled_at=now(), reason=written)
        tell(request)
    return request


def expire_request(*, actor: Actor, request_id: UUID) -> None:
    """Nobody confirmed it in time. Refuses (DomainError) a request that is not sent."""
    with transaction.atomic():
        request = locked(request_id)
        move(actor, EXPIRED, request, RequestState.EXPIRED, settled_at=now())
        tell(request)


def note_ecps(*, actor: Actor, request_id: UUID, on: date) -> None:
    """The person's e-CPS works since that day. Refuses (DomainError) a day to come or before the number, and no number."""
    with transaction.atomic():
        request = locked(request_id)
        if not request.rpps_numbers and not request.psi_identifier:
            raise DomainError("No number", "Reportez d'abord le numéro : l'e-CPS s'active avec lui.", "on")
        if on > today() or (request.numbered_on and on < request.numbered_on):
            raise DomainError(
                "Impossible day",
                "L'e-CPS s'active après le numéro, et au plus tard aujourd'hui : vérifiez la date.",
                "on",
            )
        RegistrationRequest.objects.filter(pk=request.pk).update(ecps_on=on)
        note(actor, ECPS, [(request, request.state)], day=f"{on:%d/%m/%Y}")
