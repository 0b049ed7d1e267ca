"""RPPS situations of the demo's group: a few registered people just left, some late; older departures are closed."""

from datetime import timedelta
from uuid import UUID

from identities.assignments.models import Assignment, AssignmentKind
from identities.assignments.set_operations import Ending, end_assignments
from identities.assignments.states import AssignmentState
from identities.people.models import IdentifierKind
from identities.situations.departures import open_situations
from identities.situations.facts import our_functions
from identities.situations.models import SituationToClose
from identities.situations.operations import close_by_hand, set_aside
from identities.situations.queries import situation_seen
from portal.foundation.clock import now, start_of_day, today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine

HR, GESTIONNAIRE = Machine("Ressources humaines"), Machine("Gestionnaire RPPS+")
_LEFT_DAYS_AGO = (0, 1, 1, 2, 4, 5, 8, 12)  # those still to be closed
_REASONS = ("resignation", "transfer", "retirement", "early")
_ONE_IN = 12  # of the registered people of the group, one leaves


def seed_situations(group_id: UUID) -> None:
    """Opens what the departures left and settles the older ones, once."""
    with tenant(group_id):
        if SituationToClose.objects.exists():
            return
        open_situations()
        older = list(SituationToClose.objects.order_by("ended_on", "pk").values_list("pk", flat=True))
        for rank, situation_id in enumerate(older):
            _settle(situation_id, rank)
        _leave()
        open_situations()
        for row in SituationToClose.objects.all():
            known_at = min(start_of_day(row.ended_on) + timedelta(hours=30), now())
            SituationToClose.objects.filter(pk=row.pk).update(opened_at=known_at)


def _leave() -> None:
    """Some of those that the Annuaire Santé shows at work here leave, one in twelve at most."""
    stays = Assignment.objects.filter(
        kind=AssignmentKind.AFFECTATION,
        state=AssignmentState.RUNNING,
        ends_at=None,
        function_id__in=our_functions(),
        starts_at__lt=now() - timedelta(days=60),
        person__identifiers__kind=IdentifierKind.RPPS,
        person__identifiers__valid_to=None,
    )
    rows = list(stays.select_related("person", "establishment", "function").order_by("pk"))
    chosen = rows[::_ONE_IN][: len(_LEFT_DAYS_AGO)]
    end_assignments(
        actor=HR,
        endings=[
            Ending(one, now() - timedelta(days=days, hours=2), _REASONS[rank % len(_REASONS)])
            for rank, (one, days) in enumerate(zip(chosen, _LEFT_DAYS_AGO, strict=False))
        ],
    )


def _settle(situation_id: UUID, rank: int) -> None:
    found = situation_seen(situation_id)
    if found is None:
        return
    if rank == 0:
        set_aside(actor=GESTIONNAIRE, situation=found, reason="Close par l'ancien employeur avant le départ.")
        return
    day = min(found.ended_on + timedelta(days=1 + rank % 4), today())
    close_by_hand(actor=GESTIONNAIRE, situation=found, closed_on=day, end_reason="AUT")
