"""Figures of a month about requests: one pure function per figure, each in one statement, per site and for the whole door.

The monthly report calls them as the page does. A month is named by any day of it, in Paris. `None` as a site: all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from identities.registrations.models import RegistrationRequest
from portal.foundation.clock import start_of_day

NUMBER_HOURS = 24  # ANS, FAQ of the RPPS+ portal: the number is e-mailed within 24 h
ECPS_HOURS = 48  # the same: the e-CPS may be activated 48 h after the number


@dataclass(frozen=True)
class LeadTime:
    """How long it took: `median` and `p90` in hours, and how many were within the delay."""

    count: int
    median: float
    p90: float
    in_time: int

    @property
    def share(self) -> int:
        """Of 100, rounded."""
        return round(100 * self.in_time / self.count) if self.count else 0


def month_of(day: date) -> tuple[date, date]:
    """Its first day, and that of the next month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def moments_of(month: date) -> tuple[datetime, datetime]:
    """From the first instant of the month to the first one after it."""
    first, after = month_of(month)
    return start_of_day(first), start_of_day(after)


def registrations_prepared(month: date) -> QuerySet[RegistrationRequest]:
    """Requests prepared that month, but ends of activity: the list behind their number."""
    return RegistrationRequest.objects.filter(created_at__range=_inside(month), end_reason="")


def numbers_obtained(month: date) -> QuerySet[RegistrationRequest]:
    """Requests that gave a number that month: the list behind the lead time."""
    first, after = month_of(month)
    return RegistrationRequest.objects.filter(
        numbered_on__gte=first, numbered_on__lt=after, sent_at__isnull=False
    )


def ecps_activated(month: date) -> QuerySet[RegistrationRequest]:
    """Requests whose person's e-CPS was declared active that month."""
    first, after = month_of(month)
    return RegistrationRequest.objects.filter(
        ecps_on__gte=first, ecps_on__lt=after, numbered_on__isnull=False
    )


def requests_by_outcome(month: date) -> dict[tuple[UUID | None, str, str], int]:
    """(site, route, state today) → how many requests prepared that month, ends of activity left out."""
    rows = registrations_prepared(month).order_by().values_list("establishment_id", "route", "state")
    return {(site, route, state): count for site, route, state, count in rows.annotate(Count("pk"))}


# The number's own hour is known when it came that day; else it is taken as the end of the day that was typed back.
_NUMBER = """
SELECT establishment_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours), count(*) FILTER (WHERE hours <= %(limit)s)
FROM (SELECT establishment_id, greatest(0, extract(epoch FROM least(
        settled_at, (numbered_on + 1)::timestamp AT TIME ZONE 'Europe/Paris') - sent_at) / 3600) AS hours
    FROM registrations_registrationrequest
    WHERE numbered_on >= %(first)s AND numbered_on < %(after)s AND sent_at IS NOT NULL) r
GROUP BY GROUPING SETS ((establishment_id), ())
"""
_ECPS = """
SELECT establishment_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours), count(*) FILTER (WHERE hours <= %(limit)s)
FROM (SELECT establishment_id, greatest(0, ecps_on - numbered_on) * 24 AS hours
    FROM registrations_registrationrequest
    WHERE ecps_on >= %(first)s AND ecps_on < %(after)s AND numbered_on IS NOT NULL) r
GROUP BY GROUPING SETS ((establishment_id), ())
"""


def time_to_number(month: date) -> Mapping[UUID | None, LeadTime]:
    """Hours from the sending to the number, of the numbers obtained that month; in time: within 24 h."""
    return _lead_times(_NUMBER, month, NUMBER_HOURS)


def time_to_ecps(month: date) -> Mapping[UUID | None, LeadTime]:
    """Hours (whole days) from the number to the e-CPS declared active, of that month; in time: within 48 h."""
    return _lead_times(_ECPS, month, ECPS_HOURS)


def _lead_times(statement: str, month: date, limit: int) -> dict[UUID | None, LeadTime]:
    first, after = month_of(month)
    values: dict[str, Any] = {"first": first, "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return {
        site: LeadTime(count, median, p90, in_time) for site, count, median, p90, in_time in rows if count
    }


def _inside(month: date) -> tuple[datetime, datetime]:
    first, after = moments_of(month)
    return first, after - timedelta(microseconds=1)
