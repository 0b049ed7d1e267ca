"""What is typed on the departure, extension and list pages."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import TextChoices

from identities.assignments.lists import ORDERS, PeopleFilter, Presence
from identities.assignments.models import Assignment, EndReason
from identities.assignments.rules import default_reason, tonight
from portal.foundation.filters import ListFilters
from portal.foundation.forms import FrenchDateTimeField

EVENING = time(20, 0)


class Moment(TextChoices):
    NOW = "now", "Maintenant"
    TONIGHT = "tonight", "Ce soir à minuit"
    DATE = "date", "Autre moment"


class DepartureForm(forms.Form):
    """When somebody leaves, and why."""

    moment = forms.ChoiceField(
        label="Quand",
        choices=Moment.choices,
        initial=Moment.NOW,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    at = FrenchDateTimeField(
        label="Autre moment",
        required=False,
        default_time=EVENING,
        help_text="JJ/MM/AAAA HH:MM, seulement pour « Autre moment ».",
    )
    reason = forms.ChoiceField(label="Motif", choices=EndReason.choices)

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = assignment.end_reason or default_reason(assignment, None)
        if assignment.ends_at is not None and assignment.ends_at <= tonight():
            self.fields["moment"].choices = [one for one in Moment.choices if one[0] != Moment.TONIGHT]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        moment = cleaned.get("moment")
        if moment == Moment.DATE and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", "Indiquez le jour et l'heure du départ.")
        if moment in (Moment.NOW, Moment.TONIGHT) and cleaned.get("at"):
            self.add_error(
                "moment", "Vous avez tapé une date : choisissez « Autre moment », ou effacez la date."
            )
        return cleaned

    def asked_at(self) -> datetime | None:
        """The moment to come, or None for now."""
        moment = self.cleaned_data["moment"]
        return tonight() if moment == Moment.TONIGHT else self.cleaned_data["at"]


class ExtensionForm(forms.Form):
    """Another end, typed."""

    ends_at = FrenchDateTimeField(
        label="Autre date de fin",
        default_time=EVENING,
        help_text="JJ/MM/AAAA HH:MM ; sans heure, 20:00.",
    )


class PeopleFilterForm(ListFilters):
    """Filters of a list of people: anything that is not understood is left out."""

    q = forms.CharField(label="Nom", required=False, max_length=100, widget=forms.SearchInput())
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    fonction = forms.ChoiceField(label="Fonction", required=False)
    fin = forms.ChoiceField(
        label="Fin",
        required=False,
        choices=[("", "Toutes"), ("24h", "Dans les 24 h"), ("72h", "Dans les 72 h")],
    )
    identite = forms.ChoiceField(
        label="Identité", required=False, choices=[("", "Toutes"), ("a-controler", "À contrôler")]
    )
    presence = forms.ChoiceField(required=False, choices=Presence.choices, widget=forms.HiddenInput())

    def __init__(
        self, asked: Any, *, functions: Mapping[str, str], sites: Mapping[Any, str] | None = None
    ) -> None:
        super().__init__(asked, sites=sites)
        self.functions, self.sites = functions, sites or {}
        self.offer("fonction", [("", "Toutes"), *functions.items()])

    def asked(self, order: str = "") -> PeopleFilter:
        """The filter, with the order of `?tri=`."""
        values = self.understood()
        column = order.removeprefix("-")
        return PeopleFilter(
            presence=values.get("presence", Presence.PRESENT),
            text=values.get("q", ""),
            function_code=values.get("fonction", ""),
            within={"24h": 24, "72h": 72}.get(values.get("fin", "")),
            without_identity_check="identite" in values,
            order=column if column in ORDERS else "nom",
            descending=order.startswith("-"),
        )
