"""What is typed to start a review, to plan it every year, and to answer its lines."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from identities.reviews.models import DAYS_TO_ANSWER, MONTHS
from portal.foundation.clock import today
from portal.foundation.forms import FrenchDateField


class StartForm(forms.Form):
    """The deadline of a campaign."""

    due_on = FrenchDateField(label="À terminer le")

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed, initial={"due_on": today() + timedelta(days=DAYS_TO_ANSWER)})


class ScheduleForm(forms.Form):
    """The month of each year when the review begins by itself."""

    month = forms.TypedChoiceField(
        label="Lancer la revue chaque année en",
        choices=[("", "Jamais toute seule"), *MONTHS],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Dans la première nuit de ce mois, sauf si une revue a commencé depuis moins de 180 jours.",
    )
    days_to_answer = forms.IntegerField(
        label="Délai laissé aux sites, en jours",
        min_value=1,
        max_value=180,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )


def ticked(typed: QueryDict) -> set[UUID]:
    """The lines that were ticked; what is not the id of a line is left aside."""
    return {found for one in typed.getlist("here") if (found := _id(one)) is not None}


def gone(typed: QueryDict) -> UUID | None:
    """The line of which somebody said « ne travaille plus ici »."""
    return _id(typed.get("gone", ""))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
