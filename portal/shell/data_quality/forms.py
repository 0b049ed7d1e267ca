"""Filters of the list of people behind a figure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from portal.foundation.filters import SITE, ListFilters
from portal.shell.data_quality.gaps import BY_CODE, Gap


class GapFilters(ListFilters):
    """`gaps`: those that this person may ask; what is not understood is left out."""

    manque = forms.ChoiceField(label="Manque", required=False)
    etablissement = forms.ChoiceField(label="Établissement", required=False)

    def __init__(self, asked: Any, *, gaps: tuple[Gap, ...], sites: Mapping[UUID, str]) -> None:
        super().__init__(asked, sites=sites)
        self.offer("manque", [(one.code, one.label) for one in gaps])
        self.first = gaps[0]

    @property
    def gap(self) -> Gap:
        return BY_CODE.get(self.understood().get("manque", ""), self.first)

    @property
    def in_french(self) -> str:
        """« Sans mobile, EHPAD Les Tilleuls », for the journal."""
        names = dict(self.fields[SITE].choices)  # type: ignore[attr-defined]
        place = names[str(self.site)] if self.site else "tous les établissements visibles"
        return f"{self.gap.label}, {place}"
