"""Figures of a month about situations: how many were closed, and how long after the departure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from identities.registrations.figures import month_of


@dataclass(frozen=True)
class Closures:
    """`median`: days from the departure to the day it was closed. `verified`: seen closed in the Annuaire Santé."""

    count: int
    median: float
    verified: int


_CLOSED = """
SELECT establishment_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, closed_on - ended_on)),
    count(verified_on)
FROM situations_situationtoclose
WHERE state = 'closed' AND closed_on >= %s AND closed_on < %s
GROUP BY GROUPING SETS ((establishment_id), ())
"""


def situations_closed(month: date) -> Mapping[UUID | None, Closures]:
    """Of the situations closed that month, per site; None: all of the door. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, month_of(month))
        rows = cursor.fetchall()
    return {site: Closures(count, median, verified) for site, count, median, verified in rows if count}
