"""RPPS situations of the demo's group: departures of the last two months, some late, some closed, one set aside."""

from datetime import timedelta
from uuid import UUID

from identities.situations.departures import open_situations
from identities.situations.models import SituationToClose
from identities.situations.operations import close_by_hand, set_aside
from identities.situations.queries import situation_seen
from portal.foundation.clock import now, start_of_day, today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine

GESTIONNAIRE = Machine("Gestionnaire RPPS+")
_WAITING = 9  # left to close; the others were closed two days after the departure, or the day it was known


def seed_situations(group_id: UUID) -> None:
    """Opens what the departures left and settles most of it, once."""
    with tenant(group_id):
        if SituationToClose.objects.exists() or not open_situations():
            return
        rows = list(SituationToClose.objects.order_by("-ended_on", "pk").values_list("pk", "ended_on"))
        for rank, (situation_id, ended_on) in enumerate(rows):
            known_at = min(start_of_day(ended_on) + timedelta(hours=30), now())
            SituationToClose.objects.filter(pk=situation_id).update(opened_at=known_at)
            if rank >= _WAITING:
                _settle(situation_id, rank)


def _settle(situation_id: UUID, rank: int) -> None:
    found = situation_seen(situation_id)
    if found is None:
        return
    if rank == _WAITING:
        set_aside(actor=GESTIONNAIRE, situation=found, reason="Close par l'ancien employeur avant le départ.")
        return
    day = min(found.ended_on + timedelta(days=1 + rank % 4), today())
    close_by_hand(actor=GESTIONNAIRE, situation=found, closed_on=day, end_reason="AUT")
