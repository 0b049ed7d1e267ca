"""The one place that reads the time, so that tests can freeze it and a skewed host can be told."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Aware, UTC."""
    return timezone.now()


def today() -> date:
    """The calendar day in Paris."""
    return timezone.localdate(timezone=PARIS)


def start_of_day(day: date) -> datetime:
    """Midnight in Paris at the start of `day`, aware."""
    return datetime.combine(day, time.min, tzinfo=PARIS)


def end_of_day(day: date) -> datetime:
    """Midnight in Paris at the end of `day`: the first instant that is no longer in it."""
    return start_of_day(day + timedelta(days=1))
