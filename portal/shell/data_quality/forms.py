"""Filters of the list of people behind a figure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from portal.shell.data_quality.gaps import BY_CODE, Gap


class GapFilters(forms.Form):
    """`gaps`: those that this person may ask; what is not understood is left out."""

    manque = forms.ChoiceField(label="Manque", required=False)
    etablissement = forms.ChoiceField(label="Établissement", required=False)

    def __init__(self, asked: Any, *, gaps: tuple[Gap, ...], sites: Mapping[UUID, str]) -> None:
        super().__init__(asked)
        self.label_suffix = ""
        self._offer("manque", [(one.code, one.label) for one in gaps])
        self._offer("etablissement", [("", "Tous"), *((str(key), name) for key, name in sites.items())])
        self.first = gaps[0]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def _asked(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))

    @property
    def gap(self) -> Gap:
        return BY_CODE.get(self._asked("manque"), self.first)

    @property
    def site(self) -> UUID | None:
        chosen = self._asked("etablissement")
        return UUID(chosen) if chosen else None

    @property
    def in_french(self) -> str:
        """« Sans mobile, EHPAD Les Tilleuls », for the journal."""
        choices = dict(self.fields["etablissement"].choices)  # type: ignore[attr-defined]
        place = choices[self._asked("etablissement")] if self.site else "tous les établissements visibles"
        return f"{self.gap.label}, {place}"
