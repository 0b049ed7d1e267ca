"""What a departure, a return and a settled request make of situations: the messages of two lower rooms."""

from uuid import UUID

from identities.registrations.departure_operations import withdraw_departed
from identities.situations.departures import TRACKING, drop_situations, open_situations
from identities.situations.following import follow_requests
from portal.dispatch.registry import Delivery, handler


@handler("assignment.ended", label="fin d'affectation")
def after_departure(delivery: Delivery) -> None:
    """Takes back what had not left, and opens what there is to close. Delivered again, the message changes nothing more."""
    withdraw_departed(actor=TRACKING, assignment_ids=[UUID(delivery.payload["assignment_id"])])
    open_situations(assignment_ids=[UUID(delivery.payload["assignment_id"])])


@handler("assignment.started", label="début d'affectation")
def after_arrival(delivery: Delivery) -> None:
    """Somebody who is back has nothing to close."""
    drop_situations(person_ids=[UUID(delivery.payload["person_id"])])


@handler("assignment.extended", label="affectation prolongée")
def after_extension(delivery: Delivery) -> None:
    """As for a return."""
    drop_situations(person_ids=[UUID(delivery.payload["person_id"])])


@handler("registration.settled", label="demande d'enregistrement réglée")
def after_answer(delivery: Delivery) -> None:
    """Closes what the answer ended; somebody who got their number after they left has a situation to close."""
    follow_requests(request_ids=[UUID(delivery.payload["request_id"])])
    open_situations(person_ids=[UUID(delivery.payload["person_id"])])
