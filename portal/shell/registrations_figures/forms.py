"""Which month, which site, and which list behind a figure."""

from datetime import date
from typing import Any

from django import forms

from portal.foundation.clock import today
from portal.foundation.filters import ListFilters

MONTHS = 12  # shown in the choice
LISTS = (
    ("demandes", "Demandes préparées"),
    ("numeros", "Numéros obtenus"),
    ("ecps", "e-CPS actives"),
)
_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def month_said(month: date) -> str:
    """« novembre 2026 »."""
    return f"{_NAMES[month.month - 1]} {month.year}"


def last_months(count: int = MONTHS) -> list[date]:
    """The first days of the current month and of those before it, the last one first."""
    here = today().replace(day=1)
    numbers = [here.year * 12 + here.month - 1 - back for back in range(count)]
    return [date(one // 12, one % 12 + 1, 1) for one in numbers]


class MonthForm(ListFilters):
    """The current month unless another of the last twelve is asked."""

    mois = forms.ChoiceField(label="Mois", required=False)

    def __init__(self, asked: Any, **kwargs: Any) -> None:
        super().__init__(asked, **kwargs)
        choices = [(f"{one:%Y-%m}", month_said(one).capitalize()) for one in last_months()]
        self.offer("mois", choices)

    @property
    def month(self) -> date:
        asked = self.understood().get("mois")
        return date.fromisoformat(f"{asked}-01") if asked else last_months(1)[0]


class BehindForm(MonthForm):
    """A list behind a figure."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    liste = forms.ChoiceField(label="Liste", required=False, choices=LISTS)
    field_order = ("liste", "mois", "etablissement")

    @property
    def chosen(self) -> str:
        return self.understood().get("liste", LISTS[0][0])
