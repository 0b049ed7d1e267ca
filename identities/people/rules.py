"""What a person's record may hold, what the national registration still lacks, and what an identity check is worth."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email

from identities.people.models import IdentifierKind, Person, Sex
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.identifiers import check_rpps, holds_nir
from portal.foundation.names import MAX_FIRST_NAME, check_name
from portal.foundation.partial_dates import check_birth_date

MAX_FIRST_NAMES = 200  # characters, all together
MAX_EMAIL = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets
NO_RESIDENT = "Ne nommez aucun résident ni usager ici."
NO_NIR = "Ce numéro ressemble à un numéro de sécurité sociale, que le portail ne garde jamais : donnez un autre identifiant."
NO_COPY = "Aucun numéro, aucune copie : le portail ne garde que la nature du document, la date et le nom de qui l'a vu."
NO_FIRST_NAME = "Indiquez tous les prénoms, dans l'ordre. Si la pièce d'identité n'en porte aucun, cochez « Sans prénom »."
FRANCE = "99100"
_PLACE_CODE = re.compile(r"\d{5}|2[AB]\d{3}")
_COUNTRY_CODE = re.compile(r"99\d{3}")
_DATE_SHAPE = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])")
_PHONE_SPACING = re.compile(r"[\s.\-/()]+")
_FRENCH_PHONE = re.compile(r"0[1-9]\d{8}")
_WIRE_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_OVERSEAS_MOBILES = {
    "0639": "+262", "0690": "+590", "0691": "+590", "0692": "+262", "0693": "+262", "0694": "+594", "0696": "+596",
    "0697": "+596",
}  # fmt: skip


def check_phone(text: str, field: str = "phone") -> str:
    """+33612345678 from what people type (06 12 34 56 78, 0033…, +32…). Refuses (DomainError) another shape."""
    digits = _PHONE_SPACING.sub("", text.strip())
    if not digits:
        return ""
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif _FRENCH_PHONE.fullmatch(digits):
        digits = f"{_OVERSEAS_MOBILES.get(digits[:4], '+33')}{digits[1:]}"
    digits = digits.replace("+330", "+33", 1) if digits.startswith("+330") else digits
    if not _WIRE_PHONE.fullmatch(digits) or (digits.startswith("+33") and len(digits) != 12):
        raise DomainError(
            "Phone of the wrong shape",
            f"« {text.strip()} » n'est pas un numéro de téléphone : il en faut dix chiffres, par exemple"
            " 06 12 34 56 78, ou le préfixe du pays, par exemple +32 470 12 34 56.",
            field,
        )
    return digits


def trait_problems(traits: PersonTraits, *, single_name_confirmed: bool = True) -> list[DomainError]:
    """Every refusal at once, each with its field: a form shows them together, an operation raises the first.

    Forms pass `single_name_confirmed` from their box: a person without a first name is rare, and kept only on purpose.
    """
    found: list[DomainError] = []
    traits = traits.tidied()
    checks = (_birth_name, _first_names, _usage_name, _sex, _birth_date, _birth_codes, _contact)
    for check in checks:
        try:
            check(traits)
        except DomainError as error:
            found.append(error)
    if not traits.first_names and not single_name_confirmed:
        found.append(
            DomainError(
                "No first name, and nobody confirmed it",
                NO_FIRST_NAME,
                "first_names",
            )
        )
    return found


def check_traits(traits: PersonTraits) -> PersonTraits:
    """The traits as they will be kept: tidied, phone on the wire's form. Refuses (DomainError) the first problem."""
    tidy = traits.tidied()
    for problem in trait_problems(tidy):
        raise problem
    return PersonTraits(**vars(tidy) | {"phone": check_phone(tidy.phone)})


def _birth_name(traits: PersonTraits) -> None:
    if not traits.birth_name:
        raise DomainError(
            "No birth name",
            "Indiquez le nom de naissance, tel qu'il figure sur la pièce d'identité.",
            "birth_name",
        )
    check_name(traits.birth_name, "birth_name")


def _usage_name(traits: PersonTraits) -> None:
    check_name(traits.usage_name, "usage_name")


def _first_names(traits: PersonTraits) -> None:
    for one in traits.first_names:
        check_name(one, "first_names", limit=MAX_FIRST_NAME)
    if len(" ".join(traits.first_names)) > MAX_FIRST_NAMES:
        french = f"Les prénoms tiennent ensemble en {MAX_FIRST_NAMES} caractères : recopiez ceux de la pièce d'identité."
        raise DomainError("First names too long together", french, "first_names")


def _sex(traits: PersonTraits) -> None:
    if traits.sex and traits.sex not in Sex.values:
        raise DomainError("Unknown sex", "Choisissez féminin, masculin ou indéterminé.", "sex")


def _birth_date(traits: PersonTraits) -> None:
    if traits.birth_date and not _DATE_SHAPE.fullmatch(traits.birth_date):
        raise DomainError(
            "Birth date of the wrong shape", "Vérifiez la date de naissance : JJ/MM/AAAA.", "birth_date"
        )
    if traits.birth_date:
        check_birth_date(traits.birth_date)


def _birth_codes(traits: PersonTraits) -> None:
    commune, country = traits.birth_commune_code, traits.birth_country_code
    if commune and (not _PLACE_CODE.fullmatch(commune) or commune.startswith("99")):
        raise DomainError(
            "Commune code of the wrong shape",
            f"« {commune} » n'est pas un code INSEE de commune : il en compte cinq caractères, par exemple 01053.",
            "birth_commune_code",
        )
    if country and not _COUNTRY_CODE.fullmatch(country):
        raise DomainError(
            "Country code of the wrong shape",
            f"« {country} » n'est pas un code INSEE de pays : il en compte cinq chiffres et commence par 99.",
            "birth_country_code",
        )
    if commune and country not in ("", FRANCE):
        raise DomainError(
            "A commune and a foreign country",
            "Donnez une commune française ou un pays étranger, pas les deux.",
            "birth_commune_code",
        )
    if len(traits.birth_place) > 100:
        raise DomainError(
            "Birth place too long", "Le lieu de naissance tient en 100 caractères.", "birth_place"
        )


def _contact(traits: PersonTraits) -> None:
    check_phone(traits.phone)
    if traits.phone and traits.has_no_phone:
        raise DomainError(
            "A phone and no phone", "Donnez un mobile ou cochez « Pas de téléphone », pas les deux.", "phone"
        )
    if traits.email:
        try:
            MaxLengthValidator(MAX_EMAIL)(traits.email)
            validate_email(traits.email)
        except ValidationError as error:
            raise DomainError(
                "E-mail of the wrong shape",
                f"« {traits.email} » n'est pas une adresse de courriel, par exemple prenom.nom@domaine.fr.",
                "email",
            ) from error


def missing_for_registration(person: Person) -> list[str]:
    """What a registration at PSI would still be refused for, as French words; empty when nothing is missing.

    API PSI v0.9.1: last name, all first names, sex, birth date and birth place (the town too when born abroad) are
    required, and of an establishment's call the e-mail and the phone (codes KO_FORMAT_REQUIRED_FIELD_…). A person who is
    not French needs an identifier (RPPS, FINESS, SIRET or local).
    """
    known = {
        "au moins un prénom": person.first_names,
        "le sexe": person.sex,
        "la date de naissance": person.birth_date,
        "la commune ou le pays de naissance": person.birth_commune_code
        or person.birth_country_code not in ("", FRANCE),
        "la ville de naissance à l'étranger": person.birth_country_code in ("", FRANCE) or person.birth_place,
        "un mobile": person.phone,
        "un courriel": person.email,
    }
    missing = [words for words, value in known.items() if not value]
    if (
        person.is_french is False
        and not person.identifiers.filter(kind=IdentifierKind.RPPS, valid_to=None).exists()
    ):
        missing.append("un identifiant national (personne qui n'est pas de nationalité française)")
    return missing


def check_identifier(kind: str, value: str) -> str:
    """The identifier as it will be kept (RPPS on 11 digits). Refuses (DomainError) an unknown kind or a wrong shape."""
    if kind not in IdentifierKind.values:
        raise DomainError(
            "Unknown kind of identifier", "Choisissez le type d'identifiant dans la liste.", "kind"
        )
    stripped = value.strip()
    if not stripped or len(stripped) > 80:
        raise DomainError("No value", "Donnez la valeur de l'identifiant, en 80 caractères au plus.", "value")
    if kind == IdentifierKind.RPPS:
        try:
            return check_rpps(stripped).number
        except DomainError as error:
            raise DomainError(str(error), error.french, "value") from error
    if kind != IdentifierKind.PSI and holds_nir(stripped):
        raise DomainError("Looks like a NIR", NO_NIR, "value")
    return stripped
