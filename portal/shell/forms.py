"""Filters of the home pages."""

from typing import Any

from django import forms

from portal.shell.homes import GroupRow
from tenants.groups.queries import search_words


class GroupFilters(forms.Form):
    """Above the group's table: its choices are what the rows hold."""

    q = forms.CharField(label="Nom ou ville", required=False, max_length=100)

    def __init__(self, *args: Any, rows: list[GroupRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = rows
        self.fields["department"] = self._choice("Département", "Tous", "department")
        self.fields["category"] = self._choice("Catégorie", "Toutes", "category")

    def _choice(self, label: str, every: str, name: str) -> forms.ChoiceField:
        values = sorted({getattr(row.place, name) for row in self._rows} - {""})
        choices = [("", every), *((one, one) for one in values)]
        return forms.ChoiceField(label=label, required=False, choices=choices)

    def kept(self) -> list[GroupRow]:
        """The rows that the filters let through; all of them when a filter is not readable."""
        if not self.is_valid():
            return self._rows
        asked = self.cleaned_data
        words = search_words(asked["q"])
        return [
            row
            for row in self._rows
            if asked["department"] in ("", row.place.department)
            and asked["category"] in ("", row.place.category)
            and words in f"{row.place.key} {search_words(row.place.city)}"
        ]

    @property
    def in_french(self) -> str:
        """« Département : Gironde, Catégorie : EHPAD », for the journal."""
        if not self.is_valid():
            return "tous les établissements"
        asked = [f"{self.fields[name].label} : {value}" for name, value in self.cleaned_data.items() if value]
        return ", ".join(asked) or "tous les établissements"
