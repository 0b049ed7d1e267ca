"""What is typed about identity checks: filters, a session, the decision on a change, how long a check holds."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from identities.identity_checks.models import MONTHS_ALLOWED
from identities.identity_checks.queries import ToCheck
from identities.identity_checks.rules import MAX_REASON
from identities.identity_checks.standings import DUE, Standing
from identities.people.forms import IdentityCheckForm
from identities.people.models import CheckMethod, DocumentKind
from identities.people.rules import NO_RESIDENT
from portal.foundation.filters import ListFilters

EVERYBODY = "toutes"
DOCUMENTS = tuple(one for one in DocumentKind.choices if one[0] != DocumentKind.NONE)


class ToCheckForm(ListFilters):
    """Filters of the list: anything that is not understood is left out."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    fonction = forms.ChoiceField(label="Fonction", required=False)
    etat = forms.ChoiceField(
        required=False, choices=[*Standing.choices, (EVERYBODY, "Toutes")], widget=forms.HiddenInput()
    )

    def __init__(
        self, asked: Any, *, functions: Mapping[str, str], sites: Mapping[Any, str] | None = None
    ) -> None:
        super().__init__(asked, sites=sites)
        self.offer("fonction", [("", "Toutes"), *functions.items()])

    def asked(self, establishment_id: UUID | None) -> ToCheck:
        """The filter, at that site or at the one chosen."""
        values = self.understood()
        state = values.get("etat", "")
        standings = () if state == EVERYBODY else (Standing(state),) if state else DUE
        return ToCheck(standings, establishment_id or self.site, values.get("fonction", ""))

    def in_french(self) -> str:
        """« À contrôler, Fonction : Aide-soignant »."""
        state = self.understood().get("etat", "")
        shown = "toutes" if state == EVERYBODY else Standing(state).label if state else "à contrôler"
        return ", ".join([shown, *self.said()])


def seen_lines(typed: QueryDict) -> dict[UUID, str]:
    """Person → kind of document, of the lines where one was chosen; what is not the id of a person is left aside."""
    found = {}
    for name, value in typed.items():
        if name.startswith("vu-") and value and (person_id := _id(name.removeprefix("vu-"))):
            found[person_id] = str(value)
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class NewCheckForm(IdentityCheckForm):
    """The check that bears out a change: as strong as the one that verified the identity, so none carried over."""

    carried_from = None  # type: ignore[assignment]
    checked_on = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("method", "document_kind"):
            self.fields[name].required = False
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            one for one in CheckMethod.choices if one[0] != CheckMethod.CARRIED_OVER
        ]
        self.fields["method"].label = "Comment avez-vous vérifié le nouvel état civil ?"


class RefusalForm(forms.Form):
    """Why a change is refused."""

    reason = forms.CharField(
        label="Motif du refus",
        max_length=MAX_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=NO_RESIDENT,
    )


class ValidityForm(forms.Form):
    """How long a check holds."""

    months = forms.IntegerField(
        label="Durée d'un contrôle d'identité, en mois",
        min_value=MONTHS_ALLOWED[0],
        max_value=MONTHS_ALLOWED[1],
        widget=forms.NumberInput({"class": "input-short"}),
    )
