"""What is typed or chosen on the pages of doubles: filters, a date, a reason, which record and which traits go on."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import TextChoices

from identities.duplicates.comparison import Comparison
from identities.duplicates.queries import LIKELY, VERY_LIKELY, PairFilter
from identities.duplicates.rules import check_which_is_kept
from identities.duplicates.states import PairState
from identities.duplicates.traits_chosen import Side, chosen_values, default_source
from identities.people.rules import NO_RESIDENT
from portal.foundation.errors import DomainError
from portal.foundation.filters import ListFilters
from portal.foundation.forms import FrenchDateField, add_refusal


class PairList(TextChoices):
    """The lists of pairs, as their addresses name them."""

    TO_SETTLE = "a-regler", "À régler"
    LATER = "plus-tard", "Plus tard"
    HOMONYMS = "homonymes", "Deux personnes"


STATES = {
    PairList.TO_SETTLE: PairState.TO_SETTLE,
    PairList.LATER: PairState.LATER,
    PairList.HOMONYMS: PairState.HOMONYM,
}


class PairsForm(ListFilters):
    """Filters of a list of pairs. Anything that is not understood is left out."""

    q = forms.CharField(label="Nom", required=False, max_length=100, widget=forms.SearchInput())
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    score = forms.ChoiceField(
        label="Ressemblance",
        required=False,
        choices=[("", "Toutes"), (str(VERY_LIKELY), "Très probable"), (str(LIKELY), "Probable ou plus")],
    )
    liste = forms.ChoiceField(required=False, choices=PairList.choices, widget=forms.HiddenInput())

    @property
    def chosen(self) -> PairList:
        asked = self.data.get("liste", "")
        return PairList(asked) if asked in PairList.values else PairList.TO_SETTLE

    def asked(self) -> PairFilter:
        values = self.understood()
        return PairFilter(
            state=STATES[self.chosen],
            establishment_id=self.site,
            least_score=int(values.get("score", 0)),
            text=values.get("q", ""),
        )


class LaterForm(forms.Form):
    """When to look at a pair again."""

    until = FrenchDateField(
        label="Me la montrer de nouveau le",
        required=False,
        help_text="Sans date, elle attend dans la liste « Plus tard ».",
    )


class HomonymForm(forms.Form):
    """Why these are two people."""

    reason = forms.CharField(
        label="Ce qui les distingue",
        max_length=300,
        help_text=f"Par exemple « sœurs jumelles », « vues ensemble le même jour ». {NO_RESIDENT}",
    )


class UndoForm(forms.Form):
    """Why a merge is undone."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text=f"Par exemple « deux cousines de même nom ». {NO_RESIDENT}",
    )


class MergeForm(forms.Form):
    """Which record goes on, which value of each trait that differs, which of two stays at the same place and time."""

    def __init__(self, *args: Any, comparison: Comparison, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.comparison = comparison
        self.written: dict[str, dict[str, Any]] = {}  # what the choices change on the record that goes on
        proposed = comparison.proposed_kept
        people = [(str(one.id), one.person.display_name) for one in comparison.sides]
        self.fields["kept"] = self._choice("Fiche qui continue", self._records(), str(proposed))
        mine, theirs = sorted(comparison.sides, key=lambda one: one.id != proposed)
        for row in comparison.traits:
            if row.differs:
                choices = [
                    (people[rank][0], f"{row.words[rank]}{' (vérifié)' if row.verified[rank] else ''}")
                    for rank in (0, 1)
                ]
                default = str(default_source(row.trait, mine, theirs).id)
                self.fields[f"trait_{row.trait.name}"] = self._choice(row.trait.label, choices, default)
        for overlap in comparison.overlaps:
            choices = [(str(one.id), overlap.words_of(one.id)) for one in comparison.sides]
            label = f"{overlap.site} : même fonction en même temps. Laquelle est la bonne ?"
            self.fields[f"stay_{overlap.key}"] = self._choice(label, choices, str(overlap.default))

    def _records(self) -> list[tuple[str, str]]:
        """Told apart by what each has, since their names are often the same."""
        return [
            (
                str(one.person.pk),
                f"Fiche {rank} : {one.person.display_name}, créée le {one.person.created_at:%d/%m/%Y},"
                f" {_counted(len(one.stays) + one.more_stays, 'affectation')},"
                f" {_counted(len(one.identifiers), 'identifiant')}",
            )
            for rank, one in enumerate(self.comparison.columns, 1)
        ]

    @staticmethod
    def _choice(label: str, choices: list[tuple[str, str]], initial: str) -> forms.ChoiceField:
        return forms.ChoiceField(label=label, choices=choices, initial=initial, widget=forms.RadioSelect())

    @property
    def trait_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("trait_")]

    @property
    def stay_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("stay_")]

    def clean(self) -> dict[str, Any]:
        """Refuses here what the merge would refuse, so that it is told before the confirmation."""
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        kept, absorbed = self.sides_in_order
        try:
            check_which_is_kept(kept.person, absorbed.person, self.comparison.evidence)
            self.written = chosen_values(kept, absorbed, self.chosen("trait_"))
        except DomainError as error:
            add_refusal(self, error)
        return values

    @property
    def kept_id(self) -> UUID:
        return UUID(self.cleaned_data["kept"])

    @property
    def sides_in_order(self) -> tuple[Side, Side]:
        """The record that goes on, then the other."""
        one, other = self.comparison.sides
        return (one, other) if one.id == self.kept_id else (other, one)

    def chosen(self, prefix: str) -> dict[str, UUID]:
        """Trait or overlap → the record chosen, of a form that is valid."""
        return {
            name.removeprefix(prefix): UUID(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix)
        }


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count > 1)}"
