"""What a request asks for beside the identity: dates, an activity at the RPPS, a card and where it goes."""

import re
from typing import Any

from django import forms

from identities.registrations.models import ActivityEndReason, BlockKind, RegistrationRequest
from identities.registrations.operations import Choices
from portal.foundation.forms import FrenchDateField
from tenants.groups.models import Establishment

# As the ENREG application labels them: JDV_J116, JDV_J117, JDV_J118.
GENRES = (
    ("GENR01", "Activité de soin et de pharmacie"),
    ("GENR08", "Coordination et orientation"),
    ("GENR09", "Administratif ou appui à l'accompagnement"),
    ("GENR10", "Accompagnement à la vie sociale, professionnelle, éducative"),
    ("GENR11", "Accompagnement au soin"),
    ("GENR12", "Encadrement et organisation de l'accompagnement"),
    ("GENR13", "Médico-administratif"),
    ("GENR99", "Autre activité"),
)
MODES = (("S", "Salarié"), ("L", "Libéral"), ("B", "Bénévole"), ("I", "Indirect"))
CATEGORIES = (("C", "Civil"), ("E", "Étudiant"), ("M", "Agent public"))
NOTHING = ("", "aucune")
_ADDRESS = {
    "addressee": "addressee",
    "street_number": "streetNumber",
    "street_name": "streetName",
    "additional": "additionalAddress",
    "postal_code": "postalCode",
    "city": "city",
}
_NUMBER = re.compile(r"\s*(?P<number>\d+\s?(?:bis|ter|quater)?)\s*,?\s+(?P<street>\D.*)", re.I)


class BlocksForm(forms.Form):
    """`choices` once valid. The address is that of the establishment until somebody types another."""

    starts_on = FrenchDateField(label="Début dans l'établissement", required=False)
    ends_on = FrenchDateField(label="Fin", required=False, help_text="JJ/MM/AAAA ; vide sans fin prévue.")
    activity = forms.ChoiceField(
        label="Activité à déclarer",
        required=False,
        choices=[NOTHING, (BlockKind.ACTIVITY_START, "un début"), (BlockKind.ACTIVITY_STOP, "une fin")],
        widget=forms.RadioSelect({"class": "choices-inline"}),
        help_text="Par Pro Santé Identité, seulement pour une personne qui a déjà un numéro RPPS.",
    )
    end_reason = forms.ChoiceField(
        label="Motif de fin", required=False, choices=[("", "sans objet"), *ActivityEndReason.choices]
    )
    activity_genre = forms.ChoiceField(
        label="Genre d'activité", required=False, choices=[("", "à choisir"), *GENRES]
    )
    practice_mode = forms.ChoiceField(
        label="Mode d'exercice", required=False, choices=[("", "à choisir"), *MODES]
    )
    category = forms.ChoiceField(
        label="Catégorie professionnelle", required=False, choices=[("", "à choisir"), *CATEGORIES]
    )
    card = forms.ChoiceField(
        label="Carte à commander",
        required=False,
        choices=[NOTHING, (BlockKind.CARD_PSI, "carte PSI"), (BlockKind.CARD_CPS, "carte CPS")],
        widget=forms.RadioSelect({"class": "choices-inline"}),
        help_text="Une CPS demande un numéro RPPS, et part à l'adresse que le RPPS connaît.",
    )
    addressee = forms.CharField(label="Destinataire", required=False, max_length=100)
    street_number = forms.CharField(
        label="Numéro", required=False, max_length=10, widget=forms.TextInput({"class": "input-date"})
    )
    street_name = forms.CharField(label="Voie", required=False, max_length=150)
    additional = forms.CharField(label="Complément", required=False, max_length=100)
    postal_code = forms.CharField(
        label="Code postal",
        required=False,
        max_length=5,
        widget=forms.TextInput({"class": "input-date", "inputmode": "numeric"}),
    )
    city = forms.CharField(label="Ville", required=False, max_length=100)

    @classmethod
    def of(cls, request: RegistrationRequest) -> "BlocksForm":
        """Filled with what the request asks for now."""
        kinds = set(request.blocks.values_list("kind", flat=True))
        kept = {name: request.card_address.get(key, "") for name, key in _ADDRESS.items()}
        return cls(
            initial={
                "starts_on": request.starts_on,
                "ends_on": request.ends_on,
                "end_reason": request.end_reason,
                "practice_mode": request.practice_mode,
                "activity_genre": request.activity_genre,
                "category": request.category,
                "activity": _first(kinds, BlockKind.ACTIVITY_START, BlockKind.ACTIVITY_STOP),
                "card": _first(kinds, BlockKind.CARD_PSI, BlockKind.CARD_CPS),
                **(kept if any(kept.values()) else address_of(request.establishment)),
            }
        )

    def without_choice(self) -> "BlocksForm":
        """Of a request that is partly done: what the parts say may be mended, which parts there are may not."""
        for name in ("starts_on", "ends_on", "activity", "card"):
            del self.fields[name]
        return self

    @property
    def wants_address(self) -> bool:
        """A PSI card is chosen, or something of its address is wrong."""
        if "card" not in self.fields or any(name in self.errors for name in _ADDRESS):
            return True
        return self["card"].value() == BlockKind.CARD_PSI

    @property
    def choices(self) -> Choices:
        values = self.cleaned_data
        address = {key: values[name] for name, key in _ADDRESS.items() if values[name]}
        wants_card = values.get("card", BlockKind.CARD_PSI) == BlockKind.CARD_PSI
        return Choices(
            blocks=tuple(one for one in (values.get("activity"), values.get("card")) if one),
            starts_on=values.get("starts_on"),
            ends_on=values.get("ends_on"),
            end_reason=values["end_reason"],
            practice_mode=values["practice_mode"],
            activity_genre=values["activity_genre"],
            category=values["category"],
            card_address={**address, "country": "FRANCE"} if wants_card and address else {},
        )

    def clean_postal_code(self) -> str:
        typed = str(self.cleaned_data["postal_code"]).replace(" ", "")
        if typed and not re.fullmatch(r"\d{5}", typed):
            raise forms.ValidationError("Écrivez les 5 chiffres du code postal.")
        return typed

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_stop = values.get("activity", BlockKind.ACTIVITY_STOP) == BlockKind.ACTIVITY_STOP
        if values.get("end_reason") and not is_stop:
            self.add_error("end_reason", "Un motif de fin ne va qu'avec « une fin » d'activité.")
        return values


def address_of(establishment: Establishment) -> dict[str, str]:
    """The establishment's address in the parts that API PSI wants; the number is parted from the street when it leads it."""
    found = _NUMBER.fullmatch(establishment.address)
    return {
        "addressee": establishment.name,
        "street_number": found["number"] if found else "",
        "street_name": found["street"] if found else establishment.address,
        "postal_code": establishment.postal_code,
        "city": establishment.city,
    }


def _first(kinds: set[str], *wanted: BlockKind) -> str:
    return next((one for one in wanted if one in kinds), "")
