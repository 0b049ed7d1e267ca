"""Form fields that read dates and times the way French people type them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.foundation.clock import PARIS, today
from portal.foundation.errors import DomainError

# Outside of these years nobody is hired, and arithmetic on days may leave the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_MOMENT = 60  # characters
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_TYPED = re.compile(r"(?P<day>\d{1,2})[/.\- ](?P<month>\d{1,2})[/.\- ](?P<year>\d{4}|\d{2})")
_DIGITS = re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})")
_TIME = re.compile(r"(?P<hour>\d{1,2})\s*(?:h|:)\s*(?P<minute>\d{2})?")
_MOMENT = re.compile(
    r"(?P<day>.+?)(?:\s*,\s*|\s+à\s+|\s+|T)(?P<time>\d{1,2}\s*[h:]\s*(?:\d{2})?)(?::\d{2}.*)?", re.I
)

DATE_SHAPE = "Saisissez la date sous la forme JJ/MM/AAAA, par exemple 01/02/1980."
MOMENT_SHAPE = "Saisissez la date et l'heure sous la forme JJ/MM/AAAA HH:MM, par exemple 01/02/2026 19:30."


def add_refusal(form: forms.BaseForm, refusal: DomainError) -> None:
    """What a rule refused, beside the field that it names, or above the form when it names none of this form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.french)


def _full_year(typed: str, past: bool) -> int:
    """Two digits: the latest year not after this one for a date of the past, else not over ten years ahead."""
    if len(typed) == 4:
        return int(typed)
    ceiling = today().year + (0 if past else 10)
    year = ceiling - ceiling % 100 + int(typed)
    return year if year <= ceiling else year - 100


def read_date(typed: str, *, past: bool = False) -> date:
    """Reads 01/02/1980, 1/2/80, 01.02.1980, 01-02-1980, 01 02 1980, 01021980, 010280 and 1980-02-01.

    `past`: two digits of year never mean a year to come (dates of birth). Refuses (ValidationError, in French)
    another shape, a day that does not exist, and a year before 1900 or after 2199.
    """
    text = " ".join(typed.split())
    found = _ISO.fullmatch(text) or _TYPED.fullmatch(text) or _DIGITS.fullmatch(text)
    if found is None:
        raise ValidationError(DATE_SHAPE, code="invalid")
    year, month, day = _full_year(found["year"], past), int(found["month"]), int(found["day"])
    try:
        read = date(year, month, day)
    except ValueError:
        shown = f"{day:02}/{month:02}/{year}"
        raise ValidationError(
            f"Le {shown} n'existe pas : vérifiez le jour et le mois.", code="impossible"
        ) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(f"L'année {year} est invraisemblable : vérifiez-la.", code="year")
    return read


def read_time(typed: str) -> time:
    """Reads 19:30, 19h30, 19 h 30, 19h. Refuses (ValidationError) another shape and an hour that does not exist."""
    found = _TIME.fullmatch(typed.strip().lower())
    hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (99, 99)
    if hour > 23 or minute > 59:
        raise ValidationError("Saisissez l'heure sous la forme HH:MM, par exemple 19:30.", code="invalid")
    return time(hour, minute)


def in_paris(day: date, hour: time) -> datetime:
    """That moment on a clock in Paris, as UTC; the first of the two when the clock goes back.

    Refuses (ValidationError) the hour that is skipped when summer time begins.
    """
    moment = datetime.combine(day, hour, tzinfo=PARIS)
    if moment.astimezone(UTC).astimezone(PARIS).time() != hour:
        raise ValidationError(
            f"Le {day:%d/%m/%Y} à {hour:%H:%M} n'existe pas : les horloges avancent d'une heure cette nuit-là.",
            code="skipped",
        )
    return moment.astimezone(UTC)


class FrenchDateInput(forms.DateInput):
    """A text box: faster to type in than a calendar, and the same in every browser."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        usual = {"inputmode": "numeric", "autocomplete": "off", "class": "input-date"}
        super().__init__({**usual, **(attrs or {})}, "%d/%m/%Y")


class FrenchDateField(forms.DateField):
    """A date typed in any usual French way (`read_date`). `past=True` refuses a day to come."""

    widget = FrenchDateInput
    default_error_messages = {
        "invalid": DATE_SHAPE,
        "future": "Cette date est dans le futur : vérifiez l'année.",
    }

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "JJ/MM/AAAA")
        super().__init__(**kwargs)
        self.past = past

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.astimezone(PARIS).date() if timezone.is_aware(value) else value.date()
        found = value if isinstance(value, date) else read_date(str(value), past=self.past)
        if self.past and found > today():
            raise ValidationError(self.error_messages["future"], code="future")
        return found


class FrenchDateTimeInput(forms.DateTimeInput):
    """Date and hour in one text box."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        usual = {"autocomplete": "off", "class": "input-short"}
        super().__init__({**usual, **(attrs or {})}, "%d/%m/%Y %H:%M")


class FrenchDateTimeField(forms.DateTimeField):
    """A moment in Paris, to the minute: 01/02/2026 19:30, 1/2/26 19h30, 01022026 à 19 h, 2026-02-01T19:30.

    `default_time` completes a date typed alone; without it the hour must be typed.
    """

    widget = FrenchDateTimeInput
    default_error_messages = {"invalid": MOMENT_SHAPE, "hour": "Ajoutez l'heure, par exemple 19:30."}

    def __init__(self, *, default_time: time | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "JJ/MM/AAAA HH:MM")
        super().__init__(**kwargs)
        self.default_time = default_time

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(PARIS) if isinstance(value, datetime) and timezone.is_aware(value) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value if timezone.is_aware(value) else value.replace(tzinfo=PARIS)
        text = " ".join(str(value).split())
        if len(text) > LONGEST_MOMENT:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        found = _MOMENT.fullmatch(text)
        if found:
            return in_paris(read_date(found["day"]), read_time(found["time"]))
        day = read_date(text)
        if self.default_time is None:
            raise ValidationError(self.error_messages["hour"], code="hour")
        return in_paris(day, self.default_time)
