"""Bringing people in: several rooms, one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection, transaction

from identities.assignments.models import Assignment
from identities.assignments.operations import start_assignment
from identities.people.models import CheckMethod, DocumentKind
from identities.people.operations import keep_apart, record_identity_check, register_person, update_traits
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record
from portal.shell.arrivals.arrival import Arrival
from portal.shell.arrivals.queries import arrival_sent

RECOGNISED = Act("arrival_recognised", "{actor} a reconnu {object}, déjà connue du groupe, à son arrivée.")
ARRIVED_TOGETHER = Act("arrivals_together", "{actor} a fait une arrivée groupée : {count} à la fois.")


def bring_in(*, actor: Actor, establishment_id: UUID, arrival: Arrival) -> Assignment:
    """The person (new, or known), the assignment, the identity seen, homonyms kept apart: all or nothing.

    The same submission twice, even at the same time, gives the first assignment and writes nothing more. Refuses
    (DomainError, with the field) what each room refuses. Probable doubles are the caller's to settle before.
    """
    with transaction.atomic():
        _wait_for_turn(arrival.submission_key)
        sent = arrival_sent(establishment_id, arrival.submission_key)
        return sent or _bring_in(actor, establishment_id, arrival)


def bring_in_together(
    *, actor: Actor, establishment_id: UUID, arrivals: Sequence[Arrival]
) -> list[Assignment]:
    """Several arrivals, all or nothing; lines sent before (same key) are given back as they are.

    Refuses (ArrivalRefusedError, with the rank of the line) as soon as one line is refused.
    """
    with transaction.atomic():
        brought: list[Assignment] = []
        for one in arrivals:
            brought.append(_next_of_several(actor, establishment_id, brought, one))
        record(
            actor,
            ARRIVED_TOGETHER,
            object_kind="establishment",
            object_id=establishment_id,
            establishment_id=establishment_id,
            count=len(brought),
        )
    return brought


class ArrivalRefusedError(DomainError):
    """One line of several was refused: `rank` counts from 0."""

    def __init__(self, rank: int, refusal: DomainError) -> None:
        super().__init__(f"Line {rank}: {refusal}", refusal.french, refusal.field)
        self.rank = rank


def _next_of_several(
    actor: Actor, establishment_id: UUID, brought: Sequence[Assignment], arrival: Arrival
) -> Assignment:
    """Points to the people just brought in become their ids."""
    if arrival.same_as is not None:
        arrival = replace(arrival, person_id=brought[arrival.same_as].person_id)
    apart = arrival.apart_from | {brought[rank].person_id for rank in arrival.other_than}
    try:
        return bring_in(
            actor=actor, establishment_id=establishment_id, arrival=replace(arrival, apart_from=apart)
        )
    except DomainError as error:
        raise ArrivalRefusedError(len(brought), error) from error


def _wait_for_turn(submission_key: str) -> None:
    """Of the same form sent twice at once, the second waits for the first's commit, then finds its work done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [submission_key])


def _bring_in(actor: Actor, establishment_id: UUID, arrival: Arrival) -> Assignment:
    person_id = arrival.person_id
    if person_id is None:
        person_id = register_person(actor=actor, traits=arrival.traits, establishment_id=establishment_id).pk
    assignment = start_assignment(
        actor=actor,
        person_id=person_id,
        establishment_id=establishment_id,
        submission_key=arrival.submission_key,
        **vars(arrival.stay),
    )
    if arrival.person_id is None:
        for other_id in sorted(arrival.apart_from):
            keep_apart(actor=actor, person=assignment.person, other=other_id, reason=arrival.apart_reason)
    else:
        _recognise(actor, assignment, arrival.traits)
    if arrival.document_kind != DocumentKind.NONE:
        record_identity_check(
            actor=actor,
            person=assignment.person,
            method=CheckMethod.FACE_TO_FACE,
            document_kind=arrival.document_kind,
            establishment_id=establishment_id,
        )
    return assignment


def _recognise(actor: Actor, assignment: Assignment, typed: PersonTraits) -> None:
    """The known person, visible here now that an assignment exists, takes the phone and e-mail typed today."""
    person = assignment.person
    record(
        actor,
        RECOGNISED,
        object_kind="person",
        object_id=person.pk,
        establishment_id=assignment.establishment_id,
        object=person.display_name,
    )
    known = PersonTraits.of(person)
    fresh = replace(
        known,
        phone=typed.phone or known.phone,
        has_no_phone=typed.has_no_phone or (known.has_no_phone and not typed.phone),
        email=typed.email or known.email,
    )
    if fresh != known:
        update_traits(actor=actor, person=person, traits=fresh)
