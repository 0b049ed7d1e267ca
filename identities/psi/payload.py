"""What goes out: the body of `POST /v1/identities`, API PSI v0.9.1.

Exclusive and empty fields are left out, never sent empty: the published examples that send `""` break their own schema.
Source: specs of the ANS, psi-openapi v0.9.1 of 2026-09-15 and the README of its repository.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

Body = dict[str, Any]

ABROAD = "99"  # INSEE codes of countries begin so; those of communes never do but for New Caledonia (98)
CARE = "Professionnel Soin"  # the one function of an employment that the API accepts today, of thirteen


@dataclass(frozen=True)
class Traits:
    """Civil traits and contact. `birth_date`: AAAA-MM-JJ. `birth_code`: INSEE commune, or country 99xxx with `birth_town`.

    `identifier`: on the wire (`8…` RPPS, `3…` FINESS); the API asks for one when the person is not French.
    """

    birth_name: str
    first_names: tuple[str, ...]
    birth_date: str
    sex: str
    birth_code: str
    birth_town: str = ""
    usage_name: str = ""
    is_french: bool | None = None
    email: str = ""
    phone: str = ""
    identifier: str = ""

    def body(self) -> Body:
        return _without_empty(
            {
                "lastName": self.birth_name,
                "firstNames": " ".join(self.first_names),
                "birthDate": self.birth_date,
                "genderCode": self.sex,
                "frenchNationality": self.is_french,
                "birthLocationCode": self.birth_code,
                "birthPlace": self.birth_town if self.birth_code.startswith(ABROAD) else "",
                "professionalLastName": self.usage_name,
                "email": self.email,
                "phone": self.phone,
                "identifier": self.identifier,
            }
        )


@dataclass(frozen=True)
class Employment:
    """The person works here. `establishment`: as the group writes it (`identities.psi.rules.issuing_establishment`)."""

    establishment: str
    starts_on: date | None = None
    ends_on: date | None = None
    function: str = CARE

    def body(self) -> Body:
        return _without_empty(
            {
                "function": self.function,
                "issuingEstablishment": self.establishment,
                "employmentStartDate": self.starts_on,
                "employmentEndDate": self.ends_on,
            }
        )


@dataclass(frozen=True)
class Activity:
    """An RPPS activity to begin or, with `ends_on` and `end_reason` (JDV_J92), to stop.

    `finess` and `siret` of the ET: one of them leaves, the SIRET in Corsica, whose FINESS the contract refuses (`\\d{9}`).
    """

    establishment: str
    finess: str
    siret: str
    profession_code: str
    category: str  # JDV_J118
    role: str  # JDV_J121
    genre: str  # JDV_J116
    practice_mode: str  # JDV_J117
    starts_on: date
    ends_on: date | None = None
    end_reason: str = ""

    def body(self) -> Body:
        return _without_empty(
            {
                "professionCode": self.profession_code,
                "professionalCategoryCode": self.category,
                "activityStartDate": self.starts_on,
                "activityEndDate": self.ends_on,
                "activityEndReason": self.end_reason,
                "function": self.role,
                "activityGenre": self.genre,
                "practiceMode": self.practice_mode,
                "liberalActivityTypeCode": "ACT-LIB-05" if self.practice_mode == "L" else "",
                "issuingEstablishment": self.establishment,
                "numFINESSET": self.finess if self.finess.isdigit() else "",
                "numSIRET": "" if self.finess.isdigit() else self.siret,
            }
        )


@dataclass(frozen=True)
class PsiCard:
    """Where a PSI card goes. In France the API checks the address itself; abroad it wants all but the number."""

    addressee: str
    street_name: str
    postal_code: str
    city: str
    street_number: str = ""
    additional: str = ""
    country: str = "FRANCE"

    def body(self) -> Body:
        return _without_empty(
            {
                "addressee": self.addressee,
                "streetNumber": self.street_number,
                "streetName": self.street_name,
                "additionalAddress": self.additional,
                "postalCode": self.postal_code,
                "city": self.city,
                "country": self.country,
            }
        )


@dataclass(frozen=True)
class CpsCard:
    """A CPS goes to the address that the RPPS has; it is for a person with an RPPS number."""

    profession_code: str
    category: str

    def body(self) -> Body:
        return {"professionCode": self.profession_code, "professionalCategoryCode": self.category}


@dataclass(frozen=True)
class Registration:
    """One call. A single card: the two kinds exclude each other."""

    traits: Traits
    employment: Employment
    activity: Activity | None = None
    card: PsiCard | CpsCard | None = None

    def body(self) -> Body:
        body = self.traits.body() | {"employment": self.employment.body()}
        if self.activity is not None:
            body["activity"] = self.activity.body()
        if self.card is not None:
            body["cardOrderPsi" if isinstance(self.card, PsiCard) else "cardOrderCps"] = self.card.body()
        return body


def only(body: Body, *blocks: str) -> Body:
    """A frozen body with the identity, its employment and, of `activity`, `cardOrderPsi`, `cardOrderCps`, those named."""
    kept = {"employment", *blocks}
    return {name: value for name, value in body.items() if not isinstance(value, dict) or name in kept}


def rpps_on_the_wire(rpps: str) -> str:
    """`8` and the 11 digits: the type of the identifier is its first character."""
    return f"8{rpps}"


def finess_identifier(finess: str, local_id: str) -> str:
    """`3`, FINESS, `/`, local number: for a person who is not French and has no RPPS number.

    Guessed from the published test persons, whose identifiers of type 5 are `5<SIRET>/<number>`.
    """
    return f"3{finess}/{local_id}"


def _without_empty(values: dict[str, Any]) -> Body:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None and value != ""
    }
