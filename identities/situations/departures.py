"""What opens, drops and follows situations by itself, by set: messages of departures, and the sweep of the night.

Every function may be called again for the same facts: it then writes nothing.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from identities.assignments.models import Assignment, EndReason
from identities.assignments.states import AssignmentState
from identities.registrations.models import RegistrationSettings
from identities.registrations.operations import withdraw_request
from identities.registrations.routes import agency_staff
from identities.registrations.states import RequestState
from identities.situations.facts import is_back, our_functions
from identities.situations.models import SituationToClose
from identities.situations.states import SITUATION_TRANSITIONS, WAITING, SituationState
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Entry, Machine, record_set

TRACKING = Machine("Le suivi des départs")
NEVER_CAME = (EndReason.MISTAKE, EndReason.NO_SHOW)
SWEPT = timedelta(days=60)  # ours: departures that the night looks at again

OPENED = Act("situation.opened", "{actor} a ouvert la situation RPPS à clore de {person} ({site}) : {why}.")
OPEN_AGAIN = Act(
    "situation.opened_again", "{actor} a rouvert la situation RPPS de {person} ({site}) : {why}."
)
DROPPED = Act(
    "situation.dropped", "{actor} a classé sans objet la situation RPPS de {person} ({site}) : {why}."
)
_NOT_SENT = (
    RequestState.DRAFT,
    RequestState.READY,
    RequestState.QUEUED,
    RequestState.NEEDS_CORRECTION,
)
_LEFT = "départ le {day:%d/%m/%Y}"

# Somebody with a national number left a function that the employer registers, and works there in no other. A mistake, a
# no-show and an agency's employee were perhaps never declared: then the directory, or a request of ours, must say they were.
_OPEN = """
INSERT INTO situations_situationtoclose (id, group_id, person_id, establishment_id, assignment_id, function_id, state,
    ended_on, opened_at, end_reason, closed_by, settled_by_name, note)
SELECT DISTINCT ON (a.person_id, a.establishment_id) gen_random_uuid(), a.group_id, a.person_id, a.establishment_id, a.id,
    a.function_id, 'open', (a.ends_at AT TIME ZONE 'Europe/Paris')::date, %(now)s, '', '', '', ''
FROM assignments_assignment a JOIN groups_establishment e ON e.id = a.establishment_id
WHERE a.state = 'ended' AND a.function_id = ANY (%(ours)s)
  AND (%(stays)s::uuid[] IS NULL OR a.id = ANY (%(stays)s::uuid[]))
  AND (%(people)s::uuid[] IS NULL OR a.person_id = ANY (%(people)s::uuid[]))
  AND (%(stays)s::uuid[] IS NOT NULL OR a.ends_at > %(since)s)
  AND EXISTS (SELECT FROM people_personidentifier i WHERE i.person_id = a.person_id AND i.kind IN ('rpps', 'psi')
    AND i.valid_to IS NULL)
  AND NOT EXISTS (SELECT FROM assignments_assignment o WHERE o.group_id = a.group_id AND o.person_id = a.person_id
    AND o.establishment_id = a.establishment_id AND o.state = 'running' AND o.function_id = ANY (%(ours)s))
  AND NOT EXISTS (SELECT FROM situations_situationtoclose s WHERE s.group_id = a.group_id AND s.person_id = a.person_id
    AND s.establishment_id = a.establishment_id AND s.state <> 'not_needed'
    AND s.ended_on >= (a.ends_at AT TIME ZONE 'Europe/Paris')::date)
  AND ((a.end_reason NOT IN ('mistake', 'no_show') AND (a.contract <> 'temp' OR %(agency_here)s))
    OR EXISTS (SELECT FROM people_personidentifier i JOIN national_directory_nationalactivity n ON n.number = i.value
      WHERE i.person_id = a.person_id AND i.kind = 'rpps' AND i.valid_to IS NULL AND n.finess = e.finess)
    OR EXISTS (SELECT FROM registrations_registrationrequest r WHERE r.group_id = a.group_id
      AND r.person_id = a.person_id AND r.establishment_id = a.establishment_id AND r.state = 'done'))
ORDER BY a.person_id, a.establishment_id, a.ends_at DESC
ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608


def open_situations(
    *, assignment_ids: Sequence[UUID] | None = None, person_ids: Sequence[UUID] | None = None
) -> int:
    """Opens what these departures leave to close, or those of these people, or all of the last `SWEPT`; says how many."""
    moment = now()
    values: dict[str, Any] = {
        "now": moment,
        "since": moment - SWEPT,
        "ours": our_functions(),
        "stays": None if assignment_ids is None else list(assignment_ids),
        "people": None if person_ids is None else list(person_ids),
        "agency_here": agency_staff() == RegistrationSettings.AgencyStaff.HERE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        opened = [row[0] for row in cursor.fetchall()]
    rows = list(with_names(SituationToClose.objects.filter(pk__in=opened))) if opened else []
    return record_set(TRACKING, OPENED, [line_about(one, _LEFT.format(day=one.ended_on)) for one in rows])


def drop_situations(*, person_ids: Sequence[UUID] | None = None) -> int:
    """Sets aside what is open for people who work there again, and for records merged since; says how many.

    An end of activity that has not left is withdrawn with it; one that has goes on, and the page says that they are back.
    """
    still_here = Q(state=SituationState.OPEN) | Q(state=SituationState.ASKED, request__state__in=_NOT_SENT)
    waiting = SituationToClose.objects.filter(still_here)
    if person_ids is not None:
        waiting = waiting.filter(person_id__in=list(person_ids))
        if not waiting.exists():  # most arrivals
            return 0
    returned = _drop(waiting.filter(is_back()), "la personne travaille de nouveau dans l'établissement")
    merged = waiting.filter(state=SituationState.OPEN).exclude(person__merged_into=None)
    return returned + _drop(merged, "sa fiche a été réunie avec une autre")


def reopen_situations() -> int:
    """Opens again what a return had set aside, when nobody worked there in the end; says how many.

    What somebody set aside stays so, and so does what a later departure stands for.
    """
    aside = SituationToClose.objects.filter(
        state=SituationState.NOT_NEEDED, settled_by=None, settled_by_name=TRACKING.actor_name,
        settled_at__gt=now() - SWEPT, person__merged_into=None,
    )  # fmt: skip
    same = {name: OuterRef(name) for name in ("group_id", "person_id", "establishment_id")}
    others = SituationToClose.objects.filter(
        Q(ended_on__gte=OuterRef("ended_on")) | Q(state__in=WAITING), **same
    ).exclude(pk=OuterRef("pk"))
    worked = Assignment.objects.filter(
        **same, state=AssignmentState.ENDED, function_id__in=our_functions(),
        starts_at__gt=OuterRef("assignment__starts_at"),
    ).exclude(end_reason__in=NEVER_CAME)  # fmt: skip
    rows = aside.filter(~is_back(), ~Exists(others), ~Exists(worked))
    found = list(with_names(rows.select_for_update(of=("self",))))
    SITUATION_TRANSITIONS.move(
        SituationToClose.objects.filter(pk__in=[one.pk for one in found]),
        SituationState.OPEN, note="Le retour noté entre-temps n'a pas eu lieu.", request=None, settled_at=None,
        settled_by_name="",
    )  # fmt: skip
    return record_set(TRACKING, OPEN_AGAIN, [line_about(one, "le retour n'a pas eu lieu") for one in found])


def _drop(rows: QuerySet[SituationToClose], why: str) -> int:
    locked = with_names(rows.select_for_update(of=("self",)))
    found = [one for one in locked if _taken_back(one, f"De retour : {why}.")]
    note = f"{why[:1].upper()}{why[1:]}."
    SITUATION_TRANSITIONS.move(
        SituationToClose.objects.filter(pk__in=[one.pk for one in found]),
        SituationState.NOT_NEEDED,
        note=note,
        settled_at=now(),
        settled_by_name=TRACKING.actor_name,
    )
    return record_set(TRACKING, DROPPED, [line_about(one, why) for one in found])


def _taken_back(one: SituationToClose, reason: str) -> bool:
    """Whether nothing goes on of the end that was asked; what the API has done in part can no longer be withdrawn."""
    if one.request_id is None or one.state != SituationState.ASKED:
        return True
    try:
        withdraw_request(actor=TRACKING, request_id=one.request_id, reason=reason)
    except DomainError:
        return False
    return True


def with_names(rows: QuerySet[SituationToClose]) -> QuerySet[SituationToClose]:
    """With what `line_about` names."""
    return rows.select_related("person", "establishment")


def line_about(one: SituationToClose, why: str) -> Entry:
    """What the journal says of one situation of a set."""
    values: dict[str, Any] = {"person": one.person.display_name, "site": one.establishment.name, "why": why}
    return Entry("person", one.person_id, values, one.establishment_id, after={"situation_id": one.pk})
