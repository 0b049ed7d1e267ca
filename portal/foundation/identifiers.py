"""Check keys of FINESS, SIREN, SIRET and RPPS. Each check gives the number back in its stored form."""

import re
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from stdnum import luhn
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from portal.foundation.errors import DomainError

_FINESS = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")
_RPPS = re.compile(r"[0-9]{11}")
_SEPARATORS = re.compile(r"[\s.\u00ad\u200b\u202f\ufeff-]+")
# Sex, year, month (also 20 to 42 and 50 to 99: unknown), department, commune, rank, and the key or not (INSEE, RNIPP).
_NIR = re.compile(
    r"(?<![0-9A-Z])[123478][0-9]{2}(?:0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?(?![0-9A-Z])"
)
_CORSICA = str.maketrans("AB", "12")


class Rpps(NamedTuple):
    """A number in 11 digits, and a French warning when its key is wrong and tolerated (else empty)."""

    number: str
    warning: str


def compact(value: str) -> str:
    """What was typed or pasted without spaces of any kind, dots and hyphens, in capitals."""
    return _SEPARATORS.sub("", value).upper()


def holds_nir(text: str) -> bool:
    """Whether a text holds what looks like a social security number (13 characters, or 15 with its key).

    A wrong key changes nothing: it would be a NIR mistyped.
    """
    glued = re.sub(r"(?<=[0-9AB])[\s.\u00ad\u200b\u202f\ufeff-]+(?=[0-9AB])", "", text.upper())
    return bool(_NIR.search(glued))


def check_finess(value: str) -> str:
    """FINESS of an EJ or an ET: 9 characters, Luhn key; in Corsica the letter counts for its rank (A 1, B 2).

    Refuses (DomainError) another shape or a wrong key. Source: FINESS+ design documents, checked on real
    numbers of metropole, Corsica and overseas (97…, 98…).
    """
    number = compact(value)
    if not _FINESS.fullmatch(number) or number.startswith("00"):
        raise DomainError(
            "FINESS of the wrong shape",
            f"« {value.strip()} » n'est pas un numéro FINESS : il en faut 9 caractères, 9 chiffres ou 2A, 2B"
            " puis 7 chiffres. Recopiez-le tel qu'il figure dans FINESS, zéros de tête compris.",
        )
    if not luhn.is_valid(number.translate(_CORSICA)):
        raise DomainError(
            "FINESS with a wrong key",
            f"Le numéro FINESS {number} comporte une erreur de saisie : sa clé de contrôle est fausse."
            " Vérifiez chaque chiffre.",
        )
    return number


def check_siren(value: str) -> str:
    """SIREN: 9 digits, Luhn key. Refuses (DomainError) the rest."""
    return _check_insee(value, "SIREN", 9, stdnum_siren.validate)


def check_siret(value: str) -> str:
    """SIRET: 14 digits, Luhn key on SIREN and SIRET; the establishments of La Poste count by multiples of 5.

    Refuses (DomainError) the rest.
    """
    return _check_insee(value, "SIRET", 14, stdnum_siret.validate)


def _check_insee(value: str, name: str, length: int, validate: Callable[[str], str]) -> str:
    number = compact(value)
    try:
        if not number.isascii() or number.startswith("000000000"):
            raise InvalidFormat
        return validate(number)
    except (InvalidFormat, InvalidLength) as error:
        raise DomainError(
            f"{name} of the wrong shape",
            f"« {value.strip()} » n'est pas un numéro {name} : il en faut {length} chiffres,"
            " zéros de tête compris.",
        ) from error
    except InvalidChecksum as error:
        raise DomainError(
            f"{name} with a wrong key",
            f"Le numéro {name} {number} comporte une erreur de saisie : sa clé de contrôle est fausse."
            " Vérifiez chaque chiffre.",
        ) from error


def check_rpps(value: str) -> Rpps:
    """RPPS: 11 digits, Luhn key on the 11; the 12 characters of the wire (« 8 » and the number) are accepted.

    Refuses (DomainError) another shape, and a wrong key when `settings.RPPS_CHECKSUM_STRICT`: the official
    test identities do not all carry a right key, so a test environment gets a warning instead.
    """
    number = compact(value)
    if len(number) == 12 and number.startswith("8"):
        number = number[1:]
    if not _RPPS.fullmatch(number) or number == "0" * 11:
        raise DomainError(
            "RPPS of the wrong shape",
            f"« {value.strip()} » n'est pas un numéro RPPS : il en faut 11 chiffres (12 avec le 8 de tête)."
            " Recopiez celui de la carte ou de l'Annuaire Santé.",
        )
    if luhn.is_valid(number):
        return Rpps(number, "")
    if settings.RPPS_CHECKSUM_STRICT:
        raise DomainError(
            "RPPS with a wrong key",
            f"Le numéro RPPS {number} comporte une erreur de saisie : sa clé de contrôle est fausse."
            " Vérifiez chaque chiffre.",
        )
    return Rpps(
        number, f"La clé du RPPS {number} est fausse ; elle est tolérée dans cet environnement de test."
    )
