"""A yearly review under way in the demo's group: finished at some sites, halfway at one. And two changes of affectation."""

from datetime import timedelta
from uuid import UUID

from identities.assignments.models import Assignment, AssignmentKind
from identities.assignments.move_operations import Destination, move_assignment
from identities.assignments.states import AssignmentState
from identities.reviews.operations import confirm_lines, start_campaign
from identities.reviews.queries import last_started, sites_of, waiting_lines
from portal.foundation.clock import end_of_day, today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine

ADMINISTRATOR, MANAGER = Machine("Administrateur de groupe"), Machine("Référent de site")
_FINISHED, _DAYS, _MOVED = 3, 30, 2  # one site in three has finished


def seed_review(group_id: UUID) -> None:
    """Starts the review, answers a part of it and plans the changes, once; a group without affectations gets none."""
    with tenant(group_id):
        if last_started() is not None or not Assignment.objects.exists():
            return
        _plan_changes()
        campaign = start_campaign(actor=ADMINISTRATOR, due_on=today() + timedelta(days=_DAYS))
        for rank, site in enumerate(sites_of(campaign)):
            lines = list(waiting_lines(site.review).values_list("pk", flat=True))
            kept = lines if rank % _FINISHED == 1 else lines[: len(lines) // 2] if rank == 0 else []
            if kept:
                confirm_lines(actor=MANAGER, review=site.review, line_ids=kept)


def _plan_changes() -> None:
    """Two people go on at another site next week."""
    stays = Assignment.objects.filter(
        kind=AssignmentKind.AFFECTATION, state=AssignmentState.RUNNING, ends_at=None
    )
    named = list(stays.select_related("person", "function", "establishment", "unit").order_by("pk")[:200])
    at = end_of_day(today() + timedelta(days=6))
    moved = 0
    for stay, other in zip(named, reversed(named), strict=True):
        if moved < _MOVED and stay.establishment_id != other.establishment_id:
            to = Destination(other.establishment_id, stay.function_id)
            move_assignment(actor=ADMINISTRATOR, assignment=stay, to=to, at=at)
            moved += 1
