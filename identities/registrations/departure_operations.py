"""What a departure makes of requests: those that have not left are of no more use, and an activity may have to end."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.assignments.models import Assignment
from identities.assignments.rules import OPEN_STATES as OPEN_STAYS
from identities.registrations.completing import ask_for, look_again
from identities.registrations.models import ActivityEndReason, BlockKind, RegistrationRequest, Route
from identities.registrations.operations import withdraw_request
from identities.registrations.recording import note
from identities.registrations.routes import practice_mode, routes_of_function
from identities.registrations.rules import can_withdraw
from identities.registrations.states import OPEN_STATES, RequestState
from portal.foundation.clock import PARIS
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor

STOP_PREPARED = Act("registration_stop_prepared", "{actor} a préparé la fin d'activité de {object}.")


def prepare_stop(*, actor: Actor, assignment_id: UUID, ends_on: date, end_reason: str) -> RegistrationRequest:
    """The end by API PSI of the activity of that stay, of the function that was left; the person's e-CPS is not touched.

    Refuses (DomainError) a reason out of JDV_J92, a day before the stay began, and a second open request by API PSI.
    """
    if end_reason not in ActivityEndReason.values:
        raise DomainError("Not in JDV_J92", "Choisissez le motif de fin dans la liste.", "end_reason")
    stay = Assignment.objects.select_related("person", "function").get(pk=assignment_id)
    began = stay.starts_at.astimezone(PARIS).date()
    if ends_on < began:
        french = f"La personne n'est arrivée que le {began:%d/%m/%Y} : vérifiez la date."
        raise DomainError("Ends before it began", french, "ends_on")
    codes = routes_of_function(stay.function_id).codes
    request = RegistrationRequest(
        person=stay.person, establishment_id=stay.establishment_id, assignment=stay, function=stay.function, route=Route.PSI,
        state=RequestState.DRAFT, starts_on=began, ends_on=ends_on,
        end_reason=end_reason, practice_mode=practice_mode(stay.contract),
        activity_genre=codes.activity_genre if codes else "", category=codes.category if codes else "",
        created_by=actor.actor_id, created_by_name=actor.actor_name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        french = (
            "Une demande à Pro Santé Identité est déjà ouverte pour cette personne : terminez-la d'abord."
        )
        raise DomainError("One is open", french) from error
    ask_for(request, (BlockKind.IDENTITY, BlockKind.EMPLOYMENT, BlockKind.ACTIVITY_STOP))
    note(actor, STOP_PREPARED, [(request, "")])
    look_again(actor, request)
    return request


def withdraw_departed(*, actor: Actor, assignment_ids: Collection[UUID]) -> int:
    """Takes back what was prepared for stays that ended and has not left; says how many. An end of activity stays.

    Somebody invited to register by themselves who works there again keeps their invitation. Twice is once.
    """
    rows = RegistrationRequest.objects.filter(assignment_id__in=list(assignment_ids), state__in=OPEN_STATES)
    found = [
        one
        for one in rows.exclude(blocks__kind=BlockKind.ACTIVITY_STOP).select_for_update(of=("self",))
        if can_withdraw(one) and not _goes_on(one)
    ]
    return sum(_withdraw(actor, one) for one in found)


def _withdraw(actor: Actor, request: RegistrationRequest) -> bool:
    """Not when a part of it is made, or may be: a person then ends it."""
    try:
        withdraw_request(actor=actor, request_id=request.pk, reason="L'affectation est terminée.")
    except DomainError:
        return False
    return True


def _goes_on(request: RegistrationRequest) -> bool:
    """Whether an invitation follows the person to their next stay of that function there: theirs is a link already sent."""
    if request.route != Route.SELF:
        return False
    stays = Assignment.objects.filter(
        person_id=request.person_id,
        establishment_id=request.establishment_id,
        function_id=request.function_id,
        state__in=OPEN_STAYS,
    )
    following = stays.order_by("starts_at", "pk").values_list("pk", flat=True).first()
    rows = RegistrationRequest.objects.filter(pk=request.pk)
    return following is not None and bool(rows.update(assignment_id=following))
