"""What the answer to an end of activity, then the Annuaire Santé, make of a situation: by set, again and again."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from identities.national_directory.queries import main_file_date
from identities.registrations.models import BlockKind, RequestBlock
from identities.registrations.states import BlockState, RequestState
from identities.situations.departures import OPEN_AGAIN, TRACKING, line_about, with_names
from identities.situations.facts import is_back, open_in_directory
from identities.situations.models import ClosedBy, SituationToClose
from identities.situations.rules import DIRECTORY_DAYS
from identities.situations.states import SITUATION_TRANSITIONS, SituationState
from portal.foundation.clock import now, today
from portal.journal.operations import Act, record_set

CLOSED = Act("situation.closed_by_answer", "{actor} a clos la situation RPPS de {person} ({site}) : {why}.")
VERIFIED = Act("situation.verified", "{actor} a vérifié la situation RPPS de {person} ({site}) : {why}.")
_OVER = (
    RequestState.REFUSED,
    RequestState.WITHDRAWN,
    RequestState.EXPIRED,
    RequestState.DONE,
)  # without having ended it


def follow_requests(*, request_ids: Sequence[UUID] | None = None) -> int:
    """Closes what API PSI has ended, and opens again what it refused or somebody withdrew; says how many moved."""
    asked = SituationToClose.objects.filter(state=SituationState.ASKED)
    if request_ids is not None:
        asked = asked.filter(request_id__in=list(request_ids))
    stopped = RequestBlock.objects.filter(
        group_id=OuterRef("group_id"),
        request_id=OuterRef("request_id"),
        kind=BlockKind.ACTIVITY_STOP,
        state=BlockState.DONE,
    )
    closed = _moved(
        asked.filter(Exists(stopped)),
        SituationState.CLOSED,
        CLOSED,
        "l'API Pro Santé Identité a enregistré la fin d'activité",
        closed_by=ClosedBy.PSI,
        closed_on=today(),
        settled_at=now(),
        settled_by_name=TRACKING.actor_name,
        note="",
    )
    refused = asked.filter(request__state__in=_OVER).exclude(Exists(stopped))
    return closed + _moved(refused, SituationState.OPEN, OPEN_AGAIN, "la demande de fin n'a pas abouti")


def compare_with_directory() -> int:
    """Dates what the Annuaire Santé no longer shows, and opens again what it shows a week after; says how many moved.

    Only a file made after the day it was closed proves anything; nothing is said before any file is loaded.
    """
    edition = main_file_date()
    if not edition:
        return 0
    made_on = date.fromisoformat(edition)
    rows = SituationToClose.objects.filter(
        state=SituationState.CLOSED, verified_on=None, closed_on__lt=made_on
    )
    found = list(with_names(rows.exclude(open_in_directory())))
    why = f"l'Annuaire Santé du {made_on:%d/%m/%Y} ne montre plus d'activité ouverte ici"
    SituationToClose.objects.filter(pk__in=[one.pk for one in found], verified_on=None).update(
        verified_on=today()
    )
    record_set(TRACKING, VERIFIED, [line_about(one, why) for one in found])
    return len(found) + _moved(
        rows.filter(open_in_directory(), ~is_back(), closed_on__lte=made_on - timedelta(days=DIRECTORY_DAYS)),
        SituationState.OPEN,
        OPEN_AGAIN,
        f"l'Annuaire Santé du {made_on:%d/%m/%Y} la montre encore ouverte, {DIRECTORY_DAYS} jours après",
        opened_at=now(),
    )


def _moved(
    rows: QuerySet[SituationToClose], target: SituationState, act: Act, why: str, **values: Any
) -> int:
    found = list(with_names(rows.select_for_update(of=("self",))))
    if not found:
        return 0
    values = {"note": f"{why[:1].upper()}{why[1:]}.", **values}
    SITUATION_TRANSITIONS.move(
        SituationToClose.objects.filter(pk__in=[one.pk for one in found]), target, **values
    )
    return record_set(TRACKING, act, [line_about(one, why) for one in found])
