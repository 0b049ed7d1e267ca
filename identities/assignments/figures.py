"""Figures of the home pages: one statement for every establishment that the current door sees."""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q

from identities.assignments.models import Assignment
from identities.assignments.rules import OPEN_STATES, tonight
from identities.assignments.states import AssignmentState
from portal.foundation.clock import now

SOON = timedelta(hours=72)
COMING = timedelta(days=7)


@dataclass(frozen=True)
class SiteFigures:
    """People present, and missions by when they end or begin. `ending_72h` counts those of today too."""

    present: int = 0
    ending_72h: int = 0
    leaving_today: int = 0
    arriving_7d: int = 0


_FIGURES = [one.name for one in fields(SiteFigures)]
NO_FIGURES = SiteFigures()


def site_figures() -> dict[UUID, SiteFigures]:
    """Figures by establishment, in one statement; a site where nobody is answers zeros too."""
    moment, night = now(), tonight()
    running = Q(state=AssignmentState.RUNNING)
    rows = (
        Assignment.objects.filter(state__in=OPEN_STATES)
        .values("establishment_id")
        .order_by("establishment_id")
        .annotate(
            present=Count("person_id", filter=running, distinct=True),
            ending_72h=Count("id", filter=running & Q(ends_at__lte=moment + SOON)),
            leaving_today=Count("id", filter=running & Q(ends_at__lte=night)),
            arriving_7d=Count("id", filter=Q(state=AssignmentState.PLANNED, starts_at__lte=moment + COMING)),
        )
    )
    found: dict[UUID, SiteFigures] = defaultdict(lambda: NO_FIGURES)
    for establishment_id, *figures in rows.values_list("establishment_id", *_FIGURES):
        found[establishment_id] = SiteFigures(*figures)
    return found
