"""What the API refuses before it asks anybody: required fields, shapes, and the rules that only its README tells.

Codes and messages are those of the schema. Guessed: a missing or wrong `employment` has no code of its own in v0.9.1, so it
is told in `detail` under the code of the identifier; a number that begins with neither 0 nor + lacks its prefix.
"""

import re
from datetime import date
from typing import Any, NamedTuple

Shape = dict[str, Any]

PREFIX = "E04_U010_"
FUNCTIONS_ACCEPTED = ("Professionnel Soin",)


class Problem(NamedTuple):
    """`code` without its prefix."""

    code: str
    field: str
    message: str
    constraint: str = "Pattern"


_REQUIRED = (
    ("lastName", "LAST_NAME", "Le nom est obligatoire"),
    ("firstNames", "FIRST_NAMES", "Le prénom est obligatoire"),
    ("genderCode", "GENDER_CODE", "Le genre est obligatoire"),
    ("birthDate", "BIRTH_DATE", "La date de naissance est obligatoire"),
    ("birthLocationCode", "BIRTH_PLACE", "Le lieu de naissance est obligatoire"),
    ("email", "EMAIL", "L'email est obligatoire pour un appelant ES"),
    ("phone", "PHONE", "Le numéro de téléphone est obligatoire pour un appelant ES"),
)
_SHAPES = (
    ("genderCode", "GENDER", "[MFI]", "Le code genre fourni est invalide. Valeur autorisée : F ou M ou I"),
    ("email", "EMAIL", r"[^@\s]+@[^@\s]+\.[^@\s]+", "L'email fourni est invalide"),
    ("phone", "PHONE", r"\+?[0-9]{4,15}", "Le numéro de téléphone n'est pas valide"),
    ("phone", "PHONE_PREFIX", r"(?!\+0).*", "L'indicatif téléphonique n'est pas valide"),
    (
        "phone",
        "REQUIRED_FIELD_PHONE_PREFIX",
        r"[+0].*",
        "L'indicatif téléphonique est obligatoire pour un appelant ES",
    ),
    (
        "identifier",
        "IDENTIFIER",
        "[3568].+",
        "L'identifiant doit être de type RPPS, FINESS, SIRET ou CAB_RPPS",
    ),
)
_PLACE = (
    "Lorsque le pays de naissance est la France (ou n'est pas renseigné), le code du lieu de naissance doit comporte"
    " exactement 5 caractères"
)
_COUNTRY = "Le code du pays de naissance doit comporter exactement 5 caractères"


def problems_of(body: Shape, structure: str = "") -> list[Problem]:
    """Everything wrong with the identity and its employment, in the order of the schema; `structure`: that of the key."""
    found = [
        Problem(f"KO_FORMAT_REQUIRED_FIELD_{code}", name, message, "NotBlank")
        for name, code, message in _REQUIRED
        if not str(body.get(name) or "").strip()
    ]
    if found:
        return found
    if not is_day(body["birthDate"]):
        found.append(
            Problem(
                "KO_FORMAT_DATE", "birthDate", "Le format de date est invalide. Format attendu : aaaa-MM-jj"
            )
        )
    for name, code, pattern, message in _SHAPES:
        if body.get(name) and not re.fullmatch(pattern, str(body[name])):
            found.append(Problem(f"KO_FORMAT_{code}", name, message))
    return [
        *found,
        *_of_place(body),
        *_of_foreigner(body),
        *_of_cards(body),
        *_of_employment(body.get("employment"), structure),
    ]


def _of_place(body: Shape) -> list[Problem]:
    code = str(body["birthLocationCode"])
    abroad = code.startswith("99")
    if len(code) != 5:
        name, message = ("BIRTH_LOCATION_CODE", _COUNTRY) if abroad else ("BIRTH_PLACE", _PLACE)
        return [Problem(f"KO_FORMAT_{name}", "birthLocationCode", message, "Size")]
    if abroad and not body.get("birthPlace"):
        return [
            Problem(
                "KO_FORMAT_REQUIRED_FIELD_BIRTH_PLACE",
                "birthPlace",
                "Le lieu de naissance est obligatoire",
                "NotBlank",
            )
        ]
    return []


def _of_foreigner(body: Shape) -> list[Problem]:
    if body.get("frenchNationality") is False and not body.get("identifier"):
        return [Problem("KO_FORMAT_IDENTIFIER", "identifier", _SHAPES[-1][3], "NotNull")]
    return []


def _of_cards(body: Shape) -> list[Problem]:
    """Guessed codes: two cards at once, and a PSI card without any street or town."""
    psi, cps = body.get("cardOrderPsi"), body.get("cardOrderCps")
    if psi and cps:
        return [
            Problem(
                "KO_FORMAT_IDENTIFIER", "cardOrderCps", "Un seul type de commande de carte à la fois", "Xor"
            )
        ]
    if isinstance(psi, dict) and not (psi.get("streetName") or psi.get("city")):
        message = "L'adresse fournie n'est pas utilisable (vous pouvez la vérifier sur https://adresse.data.gouv.fr/)"
        return [Problem("KO_FORMAT_ADDRESS", "cardOrderPsi", message, "NotNull")]
    return []


def _of_employment(employment: Any, structure: str) -> list[Problem]:
    if not isinstance(employment, dict):
        return [Problem("KO_FORMAT_IDENTIFIER", "employment", "Le bloc emploi est obligatoire", "NotNull")]
    found = []
    if employment.get("function") not in FUNCTIONS_ACCEPTED:
        found.append(Problem("KO_FORMAT_IDENTIFIER", "employment.function", "Fonction non autorisée", "Enum"))
    establishment = str(employment.get("issuingEstablishment") or "")
    if not 2 <= len(establishment) <= 30 or not establishment.endswith(structure):
        found.append(
            Problem("KO_FORMAT_IDENTIFIER", "employment.issuingEstablishment", "Structure inconnue", "Size")
        )
    begins, ends = employment.get("employmentStartDate"), employment.get("employmentEndDate")
    if any(one is not None and not is_day(one) for one in (begins, ends)) or (
        begins and ends and ends < begins
    ):
        found.append(
            Problem(
                "KO_FORMAT_DATE", "employment.employmentEndDate", "Le format de date est invalide", "Dates"
            )
        )
    return found


def is_day(told: Any) -> bool:
    try:
        return date.fromisoformat(str(told)).isoformat() == told
    except ValueError:
        return False
