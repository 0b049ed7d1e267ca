"""What is typed on the pages of the directory: filters, a number, a reason, a birth name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import TextChoices

from identities.national_directory.authorities import DOOR_LABELS
from identities.national_directory.link_lists import ANY_DIFFERENCE, LinkFilter
from identities.national_directory.models import CampaignScope
from identities.national_directory.rules import Difference
from identities.national_directory.shown import difference_title
from identities.national_directory.states import LinkState
from identities.people.rules import NO_RESIDENT
from portal.foundation.filters import ListFilters


class LinkList(TextChoices):
    """The lists of links, as their addresses name them."""

    TO_CONFIRM = "a-confirmer", "À confirmer"
    LINKED = "reliees", "Reliées"
    REFUSED = "ecartees", "Écartées"


_STATES = {
    LinkList.TO_CONFIRM: LinkState.PROPOSED,
    LinkList.LINKED: LinkState.LINKED,
    LinkList.REFUSED: LinkState.REFUSED,
}


class _ListForm(ListFilters):
    """Filters by name and by establishment."""

    q = forms.CharField(label="Nom", required=False, max_length=100, widget=forms.SearchInput())
    etablissement = forms.ChoiceField(label="Établissement", required=False)


class LinksForm(_ListForm):
    """Filters of a list of links."""

    difference = forms.ChoiceField(
        label="Différence",
        required=False,
        choices=[
            ("", "Toutes les fiches"),
            (ANY_DIFFERENCE, "Avec une différence"),
            *((one.value, difference_title(one.value)) for one in Difference),
        ],
    )
    echeance = forms.ChoiceField(
        label="Vérification", required=False, choices=[("", "Toutes"), ("due", "À refaire")]
    )
    liste = forms.ChoiceField(required=False, choices=LinkList.choices, widget=forms.HiddenInput())

    def __init__(self, asked: Any, *, sites: Mapping[UUID, str]) -> None:
        super().__init__(asked, sites=sites)
        if self.chosen != LinkList.LINKED:
            del self.fields["difference"], self.fields["echeance"]

    @property
    def chosen(self) -> LinkList:
        asked = self.data.get("liste", "")
        return LinkList(asked) if asked in LinkList.values else LinkList.LINKED

    def asked(self) -> LinkFilter:
        values = self.understood()
        return LinkFilter(
            state=_STATES[self.chosen],
            text=values.get("q", ""),
            establishment_id=self.site,
            difference=values.get("difference", ""),
            is_due="echeance" in values,
        )


class UnlinkedForm(_ListForm):
    """Filters of the list of people without a link."""

    porte = forms.ChoiceField(
        label="Autorité d'enregistrement", required=False, choices=[("", "Toutes"), *DOOR_LABELS.items()]
    )


class NumberForm(forms.Form):
    """An RPPS number, in 11 digits."""

    rpps = forms.CharField(
        label="Numéro RPPS",
        max_length=30,
        widget=forms.TextInput({"class": "input-code", "inputmode": "numeric", "autocomplete": "off"}),
        help_text="11 chiffres, tels qu'ils figurent sur la carte CPS, l'e-CPS ou l'attestation de l'ordre.",
    )


class ReasonForm(forms.Form):
    """Why a number is not that of a person."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text=f"Par exemple « homonyme d'un autre établissement ». {NO_RESIDENT}",
    )


class BirthNameForm(forms.Form):
    """What the directory does not tell of somebody whose record is made from it."""

    rpps = forms.CharField(widget=forms.HiddenInput)
    birth_name = forms.CharField(
        label="Nom de naissance",
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="S'il vous est connu. Sinon le nom d'exercice en tient lieu jusqu'au contrôle d'identité.",
    )
    is_another = forms.BooleanField(
        label="J'ai vérifié : ce n'est aucune des personnes proposées ci-dessus", required=False
    )

    def __init__(self, *args: Any, has_doubles: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_doubles:
            self.fields["is_another"].required = True
            self.fields["is_another"].error_messages["required"] = (
                "Dites que ce n'est aucune d'elles, ou ouvrez la fiche de la bonne personne pour la relier."
            )
        else:
            del self.fields["is_another"]


class ScopeForm(forms.Form):
    """Which links are checked again."""

    scope = forms.ChoiceField(label="Quels liens vérifier ?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, due: int, every: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.fields["scope"]
        scope.choices = [  # type: ignore[attr-defined]
            (CampaignScope.DUE, f"Ceux dont la vérification est à refaire ({due})"),
            (CampaignScope.ALL, f"Tous ({every})"),
        ]
        scope.initial = CampaignScope.DUE if due else CampaignScope.ALL
