"""Fields that read what a hurried hand types or a spreadsheet pastes about a person and a stay."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from portal.foundation.clock import PARIS, now, today
from portal.foundation.errors import DomainError
from portal.foundation.forms import FrenchDateTimeField, in_paris
from portal.foundation.names import join_first_names, split_first_names
from portal.foundation.partial_dates import french_birth_date, parse_birth_date

_WORDS = {"aujourd'hui": 0, "aujourd’hui": 0, "demain": 1, "après-demain": 2}
_STORED_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_YEAR = re.compile(r"(\d{1,2}[/.]\d{1,2})(\s.*)?")
T = TypeVar("T")


def this_minute() -> datetime:
    """Now in Paris, seconds dropped: what a person would write."""
    return now().astimezone(PARIS).replace(second=0, microsecond=0)


def split_name(text: str) -> tuple[str, str]:
    """(birth name, first names) out of « MARTIN Julie » or « Martin Julie »; ('', '') when it holds a digit.

    Words in capitals are the name, wherever they stand; without any, the first word is.
    """
    words = text.split()
    if not words or any(character.isdigit() for character in text):
        return "", ""
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if not capitals or len(capitals) == len(words):
        return words[0], " ".join(words[1:])
    return " ".join(capitals), " ".join(word for word in words if word not in capitals)


def told(read: Callable[[str], T], typed: str) -> T:
    """What a rule reads out of a typed text, its refusal (DomainError) turned into a form's (ValidationError)."""
    try:
        return read(typed)
    except DomainError as error:
        raise ValidationError(error.french, code="refused") from error


class BirthDateField(forms.CharField):
    """A date of birth, whole or partial, kept as `AAAA-MM-JJ`."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "class": "input-date"})

    def to_python(self, value: Any) -> str:
        return told(parse_birth_date, super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return french_birth_date(value) if isinstance(value, str) and _STORED_DATE.fullmatch(value) else value


class FirstNamesField(forms.CharField):
    """All first names in order, as a tuple."""

    def to_python(self, value: Any) -> Any:
        return split_first_names(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return join_first_names(value) if isinstance(value, tuple | list) else value


class MomentField(FrenchDateTimeField):
    """`FrenchDateTimeField` that also reads « maintenant », « aujourd'hui », « demain » and a day without its year."""

    def to_python(self, value: Any) -> datetime | None:
        typed = " ".join(value.split()).lower() if isinstance(value, str) else ""
        if typed in {"maintenant", "tout de suite"}:
            return this_minute()
        if typed in _WORDS:
            return in_paris(today() + timedelta(days=_WORDS[typed]), self.default_time or time(0, 0))
        if found := _NO_YEAR.fullmatch(typed):
            return super().to_python(f"{found[1]}/{today().year}{found[2] or ''}")
        return super().to_python(value)


class FunctionField(forms.ChoiceField):
    """Any code is taken here: the operation refuses what is not a function in force, with its reason."""

    def valid_value(self, value: Any) -> bool:
        return "\x00" not in value


class FunctionSelect(forms.Select):
    """A list of functions; each option carries the usual job titles that the search box of the page understands.

    `titles` maps a code to them, and is read only when the list is drawn.
    """

    template_name = "arrivals/_function_select.html"
    titles: Callable[[], Mapping[str, Sequence[str]]] = dict

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        titles = self.titles()
        for _, options, _ in context["widget"]["optgroups"]:
            for option in options:
                option["words"] = "|".join(titles.get(str(option["value"]), ()))
        return context
