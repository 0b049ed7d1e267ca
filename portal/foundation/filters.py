"""Filters of a list, as a form in the address: what is not understood is left out, and said in French in the journal."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms

SITE = "etablissement"


class ListFilters(forms.Form):
    """`sites`: id → name of those that may be chosen; None takes the choice of an establishment away."""

    def __init__(self, asked: Any, *, sites: Mapping[Any, str] | None = None) -> None:
        super().__init__(asked)
        self.label_suffix = ""
        if sites is None:
            self.fields.pop(SITE, None)
        else:
            self.offer(SITE, [("", "Tous"), *((str(key), name) for key, name in sites.items())])

    def offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """The choices of one field, known only when the page is asked."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = list(choices)

    def understood(self) -> dict[str, str]:
        """Field → value, without those that are wrong."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def site(self) -> UUID | None:
        """The establishment that was chosen."""
        chosen = self.understood().get(SITE)
        return UUID(chosen) if chosen else None

    def said(self) -> list[str]:
        """« Établissement : Les Tilleuls », « Nom : dup »: what was chosen, but in hidden fields."""
        found = []
        for name, value in self.understood().items():
            field = self.fields[name]
            if not isinstance(field.widget, forms.HiddenInput):
                found.append(f"{field.label} : {dict(getattr(field, 'choices', ())).get(value, value)}")
        return found
