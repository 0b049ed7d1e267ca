"""What is typed about situations to close: filters of the list, and each of the three ways to settle one."""

from typing import Any

from django import forms

from identities.people.rules import NO_RESIDENT
from identities.registrations.models import ActivityEndReason
from identities.situations.models import SituationToClose
from identities.situations.queries import SituationFilter
from identities.situations.rules import MAX_REASON, proposed_reason
from identities.situations.states import SituationState
from portal.foundation.clock import today
from portal.foundation.filters import ListFilters
from portal.foundation.forms import FrenchDateField, read_date

EVERYTHING = "toutes"


class SituationsForm(ListFilters):
    """Filters of the list: what is open unless something else is asked; what is not understood is left out."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    retard = forms.ChoiceField(
        label="Attente", required=False, choices=[("", "Toutes"), ("oui", "En retard seulement")]
    )
    mois = forms.CharField(required=False, max_length=7, widget=forms.HiddenInput())
    etat = forms.ChoiceField(
        required=False,
        choices=[*SituationState.choices, (EVERYTHING, "Toutes")],
        widget=forms.HiddenInput(),
    )

    def clean_mois(self) -> str:
        """AAAA-MM, or nothing."""
        month = str(self.cleaned_data["mois"])
        if month:
            read_date(f"{month}-01")
        return month

    @property
    def state(self) -> str:
        """The state whose list is shown; empty for all of them."""
        values = self.understood()
        asked = values.get("etat") or (SituationState.CLOSED if "mois" in values else SituationState.OPEN)
        return "" if asked == EVERYTHING else str(asked)

    def asked(self, establishment_id: Any = None) -> SituationFilter:
        values = self.understood()
        month = read_date(f"{values['mois']}-01") if "mois" in values else None
        return SituationFilter(self.state, establishment_id or self.site, "retard" in values, month)

    def in_french(self) -> str:
        """« à clore, Établissement : Les Tilleuls », for the journal."""
        shown = SituationState(self.state).label if self.state else "toutes"
        return ", ".join([shown, *self.said()])


class StopForm(forms.Form):
    """The end of the activity, asked by the API."""

    end_reason = forms.ChoiceField(label="Motif de fin", choices=ActivityEndReason.choices)
    ends_on = FrenchDateField(label="Fin de l'activité")

    def __init__(self, *args: Any, situation: SituationToClose, left_because: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"end_reason": proposed_reason(left_because).value, "ends_on": situation.ended_on}
        super().__init__(*args, **kwargs)


class ClosedForm(forms.Form):
    """The end already entered in the RPPS+ portal, typed back."""

    closed_on = FrenchDateField(label="Close au portail RPPS+ le")
    end_reason = forms.ChoiceField(label="Motif de fin saisi", choices=ActivityEndReason.choices)

    def __init__(self, *args: Any, left_because: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"end_reason": proposed_reason(left_because).value, "closed_on": today()}
        super().__init__(*args, **kwargs)


class SetAsideForm(forms.Form):
    """Why there is nothing to close."""

    reason = forms.CharField(
        label="Pourquoi n'y a-t-il rien à clore ?",
        max_length=MAX_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=NO_RESIDENT,
    )
