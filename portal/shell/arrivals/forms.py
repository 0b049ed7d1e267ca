"""The arrival form: nine fields, the folded rest, and what was decided about doubles. Shape of input only."""

from collections.abc import Callable, Iterable
from datetime import datetime, time
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.utils.datastructures import MultiValueDict

from identities.assignments.models import ContractKind
from identities.assignments.rules import check_period
from identities.people.birth_places import BirthPlace, understand_birth_place
from identities.people.models import DocumentKind, Sex
from identities.people.rules import check_phone, trait_problems
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.forms import add_refusal
from portal.shell.arrivals.arrival import Arrival, Stay
from portal.shell.arrivals.fields import (
    BirthDateField,
    FirstNamesField,
    FunctionField,
    FunctionSelect,
    MomentField,
    this_minute,
    told,
)
from portal.shell.arrivals.periods import (
    EndChoice,
    Question,
    check_not_over,
    end_for,
    kind_for,
    offered_ends,
    questions_about,
)

NEW, DIFFERENT = "new", "different"
SEXES = [(Sex.FEMALE.value, "Féminin"), (Sex.MALE.value, "Masculin")]
SEEN_DOCUMENTS = [
    (DocumentKind.IDENTITY_CARD.value, "Carte d'identité"),
    (DocumentKind.PASSPORT.value, "Passeport"),
    (DocumentKind.RESIDENCE_PERMIT.value, "Titre de séjour"),
    (DocumentKind.NONE.value, "Aucune pour l'instant"),
]
MISSING = {
    "birth_name": "Indiquez le nom de naissance, tel qu'il figure sur la pièce d'identité.",
    "first_names": "Indiquez tous les prénoms, dans l'ordre de la pièce d'identité.",
    "birth_date": "Indiquez la date de naissance.",
    "sex": "Choisissez féminin ou masculin, comme sur la pièce d'identité.",
    "birth_place": "Indiquez la commune de naissance, ou le pays pour une naissance à l'étranger.",
}
STAY_FIELDS = set("function starts_at contract end_choice ends_at agency replaced_person unit".split())
Choices = Callable[[], Iterable[tuple[str, Any]]]


def _text(label: str, *, limit: int = 100, required: bool = False, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget)


class ArrivalForm(forms.Form):
    """`functions`, `units` and `present` are what the site offers. Civil fields count only for somebody new."""

    use_required_attribute = False
    submission_key = forms.RegexField(r"[0-9a-f-]{8,60}", widget=forms.HiddenInput)
    person = forms.CharField(required=False, max_length=36)  # « new », or somebody found by the search
    double = forms.CharField(required=False, max_length=36)  # « different », or one of the probable doubles
    apart_reason = _text("Ce qui les distingue", limit=300)
    birth_name = _text("Nom de naissance", required=True, autocapitalize="characters", spellcheck="false")
    first_names = FirstNamesField(
        label="Tous les prénoms, dans l'ordre",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"}
        ),
    )
    birth_date = BirthDateField(label="Date de naissance (JJ/MM/AAAA)")
    sex = forms.ChoiceField(
        label="Sexe", choices=SEXES, widget=forms.RadioSelect(attrs={"class": "choices-inline"})
    )
    birth_place = _text("Commune ou pays de naissance", required=True)
    birth_town = _text("Ville de naissance")
    phone = forms.CharField(
        label="Mobile",
        max_length=30,
        required=False,
        widget=forms.TelInput(attrs={"autocomplete": "off", "inputmode": "tel", "class": "input-short"}),
    )
    has_no_phone = forms.BooleanField(label="Pas de téléphone", required=False)
    function = FunctionField(
        label="Fonction",
        widget=FunctionSelect(attrs={"data-combobox": "AS, IDE, ASH, cuisinier…"}),
        error_messages={"required": "Choisissez la fonction."},
    )
    starts_at = MomentField(
        label="Début",
        help_text="",
        default_time=time(0, 0),
        error_messages={"required": "Indiquez le début."},
    )
    end_choice = forms.ChoiceField(
        label="Fin",
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        error_messages={"required": "Choisissez la fin."},
    )
    ends_at = MomentField(label="Date de fin", required=False, default_time=time(23, 59))
    usage_name = _text("Nom d'usage", spellcheck="false")
    has_no_first_name = forms.BooleanField(label="Aucun prénom sur la pièce d'identité", required=False)
    email = forms.EmailField(
        label="Courriel",
        required=False,
        error_messages={"invalid": "Écrivez le courriel sous la forme nom@domaine.fr."},
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

    def __init__(
        self, *args: Any, functions: Choices, units: Choices, present: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("function", functions)
        self._offer("unit", units)
        self._offer("replaced_person", present)
        self._offer("end_choice", lambda: offered_ends(this_minute()))
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        for name, sentence in MISSING.items():
            self.fields[name].error_messages["required"] = sentence
            self.fields[name].required = self.is_new
        if self.data.get("has_no_first_name"):
            self.fields["first_names"].required = False
        if self.data.get("contract") == ContractKind.CDI:
            self.fields["end_choice"].required = False
        self.place: BirthPlace | None = None
        self.arrival: Arrival | None = None

    def _offer(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = cache(lambda: list(choices()))  # type: ignore[attr-defined]  # read once a form

    @property
    def is_new(self) -> bool:
        """Somebody that the group does not know, as far as the person typing says."""
        return not self.known_person

    @property
    def known_person(self) -> str:
        """The id, as posted, of whoever was recognised: among the probable doubles, else by the search."""
        chosen = (self.data.get("double", ""), self.data.get("person", ""))
        return next((one for one in chosen if one not in ("", NEW, DIFFERENT)), "")

    def clean_phone(self) -> str:
        return told(check_phone, self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.is_new:
            self._check_identity(values)
        elif _uuid(self.known_person) is None:
            self.add_error("person", "Choisissez la personne dans la liste.")
        self._check_document(values)
        stay = self._stay(values)
        if stay and not self.errors:
            self.arrival = self._arrival(values, stay)
        return values

    def _check_identity(self, values: dict[str, Any]) -> None:
        if values.get("birth_place"):
            self._read_place(values)
        for problem in trait_problems(self.traits()) if not self.errors else ():
            add_refusal(self, problem)

    def _read_place(self, values: dict[str, Any]) -> None:
        try:
            self.place = understand_birth_place(values["birth_place"])
        except DomainError as error:
            self.add_error("birth_place", error.french)
        if self.place and self.place.is_country and not values.get("birth_town"):
            self.add_error("birth_town", f"Née à l'étranger ({self.place.name}) : indiquez aussi la ville.")

    def _check_document(self, values: dict[str, Any]) -> None:
        seen = values.get("document_kind", DocumentKind.NONE) != DocumentKind.NONE
        if seen and not values.get("seen_by_me"):
            self.add_error(
                "seen_by_me", "Cochez si vous avez vu la pièce et la personne ; sinon choisissez « Aucune »."
            )

    def _stay(self, values: dict[str, Any]) -> Stay | None:
        """None when its fields already carry an error."""
        if STAY_FIELDS & set(self.errors):
            return None
        try:
            ends_at = self._end(values)
            kind = kind_for(values["contract"], ends_at)
            check_period(kind, values["starts_at"], ends_at)
            check_not_over(ends_at)
        except DomainError as error:
            add_refusal(self, error)
            return None
        return Stay(
            values["function"], kind, values["contract"], values["starts_at"], ends_at, values["agency"],
            _uuid(values["replaced_person"]), _uuid(values["unit"]),
        )  # fmt: skip

    def _end(self, values: dict[str, Any]) -> datetime | None:
        choice = values.get("end_choice") or (
            EndChoice.NONE if values["contract"] == ContractKind.CDI else ""
        )
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
        place: dict[str, Any] = self.place.as_traits(typed.get("birth_town", "")) if self.place else {}
        return PersonTraits(
            birth_name=typed.get("birth_name", ""),
            first_names=typed.get("first_names") or (),
            usage_name=typed.get("usage_name", ""),
            sex=typed.get("sex", ""),
            birth_date=typed.get("birth_date", ""),
            phone=typed.get("phone", ""),
            has_no_phone=typed.get("has_no_phone", False),
            email=typed.get("email", ""),
            **place,
        )

    def _arrival(self, values: dict[str, Any], stay: Stay) -> Arrival:
        return Arrival(
            submission_key=values["submission_key"],
            stay=stay,
            traits=self.traits(),
            person_id=_uuid(self.known_person),
            apart_from=self.apart_from,
            apart_reason=values["apart_reason"],
            document_kind=values["document_kind"],
        )

    @property
    def apart_from(self) -> frozenset[UUID]:
        """The probable doubles that the page showed when « une personne différente » was chosen."""
        if self.data.get("double") != DIFFERENT:
            return frozenset()
        return frozenset(found for one in self._posted("apart") if (found := _uuid(one)))

    def questions(self) -> list[Question]:
        """Unusual dates that nobody confirmed yet."""
        stay = self.arrival.stay if self.arrival else None
        confirmed = self._posted("confirmed")
        asked = questions_about(stay.kind, stay.starts_at, stay.ends_at) if stay else []
        return [one for one in asked if one.code not in confirmed]

    def _posted(self, name: str) -> list[str]:
        return self.data.getlist(name) if isinstance(self.data, MultiValueDict) else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
