"""Forms about one person: identity, identifier, identity check. They keep what was typed; rules refuse, field by field."""

from typing import Any

from django import forms

from identities.people.birth_places import (
    AmbiguousBirthPlaceError,
    BirthPlace,
    birth_place_words,
    understand_birth_place,
)
from identities.people.check_rules import MAX_CARRIED_FROM
from identities.people.models import CheckMethod, DocumentKind, IdentifierKind, Person, RemoteMeans, Sex
from identities.people.rules import NO_COPY, NO_FIRST_NAME, NO_RESIDENT, check_traits, trait_problems
from identities.people.sentences import changes_sentence
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.forms import FrenchDateField
from portal.foundation.names import join_first_names, split_first_names
from portal.foundation.partial_dates import birth_date_warning, french_birth_date, parse_birth_date

NATIONALITY = (("", "non renseignée"), ("oui", "française"), ("non", "autre"))
_FIELD_OF_TRAIT = {"birth_commune_code": "birth_place", "birth_country_code": "birth_place"}


class BirthPlaceInput(forms.TextInput):
    """A text field whose suggestions come as one types, from `choices_url` (route people:birth_places); text works alone.

    `places` are the suggestions shown at once: those of an ambiguous answer.
    """

    template_name = "people/birth_place_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, choices_url: str = "") -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.choices_url = choices_url
        self.places: list[BirthPlace] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"choices_url": self.choices_url, "places": self.places}
        return context


class IdentityForm(forms.Form):
    """All the civil and contact traits. `traits` once valid; `warnings` are said and refuse nothing."""

    birth_name = forms.CharField(
        label="Nom de naissance", help_text="Tel qu'il figure sur la pièce d'identité."
    )
    first_names = forms.CharField(
        label="Tous les prénoms",
        error_messages={"required": NO_FIRST_NAME},
        help_text="Dans l'ordre de la pièce d'identité, séparés par une espace ou une virgule.",
    )
    has_no_first_name = forms.BooleanField(
        label="Sans prénom : la pièce d'identité n'en porte aucun", required=False
    )
    usage_name = forms.CharField(label="Nom d'usage", required=False)
    sex = forms.ChoiceField(
        label="Sexe", choices=Sex.choices, widget=forms.RadioSelect({"class": "choices-inline"})
    )
    birth_date = forms.CharField(
        label="Date de naissance",
        widget=forms.TextInput({"class": "input-date", "inputmode": "numeric", "autocomplete": "off"}),
        help_text="JJ/MM/AAAA ; MM/AAAA ou AAAA si le reste est inconnu.",
    )
    birth_place = forms.CharField(
        label="Commune ou pays de naissance",
        widget=BirthPlaceInput,
        help_text="Nom ou code INSEE, par exemple « Bourg-en-Bresse (01) », « 01053 » ou « Maroc ».",
    )
    birth_town = forms.CharField(
        label="Ville de naissance à l'étranger",
        required=False,
        help_text="Seulement pour une naissance hors de France.",
    )
    is_french = forms.ChoiceField(label="Nationalité", choices=NATIONALITY, required=False)
    phone = forms.CharField(
        label="Mobile", required=False, widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"})
    )
    has_no_phone = forms.BooleanField(label="Pas de téléphone", required=False)
    email = forms.CharField(
        label="Courriel",
        required=False,
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, choices_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_place"].widget.choices_url = choices_url  # type: ignore[attr-defined]
        if self.is_bound and "has_no_first_name" in self.data:
            self.fields["first_names"].required = False
        self.place: BirthPlace | None = None
        self.traits: PersonTraits | None = None

    @classmethod
    def of(cls, person: Person, **kwargs: Any) -> "IdentityForm":
        """The form filled with what is known of `person`."""
        return cls(initial=_shown(person), **kwargs)

    def clean_first_names(self) -> tuple[str, ...]:
        return split_first_names(self.cleaned_data["first_names"])

    def clean_birth_date(self) -> str:
        return self._told(parse_birth_date, "birth_date")

    def clean_birth_place(self) -> BirthPlace | None:
        try:
            self.place = understand_birth_place(self.cleaned_data["birth_place"])
        except AmbiguousBirthPlaceError as error:
            self.fields["birth_place"].widget.places = error.choices  # type: ignore[attr-defined]
            raise forms.ValidationError(error.french) from error
        except DomainError as error:
            raise forms.ValidationError(error.french) from error
        return self.place

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.traits = _traits(values, self.place)
        for problem in trait_problems(
            self.traits, single_name_confirmed=values.get("has_no_first_name", False)
        ):
            field = _FIELD_OF_TRAIT.get(problem.field or "", problem.field)
            if field not in self.errors:
                self.add_error(field, problem.french)
        return values

    @property
    def warnings(self) -> list[str]:
        """French sentences about what is unlikely, once the form is valid."""
        said = [birth_date_warning(self.cleaned_data["birth_date"]), self.place.warning if self.place else ""]
        return [one for one in said if one]

    def _told(self, read: Any, field: str) -> Any:
        try:
            return read(self.cleaned_data[field])
        except DomainError as error:
            raise forms.ValidationError(error.french) from error


def says_what_changed(form: IdentityForm, person: Person, mark: str) -> bool:
    """Whether the record changed since the form was opened on it (`mark`), and would lose something: told above the form.

    What is typed stays; sent again from that page, which carries the mark of today, it is written.
    """
    known = PersonTraits.of(person)
    if form.traits is None or mark in ("", known.mark):
        return False
    typed = check_traits(form.traits).as_values()
    lost = {name: value for name, value in known.as_values().items() if value != typed[name]}
    if not lost:
        return False  # sent twice
    said = changes_sentence(lost, {name: typed[name] for name in lost})
    french = (
        "Quelqu'un a modifié cette fiche pendant que vous la remplissiez. Ce qu'elle dit maintenant → ce que vous avez"
        f" saisi : {said}. Corrigez votre saisie s'il le faut, puis enregistrez."
    )
    form.add_error(None, french)
    return True


class IdentifierForm(forms.Form):
    """One more identifier for a known person."""

    kind = forms.ChoiceField(label="Type", choices=IdentifierKind.choices, initial=IdentifierKind.MATRICULE)
    value = forms.CharField(label="Valeur", max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    issuer = forms.CharField(
        label="Émetteur",
        max_length=60,
        required=False,
        help_text=f"Par exemple la paie ou le logiciel qui donne ce numéro. {NO_RESIDENT}",
    )


class IdentityCheckForm(forms.Form):
    """An identity seen: how, and the kind of document only. What the method does not use is left aside."""

    method = forms.ChoiceField(
        label="Comment l'identité a-t-elle été contrôlée ?",
        choices=CheckMethod.choices,
        initial=CheckMethod.FACE_TO_FACE,
        widget=forms.RadioSelect({"class": "choices-inline"}),
    )
    document_kind = forms.ChoiceField(
        label="Document présenté",
        choices=DocumentKind.choices,
        widget=forms.RadioSelect({"class": "choices-inline"}),
        help_text=NO_COPY,
    )
    remote_means = forms.ChoiceField(
        label="Moyen, pour une vérification à distance certifiée",
        choices=[("", "sans objet"), *RemoteMeans.choices],
        required=False,
    )
    carried_from = forms.CharField(
        label="Lieu du contrôle antérieur repris",
        max_length=MAX_CARRIED_FROM,
        required=False,
        help_text=f"Par exemple l'établissement qui l'a fait. Niveau faible : la preuve est ailleurs. {NO_RESIDENT}",
    )
    checked_on = FrenchDateField(
        label="Date du contrôle antérieur repris", past=True, required=False, help_text="JJ/MM/AAAA"
    )


def _traits(values: dict[str, Any], place: BirthPlace | None) -> PersonTraits:
    born = place.as_traits(values.get("birth_town", "")) if place else {}
    return PersonTraits(
        birth_name=values.get("birth_name", ""),
        first_names=values.get("first_names", ()),
        usage_name=values.get("usage_name", ""),
        sex=values.get("sex", ""),
        birth_date=values.get("birth_date", ""),
        is_french={"oui": True, "non": False}.get(values.get("is_french", "")),
        phone=values.get("phone", ""),
        has_no_phone=values.get("has_no_phone", False),
        email=values.get("email", ""),
        **born,
    )


def _shown(person: Person) -> dict[str, Any]:
    abroad = not person.birth_commune_code
    return {
        "birth_name": person.birth_name,
        "first_names": join_first_names(person.first_names),
        "has_no_first_name": not person.first_names,
        "usage_name": person.usage_name,
        "sex": person.sex,
        "birth_date": french_birth_date(person.birth_date),
        "birth_place": birth_place_words(
            person.birth_commune_code, person.birth_country_code, person.birth_place
        ),
        "birth_town": person.birth_place if abroad else "",
        "is_french": "" if person.is_french is None else "oui" if person.is_french else "non",
        "phone": person.phone_shown,
        "has_no_phone": person.has_no_phone,
        "email": person.email,
    }
