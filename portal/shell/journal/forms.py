"""Filters of the journal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from portal.foundation.forms import FrenchDateField
from portal.journal.queries import Filters


class JournalFilterForm(forms.Form):
    """Anything that is not understood is left out, and told beside its field."""

    du = FrenchDateField(label="Du", required=False, help_text="")
    au = FrenchDateField(label="Au", required=False, help_text="")
    auteur = forms.CharField(label="Auteur", required=False, max_length=100)
    acte = forms.ChoiceField(label="Acte", required=False)
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    texte = forms.CharField(label="Texte", required=False, max_length=100, widget=forms.SearchInput())

    def __init__(self, asked: Any, *, acts: Mapping[str, str], sites: Mapping[UUID, str]) -> None:
        super().__init__(asked, label_suffix="")
        places = {str(key): name for key, name in sites.items()}
        self._labels: dict[str, Mapping[str, str]] = {"acte": acts, "etablissement": places}
        for name, choices in self._labels.items():
            self._choices(name, "Tous", choices)

    def _choices(self, name: str, everything: str, choices: Mapping[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", everything), *choices.items()]

    def filters(self) -> Filters:
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        site = values.get("etablissement")
        return Filters(
            since=values.get("du"),
            until=values.get("au"),
            actor=values.get("auteur", ""),
            act=values.get("acte", ""),
            establishment_id=UUID(site) if site else None,
            text=values.get("texte", ""),
        )

    def in_french(self) -> str:
        """« du 01/11/2026, auteur « Le Goff » »: what was asked, for the line that says it was read."""
        words = []
        for name, value in self.cleaned_data.items():
            label = str(self.fields[name].label).lower()
            said = self._labels.get(name, {}).get(value, value)
            if value and isinstance(self.fields[name], FrenchDateField):
                words.append(f"{label} {value:%d/%m/%Y}")
            elif value:
                words.append(f"{label} « {said} »")
        return ", ".join(words) or "sans filtre"
