"""A line of the journal as the screen and the export show it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from portal.foundation.clock import PARIS
from portal.journal.models import Line
from portal.journal.operations import act_label

NOTHING = "vide"


@dataclass(frozen=True)
class Change:
    """One value, before → after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    """What the screen says of a line."""

    at: datetime
    sentence: str
    place: str
    changes: tuple[Change, ...]


def shown(lines: Iterable[Line], places: Mapping[UUID, str]) -> list[Shown]:
    return [Shown(one.at, one.sentence, _place(one, places), tuple(changes(one))) for one in lines]


def _place(line: Line, places: Mapping[UUID, str]) -> str:
    return places.get(line.establishment_id, "") if line.establishment_id else ""


def changes(line: Line) -> Iterator[Change]:
    """What differs between `before` and `after`, named as the forms name it."""
    before, after = _values(line.before), _values(line.after)
    for name in [*before, *(one for one in after if one not in before)]:
        if before.get(name) != after.get(name):
            label, choices = field_words(line.object_kind, name)
            yield Change(label, _said(before.get(name), choices), _said(after.get(name), choices))


def _values(found: Any) -> dict[str, Any]:
    if found is None:
        return {}
    return found if isinstance(found, dict) else {"": found}


def _said(value: Any, choices: Mapping[str, str] = MappingProxyType({})) -> str:
    if isinstance(value, str) and value in choices:
        return choices[value]
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} : {_said(one)}" for name, one in value.items())
    return _moment(value) if isinstance(value, str) else str(value)


def _moment(text: str) -> str:
    """A moment as people write it; any other text as it is."""
    if len(text) < 19 or text[4:5] != "-" or text[10:11] != "T":
        return text
    try:
        return f"{datetime.fromisoformat(text).astimezone(PARIS):%d/%m/%Y %H:%M}"
    except ValueError:
        return text


@lru_cache(maxsize=1024)
def field_words(object_kind: str, name: str) -> tuple[str, Mapping[str, str]]:
    """The French name of a field of that kind of object, and of its choices; else its own, spaces for underscores."""
    for model in apps.get_models():
        if model._meta.model_name == object_kind:
            try:
                field = model._meta.get_field(name)
            except FieldDoesNotExist:
                break
            said = str(getattr(field, "verbose_name", name))
            choices = {str(key): str(label) for key, label in getattr(field, "flatchoices", ())}
            return said[:1].upper() + said[1:], choices
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:], {}


HEADER = (
    "Date et heure", "Auteur", "Acte", "Établissement", "Phrase", "Changements", "Requête", "Numéro", "Scellé",
)  # fmt: skip


def export_rows(lines: Iterable[Line], places: Mapping[UUID, str]) -> Iterator[tuple[Any, ...]]:
    for one in lines:
        said = " ; ".join(f"{it.label} : {it.before} → {it.after}" for it in changes(one))
        yield (
            one.at, one.actor_name, act_label(one.act), _place(one, places), one.sentence, said, one.request_id,
            one.number, one.seal_number,
        )  # fmt: skip
