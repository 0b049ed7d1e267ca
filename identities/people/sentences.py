"""Traits in French words, for the journal and the screens."""

from collections.abc import Mapping
from typing import Any

from identities.people.models import Person, Sex
from portal.foundation.names import join_first_names
from portal.foundation.partial_dates import french_birth_date

_ABSENT = "non renseigné"


def trait_label(name: str) -> str:
    """The French label of a trait, as the forms write it."""
    return str(Person._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def trait_words(name: str, value: Any) -> str:
    """A trait's value as read on screen; « non renseigné » when there is none."""
    if name == "birth_date":
        value = french_birth_date(value)
    elif name == "first_names":
        value = join_first_names(value)
    elif name == "sex":
        value = dict(Sex.choices).get(value, "")
    elif isinstance(value, bool):
        return "oui" if value else "non"
    return str(value) if value not in (None, "") else _ABSENT


def changes_sentence(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """« nom d'usage : non renseigné → Durand ; mobile : … → … », field by field."""
    return " ; ".join(
        f"{trait_label(name)} : {trait_words(name, before[name])} → {trait_words(name, value)}"
        for name, value in after.items()
    )
