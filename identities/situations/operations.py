"""What a person decides of a situation to close: its end asked by the API, typed back from the portal, or nothing to do."""

from datetime import date

from django.db import transaction

from identities.registrations.departure_operations import prepare_stop
from identities.situations.models import ClosedBy, SituationToClose
from identities.situations.rules import (
    already_settled,
    check_can_settle,
    check_closed_on,
    check_end_reason,
    checked_reason,
)
from identities.situations.states import SITUATION_TRANSITIONS, SituationState
from portal.foundation.clock import PARIS, now, today
from portal.journal.operations import Act, Actor, record

ASKED = Act("situation.asked", "{actor} a demandé la fin de l'activité RPPS de {person} ({site}) au {day}.")
CLOSED = Act(
    "situation.closed", "{actor} a noté close au portail RPPS+ le {day} la situation de {person} ({site})."
)
SET_ASIDE = Act(
    "situation.set_aside", "{actor} a classé sans objet la situation RPPS de {person} ({site}) : {reason}"
)
EXPORTED = Act("situations_exported", "{actor} a exporté {lines} des situations RPPS à clore ({what}).")


def ask_stop(
    *, actor: Actor, situation: SituationToClose, end_reason: str, ends_on: date
) -> SituationToClose:
    """Prepares the end of the activity by API PSI; a person then sends that request from its page.

    Refuses (DomainError): a situation that is settled or asked already, a reason that is not in JDV_J92, and what
    `prepare_stop` refuses; then nothing is written.
    """
    check_can_settle(situation)
    check_end_reason(end_reason)
    with transaction.atomic():
        request = prepare_stop(
            actor=actor,
            assignment_id=situation.assignment_id,
            ends_on=ends_on,
            end_reason=end_reason,
        )
        _move(situation, SituationState.ASKED, request_id=request.pk, end_reason=end_reason, note="")
        _say(actor, ASKED, situation, day=f"{ends_on:%d/%m/%Y}")
    return situation


def close_by_hand(
    *, actor: Actor, situation: SituationToClose, closed_on: date, end_reason: str
) -> SituationToClose:
    """Notes that somebody entered the end in the RPPS+ portal, that day and for that reason.

    Refuses (DomainError): a situation that is settled or asked already, a day to come or before the person began, a reason
    that is not in JDV_J92.
    """
    check_can_settle(situation)
    check_end_reason(end_reason)
    check_closed_on(closed_on, situation.assignment.starts_at.astimezone(PARIS).date(), today())
    values = {"closed_on": closed_on, "end_reason": end_reason, "closed_by": ClosedBy.PORTAL, "note": ""}
    _move(situation, SituationState.CLOSED, verified_on=None, **values, **_settled(actor))
    _say(actor, CLOSED, situation, day=f"{closed_on:%d/%m/%Y}")
    return situation


def set_aside(*, actor: Actor, situation: SituationToClose, reason: str) -> SituationToClose:
    """Says that there is nothing to close, and why.

    Refuses (DomainError): a situation that is settled or asked already, an empty reason.
    """
    check_can_settle(situation)
    told = checked_reason(reason)
    _move(situation, SituationState.NOT_NEEDED, note=told, **_settled(actor))
    _say(actor, SET_ASIDE, situation, reason=told)
    return situation


def record_situations_export(*, actor: Actor, count: int, what: str) -> None:
    """Leaves the line of an exported list: how many rows, and which ones, in French."""
    lines = f"{count} ligne{'s' * (count > 1)}"
    record(actor, EXPORTED, object_kind="people_list", object_id=None, lines=lines, what=what)


def _settled(actor: Actor) -> dict[str, object]:
    return {"settled_at": now(), "settled_by": actor.actor_id, "settled_by_name": actor.actor_name}


def _move(situation: SituationToClose, target: SituationState, **values: object) -> None:
    """From « à clore » only, so that of two people, or of a person and a return, one wins."""
    rows = SituationToClose.objects.filter(pk=situation.pk, state=SituationState.OPEN)
    if not SITUATION_TRANSITIONS.move(rows, target, **values):
        situation.refresh_from_db(fields=["state"])
        raise already_settled(situation)
    for name, value in {"state": target, **values}.items():
        setattr(situation, name, value)


def _say(actor: Actor, act: Act, situation: SituationToClose, **values: str) -> None:
    record(
        actor,
        act,
        object_kind="person",
        object_id=situation.person_id,
        establishment_id=situation.establishment_id,
        after={"situation_id": situation.pk, "state": situation.state, "end_reason": situation.end_reason},
        person=situation.person.display_name,
        site=situation.establishment.name,
        **values,
    )
