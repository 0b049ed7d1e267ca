"""The arrival form: nine fields, the folded rest, and what was decided about doubles. Shape of input only."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms

from identities.assignments.models import ContractKind
from identities.people.models import DocumentKind, Sex
from identities.people.rules import check_phone, trait_problems
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.forms import FrenchDateTimeField, FrenchDateTimeInput
from portal.shell.arrivals.arrival import Arrival, Stay
from portal.shell.arrivals.fields import BirthDateField, FirstNamesField, this_minute, told
from portal.shell.arrivals.periods import EndChoice, Question, check_period, end_for, kind_for, offered_ends, questions_about
from portal.shell.arrivals.places import BirthPlace, read_place

NEW = "new"
SEEN_DOCUMENTS = [
    (DocumentKind.IDENTITY_CARD.value, "Carte d'identité"),
    (DocumentKind.PASSPORT.value, "Passeport"),
    (DocumentKind.RESIDENCE_PERMIT.value, "Titre de séjour"),
    (DocumentKind.NONE.value, "Aucune pour l'instant"),
]
CIVIL = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
MISSING = {
    "birth_name": "Indiquez le nom de naissance, tel qu'il figure sur la pièce d'identité.",
    "first_names": "Indiquez tous les prénoms, dans l'ordre de la pièce d'identité.",
    "birth_date": "Indiquez la date de naissance.",
    "sex": "Choisissez féminin ou masculin, comme sur la pièce d'identité.",
    "birth_place": "Indiquez la commune de naissance, ou le pays pour une naissance à l'étranger.",
}
Choices = Iterable[tuple[str, Any]]


def _text(label: str, *, limit: int = 100, required: bool = False, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget)


class ArrivalForm(forms.Form):
    """`functions`, `units`, `present` are what the site offers. Civil fields count only for somebody new."""

    submission_key = forms.RegexField(r"[0-9a-f-]{8,60}", widget=forms.HiddenInput)
    person = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    birth_name = _text("Nom de naissance", autocapitalize="characters", spellcheck="false")
    first_names = FirstNamesField(
        label="Prénoms",
        required=False,
        help_text="Tous, dans l'ordre de la pièce d'identité.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"}),
    )
    birth_date = BirthDateField(label="Date de naissance", required=False, help_text="JJ/MM/AAAA")
    sex = forms.ChoiceField(
        label="Sexe", required=False, choices=Sex.choices[:2], widget=forms.RadioSelect(attrs={"class": "choices-inline"})
    )
    birth_place = _text("Commune ou pays de naissance")
    birth_place_code = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)
    birth_town = _text("Ville de naissance à l'étranger")
    phone = _text("Mobile", limit=30, type="tel", inputmode="tel")
    has_no_phone = forms.BooleanField(label="Pas de téléphone", required=False)
    function = forms.ChoiceField(label="Fonction", error_messages={"required": "Choisissez la fonction."})
    starts_at = FrenchDateTimeField(
        label="Début", default_time=time(0, 0), error_messages={"required": "Indiquez le début."}
    )
    end_choice = forms.ChoiceField(
        label="Fin",
        required=False,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        error_messages={"required": "Choisissez la fin."},
    )
    ends_at = FrenchDateTimeField(
        label="Date de fin", required=False, default_time=time(23, 59), widget=FrenchDateTimeInput
    )
    usage_name = _text("Nom d'usage", spellcheck="false")
    has_no_first_name = forms.BooleanField(label="Sans prénom sur la pièce d'identité", required=False)
    email = forms.EmailField(
        label="Courriel", required=False, error_messages={"invalid": "Écrivez le courriel sous la forme nom@domaine.fr."}
    )
    contract = forms.ChoiceField(label="Contrat", choices=ContractKind.choices, initial=ContractKind.TEMP)
    agency = _text("Agence d'intérim", limit=120)
    replaced_person = forms.ChoiceField(label="Personne remplacée", required=False)
    unit = forms.ChoiceField(label="Service", required=False)
    document_kind = forms.ChoiceField(
        label="Pièce d'identité présentée",
        choices=SEEN_DOCUMENTS,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        error_messages={"required": "Dites quelle pièce vous avez vue, ou « Aucune pour l'instant »."},
    )
    seen_by_me = forms.BooleanField(label="Je l'ai vue moi-même, la personne devant moi", required=False)
    apart_reason = _text("Ce qui les distingue", limit=300)

    def __init__(self, *args: Any, functions: Choices, units: Choices, present: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["function"].choices = [("", "Choisissez…"), *functions]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
        self.fields["replaced_person"].choices = [("", "Personne"), *present]  # type: ignore[attr-defined]
        self.fields["end_choice"].choices = offered_ends(this_minute())  # type: ignore[attr-defined]
        self.place: BirthPlace | None = None
        self.arrival: Arrival | None = None

    @property
    def is_new(self) -> bool:
        """Somebody that the group does not know, as far as the person typing says."""
        return self.data.get("person", NEW) in ("", NEW)

    def clean_phone(self) -> str:
        return told(check_phone, self.cleaned_data["phone"])

    def clean_person(self) -> UUID | None:
        if self.is_new:
            return None
        try:
            return UUID(self.cleaned_data["person"])
        except ValueError as error:
            raise forms.ValidationError("Choisissez la personne dans la liste.") from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.is_new:
            self._check_identity(values)
        self._check_document(values)
        stay = self._stay(values)
        if stay and not self.errors:
            self.arrival = self._arrival(values, stay)
        return values

    def _check_identity(self, values: dict[str, Any]) -> None:
        for name in CIVIL:
            excused = name == "first_names" and values.get("has_no_first_name")
            if name not in self.errors and not values.get(name) and not excused:
                self.add_error(name, MISSING[name])
        if values.get("birth_place"):
            self._read_place(values)
        for problem in trait_problems(self.traits()) if not self.errors else ():
            self.add_error(problem.field if problem.field in self.fields else None, problem.french)

    def _read_place(self, values: dict[str, Any]) -> None:
        try:
            self.place = read_place(values["birth_place"], values.get("birth_place_code", ""), values.get("birth_town", ""))
        except DomainError as error:
            self.add_error(error.field, error.french)

    def _check_document(self, values: dict[str, Any]) -> None:
        seen = values.get("document_kind", DocumentKind.NONE) != DocumentKind.NONE
        if seen and not values.get("seen_by_me"):
            self.add_error("seen_by_me", "Cochez si vous avez vu la pièce et la personne ; sinon choisissez « Aucune ».")

    def _stay(self, values: dict[str, Any]) -> Stay | None:
        """None when its fields already carry an error."""
        if {"function", "starts_at", "contract"} & set(self.errors):
            return None
        try:
            ends_at = self._end(values)
            kind = kind_for(values["contract"], ends_at)
            check_period(values["starts_at"], ends_at)
        except DomainError as error:
            self.add_error(error.field, error.french)
            return None
        return Stay(
            values["function"], kind, values["contract"], values["starts_at"], ends_at, values["agency"],
            _uuid(values["replaced_person"]), _uuid(values["unit"]),
        )  # fmt: skip

    def _end(self, values: dict[str, Any]) -> datetime | None:
        choice = values.get("end_choice") or (EndChoice.NONE if values["contract"] == ContractKind.CDI else "")
        if not choice:
            raise DomainError("No end", "Choisissez la fin.", "end_choice")
        if choice != EndChoice.DATE:
            return end_for(choice, values["starts_at"])
        if values.get("ends_at") is None:
            raise DomainError("No date of end", "Indiquez la date de fin.", "ends_at")
        return values["ends_at"]

    def traits(self) -> PersonTraits:
        """What is typed of a new person, however incomplete: what doubles are looked for with."""
        typed = self.cleaned_data
        place = self.place or BirthPlace()
        return PersonTraits(
            birth_name=typed.get("birth_name", ""),
            first_names=typed.get("first_names") or (),
            usage_name=typed.get("usage_name", ""),
            sex=typed.get("sex", ""),
            birth_date=typed.get("birth_date", ""),
            birth_commune_code=place.commune_code,
            birth_country_code=place.country_code,
            birth_place=place.name,
            phone=typed.get("phone", ""),
            has_no_phone=typed.get("has_no_phone", False),
            email=typed.get("email", ""),
        )

    def _arrival(self, values: dict[str, Any], stay: Stay) -> Arrival:
        return Arrival(
            submission_key=values["submission_key"],
            stay=stay,
            traits=self.traits(),
            person_id=values["person"],
            apart_from=shown_doubles(self.data.getlist("apart") if hasattr(self.data, "getlist") else ()),
            apart_reason=values["apart_reason"],
            document_kind=values["document_kind"],
        )

    def questions(self) -> list[Question]:
        """Unusual dates that nobody confirmed yet."""
        stay = self.arrival.stay if self.arrival else None
        confirmed = self.data.getlist("confirmed") if hasattr(self.data, "getlist") else ()
        asked = questions_about(stay.kind, stay.starts_at, stay.ends_at) if stay else []
        return [one for one in asked if one.code not in confirmed]


def shown_doubles(posted: Sequence[str]) -> frozenset[UUID]:
    """The people whom the page showed as probable doubles; anything else than an id is left out."""
    return frozenset(found for one in posted if (found := _uuid(one)))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
