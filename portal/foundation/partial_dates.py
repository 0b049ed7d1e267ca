"""Dates of birth as the civil registry knows them: `AAAA-MM-JJ`, 00 for a day or a month that is unknown."""

import re
from datetime import date

from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key

OLDEST_YEAR = 1900
MINIMUM_AGE = 14  # the youngest apprentices; below, the date is a typing error
MAXIMUM_AGE = 100
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_ACCEPTED = "Écrivez-la JJ/MM/AAAA, par exemple 01/02/1980 ; ou MM/AAAA, ou AAAA, si le reste est inconnu."
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_SEPARATED = re.compile(r"(?:(?:(\d{1,2})[/.\- ])?(\d{1,2})[/.\- ])?(\d{4}|\d{2})")
_GLUED = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})")
_SPELT = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+) (\d{4})")
_MONTH_NUMBERS = {search_key(name): rank for rank, name in enumerate(MONTHS, 1)}


def parse_birth_date(text: str, field: str = "birth_date") -> str:
    """What people type, to `AAAA-MM-JJ`; an empty text stays empty.

    Understands 01/02/1980, 1.2.1980, 01021980, 010280, 02/1950, 1950, 00/00/1950, 1er février 1950, 1980-02-01. Two figures
    for the year are understood when one century alone gives an age of 14 to 100. Refuses (DomainError) another form,
    an impossible date, a future date, an age under 14.
    """
    typed = text.strip()
    if not typed:
        return ""
    day, month, year = _parts(typed, field)
    value = f"{_century(year, month, day, field):04}-{month:02}-{day:02}"
    check_birth_date(value, field)
    return value


def check_birth_date(value: str, field: str = "birth_date") -> None:
    """Refuses (DomainError) a stored form that is impossible, in the future, before 1900, or of an age under 14."""
    year, month, day = (int(part) for part in value.split("-"))
    shown = french_birth_date(value)
    if day and not month:
        raise DomainError(
            "Day without a month",
            "Un jour sans mois n'a pas de sens : donnez le mois, ou 00 aux deux.",
            field,
        )
    try:
        earliest = date(year, month or 1, day or 1)
    except ValueError as error:
        raise DomainError(
            "Impossible date", f"Le {shown} n'existe pas : vérifiez le jour et le mois.", field
        ) from error
    if year < OLDEST_YEAR:
        raise DomainError(
            "Date too old", f"L'année {year} est trop ancienne : vérifiez l'année de naissance.", field
        )
    if earliest > today():
        raise DomainError(
            "Date in the future", f"La date {shown} est dans le futur : vérifiez l'année.", field
        )
    if age_on(value, today()) < MINIMUM_AGE:
        raise DomainError(
            "Too young",
            f"Née le {shown}, la personne aurait moins de {MINIMUM_AGE} ans : vérifiez l'année.",
            field,
        )


def birth_date_warning(value: str) -> str:
    """A French sentence when the age is unlikely (over 100) though possible; else empty."""
    if value and age_on(value, today()) > MAXIMUM_AGE:
        return f"Cette date de naissance donne {age_on(value, today())} ans : vérifiez l'année."
    return ""


def age_on(value: str, day: date) -> int:
    """The greatest age in years that a partial date allows on `day`."""
    year, month, number = (int(part) for part in value.split("-"))
    return day.year - year - ((day.month, day.day) < (month or 1, number or 1))


def french_birth_date(value: str) -> str:
    """« 01/02/1980 », « février 1950 », « 1950 »; empty when unknown."""
    if not value:
        return ""
    year, month, day = value.split("-")
    if day != "00":
        return f"{day}/{month}/{year}"
    if 1 <= int(month) <= len(MONTHS):
        return f"{MONTHS[int(month) - 1]} {year}"
    return year


def _parts(typed: str, field: str) -> tuple[int, int, str]:
    """Day, month, and the year as typed: two figures or four."""
    if found := _ISO.fullmatch(typed):
        return int(found[3]), int(found[2]), found[1]
    if (found := _GLUED.fullmatch(typed)) or (found := _SEPARATED.fullmatch(typed)):
        if found[2] is None and len(found[3]) == 2:
            raise DomainError(
                "Year alone of two figures",
                f"« {typed} » n'est pas une année : donnez ses quatre chiffres.",
                field,
            )
        return int(found[1] or 0), int(found[2] or 0), found[3]
    spelt = _SPELT.fullmatch(search_key(typed))
    if spelt and spelt[2] in _MONTH_NUMBERS:
        return int(spelt[1] or 0), _MONTH_NUMBERS[spelt[2]], spelt[3]
    raise DomainError("Date of no known form", f"« {typed} » n'est pas une date. {_ACCEPTED}", field)


def _century(year: str, month: int, day: int, field: str) -> int:
    if len(year) == 4:
        return int(year)
    ages = {
        century + int(year): age_on(f"{century + int(year)}-{month:02}-{day:02}", today())
        for century in (1900, 2000)
    }
    likely = [full for full, age in ages.items() if MINIMUM_AGE <= age <= MAXIMUM_AGE]
    if len(likely) != 1:
        raise DomainError(
            "Year of two figures that no century explains",
            f"L'année « {year} » ne dit pas son siècle : donnez ses quatre chiffres, par exemple 19{year}.",
            field,
        )
    return likely[0]
