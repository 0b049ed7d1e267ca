"""What differs between the record and the RNIPP, trait by trait: keep ours, take theirs, or type what is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from identities.people.birth_places import birth_place_words
from identities.people.forms import BirthPlaceInput, IdentityForm
from identities.people.models import Person, Sex
from identities.people.traits import PersonTraits
from identities.psi.answers import CivilStatus
from identities.registrations.shown import TRAITS
from portal.foundation.errors import DomainError
from portal.foundation.names import join_first_names, search_key
from portal.foundation.partial_dates import french_birth_date

OURS, THEIRS, TYPED = "ours", "theirs", "typed"
_PLACE = ("birth_commune_code", "birth_country_code", "birth_place")
# A field of the form → what is stored of it; the others are stored under their own name.
_STORED: dict[str, tuple[str, ...]] = {"birth_place": _PLACE, "birth_town": ()}
NOTHING_CHANGES = (
    "Vous gardez toute la fiche : le RNIPP répondrait la même chose. Si la pièce d'identité vous donne raison, la personne"
    " fait corriger son état civil auprès de l'Insee ; renvoyez ensuite la demande depuis sa page."
)


@dataclass(frozen=True)
class Side:
    """One trait of both sides, in words. `theirs` is empty when this person may not see it, or when nothing came back."""

    name: str
    label: str
    ours: str
    theirs: str
    differs: bool


class CorrectionForm(forms.Form):
    """`traits` once valid: the person's with what was corrected. `echo` None: only the traits that differ are shown."""

    def __init__(
        self,
        *args: Any,
        person: Person,
        divergences: Sequence[str],
        echo: CivilStatus | None,
        choices_url: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.person = person
        self.traits: PersonTraits | None = None
        self.known = dict(IdentityForm.of(person).initial)
        self.echo = _typed_values(echo) if echo else {}
        self.sides = [self._side(name, divergences) for name in TRAITS if echo or name in divergences]
        self.asked = [side for side in self.sides if side.differs]
        for side in self.asked:
            self._ask(side, choices_url)

    def _side(self, name: str, divergences: Sequence[str]) -> Side:
        ours, theirs = _words(name, self.known), _words(name, self.echo) if self.echo else ""
        differs = name in divergences or bool(theirs and search_key(theirs) != search_key(ours))
        return Side(name, TRAITS[name].capitalize(), ours, theirs, differs)

    def _ask(self, side: Side, choices_url: str) -> None:
        """A choice, and a box for what is right when neither side is."""
        choices = [(OURS, "Garder la fiche")]
        if side.theirs:
            choices.append((THEIRS, "Prendre l'état civil national"))
        choices.append((TYPED, "Écrire la valeur juste"))
        self.fields[f"choice_{side.name}"] = forms.ChoiceField(
            label=f"{side.label} : que garder ?",
            choices=choices,
            widget=forms.RadioSelect({"class": "choices-inline"}),
            error_messages={"required": "Choisissez la valeur juste."},
        )
        label = f"{side.label}, si vous l'écrivez"
        if side.name == "sex":
            self.fields["typed_sex"] = forms.ChoiceField(
                label=label, choices=[("", "à choisir"), *Sex.choices], required=False
            )
            return
        widget = forms.TextInput({"autocomplete": "off"})
        if side.name == "birth_place":
            widget = BirthPlaceInput(choices_url=choices_url)
        self.fields[f"typed_{side.name}"] = forms.CharField(
            label=label, required=False, max_length=200, widget=widget
        )
        if side.name == "birth_place":
            self.fields["typed_birth_town"] = forms.CharField(
                label="Ville, si elle est à l'étranger", required=False, max_length=100
            )

    @property
    def rows(self) -> list[tuple[Side, forms.BoundField, list[forms.BoundField]]]:
        """Each trait with its choice and the boxes where it may be typed."""
        return [
            (
                side,
                self[f"choice_{side.name}"],
                [self[name] for name in _typed_names(side.name) if name in self.fields],
            )
            for side in self.asked
        ]

    @property
    def same(self) -> list[Side]:
        """The traits that both sides say alike: shown, nothing to choose."""
        return [side for side in self.sides if not side.differs]

    def clean(self) -> dict[str, Any]:
        """Reads the record as it would become with the form of any identity, and tells its refusals beside the choices."""
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        changed = self._changed(values)
        if self.errors:
            return values
        identity = IdentityForm(self._form_values() | changed)
        if not identity.is_valid():
            for field, errors in identity.errors.items():
                self.add_error(f"typed_{field}" if f"typed_{field}" in self.fields else None, errors)
        elif identity.traits is not None:
            self.traits = _written(PersonTraits.of(self.person), identity.traits, changed)
            if self.traits == PersonTraits.of(self.person):
                self.add_error(None, NOTHING_CHANGES)
        return values

    def _changed(self, values: dict[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        for side in self.asked:
            choice = values[f"choice_{side.name}"]
            if choice == THEIRS:
                changed[side.name] = self.echo[side.name]
                if side.name == "birth_place":
                    changed["birth_town"] = self.echo["birth_town"]
            elif choice == TYPED:
                changed[side.name] = values[f"typed_{side.name}"]
                if not changed[side.name]:
                    self.add_error(
                        f"typed_{side.name}", "Écrivez la valeur juste, ou choisissez de garder la fiche."
                    )
                if side.name == "birth_place":
                    changed["birth_town"] = values["typed_birth_town"]
        return changed

    def _form_values(self) -> dict[str, Any]:
        """What is known, as a browser would post it: a box that is not ticked is absent."""
        return {name: value for name, value in self.known.items() if value is not False}


def _written(known: PersonTraits, read: PersonTraits, changed: Mapping[str, Any]) -> PersonTraits:
    """The known traits with those that were chosen, as the form reads them; the others stay as they are stored."""
    names = [one for field in changed for one in _STORED.get(field, (field,))]
    tidy = read.tidied()
    return replace(known, **{name: getattr(tidy, name) for name in names})


def _typed_names(name: str) -> list[str]:
    return [f"typed_{name}", "typed_birth_town"] if name == "birth_place" else [f"typed_{name}"]


def _typed_values(echo: CivilStatus) -> dict[str, str]:
    """The echo as somebody would type it in the form of an identity."""
    abroad = echo.birth_code.startswith("99")
    try:
        place = birth_place_words("" if abroad else echo.birth_code, echo.birth_code, echo.birth_place)
    except DomainError:  # a country that our table does not have
        place = echo.birth_country
    return {
        "birth_name": echo.birth_name,
        "first_names": join_first_names(list(echo.first_names)),
        "sex": echo.sex,
        "birth_date": french_birth_date(echo.birth_date),
        "birth_place": place,
        "birth_town": echo.birth_place if abroad else "",
    }


def _words(name: str, values: Mapping[str, Any]) -> str:
    """A trait as the form of an identity writes it, with the label of the sex and the name of the place."""
    value = str(values.get(name, ""))
    if name == "sex":
        return str(dict(Sex.choices).get(value, value))
    town = str(values.get("birth_town", "")) if name == "birth_place" else ""
    return f"{town} ({value})" if town else value
