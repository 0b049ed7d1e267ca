"""What a FINESS reader yields, and the cleaning that the three formats share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.foundation.errors import DomainError
from portal.foundation.identifiers import check_finess, check_siren, check_siret

# What a reader hands to `legal_entity` and `establishment`: the names below, all optional, as read in the file.
Raw = Mapping[str, str]

_SPACES = re.compile(r"\s+")
_CLOSED_PREFIX = re.compile(r"^\[\s*ferm[ée]e?\s*\]\s*", re.IGNORECASE)
_ROUTING = re.compile(r"^([0-9]{5})\s+(.+)$")


class FinessFileError(DomainError):
    """The whole file is refused: nothing of it was kept, what was loaded before stays."""


@dataclass(frozen=True, slots=True)
class FinessEJ:
    """One legal entity. `line` is the line of the file (JSON: rank of the entity); `remark` says what was left out."""

    line: int
    finess: str
    siren: str
    name: str
    long_name: str
    legal_status: str
    address: str
    postal_code: str
    city: str
    commune_code: str
    phone: str
    opened_on: date | None
    closed_on: date | None
    is_closed: bool
    updated_on: date | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class FinessET:
    """One establishment; `is_closed` is said by the file even where it gives no closing date."""

    line: int
    finess: str
    legal_entity_finess: str
    siret: str
    name: str
    long_name: str
    category_code: str
    address: str
    postal_code: str
    city: str
    commune_code: str
    department: str
    phone: str
    opened_on: date | None
    closed_on: date | None
    is_closed: bool
    updated_on: date | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not kept, and why, in French."""

    line: int
    reason: str


Row = FinessEJ | FinessET | Refusal


def legal_entity(line: int, raw: Raw) -> FinessEJ | Refusal:
    """An EJ from what was read; a refusal when its number, name or dates cannot be used."""
    try:
        number, remark = _optional(raw.get("siren", ""), check_siren)
        return FinessEJ(
            line=line,
            finess=check_finess(raw.get("finess", "")),
            siren=number,
            legal_status=_text(raw, "legal_status", 4),
            remark=remark,
            **_common(raw),
        )
    except DomainError as error:
        return Refusal(line, error.french)


def establishment(line: int, raw: Raw) -> FinessET | Refusal:
    """An ET from what was read; a refusal when a number, its name, its category or its dates cannot be used."""
    try:
        category = _text(raw, "category_code", 4)
        if not category:
            raise DomainError("No category", f"L'établissement {raw.get('finess', '')} n'a pas de catégorie.")
        number, remark = _optional(raw.get("siret", ""), check_siret)
        common = _common(raw)
        return FinessET(
            line=line,
            finess=check_finess(raw.get("finess", "")),
            legal_entity_finess=check_finess(raw.get("legal_entity_finess", "")),
            siret=number,
            category_code=category,
            department=_department(raw.get("department", ""), common["commune_code"], common["postal_code"]),
            remark=remark,
            **common,
        )
    except DomainError as error:
        return Refusal(line, error.french)


def clean(value: str) -> str:
    """Without the trailing blanks of closed records, one space between words."""
    return _SPACES.sub(" ", value).strip()


def _text(raw: Raw, key: str, limit: int) -> str:
    return clean(raw.get(key, ""))[:limit].rstrip()


def _common(raw: Raw) -> dict:
    """The fields that EJ and ET share. Refuses (DomainError) a missing name and an unreadable date."""
    short, long = _text(raw, "name", 300), _text(raw, "long_name", 300)
    name = _CLOSED_PREFIX.sub("", short or long)[:200]
    if not name:
        raise DomainError("No name", f"La structure {raw.get('finess', '')} n'a pas de nom.")
    postal_code, city = _routing(_text(raw, "postal_code", 5), _text(raw, "city", 100))
    return {
        "name": name,
        "long_name": _CLOSED_PREFIX.sub("", long),
        "address": _text(raw, "address", 300),
        "postal_code": postal_code,
        "city": city,
        "commune_code": _text(raw, "commune_code", 5),
        "phone": _text(raw, "phone", 20),
        "opened_on": _date(raw.get("opened_on", "")),
        "closed_on": _date(raw.get("closed_on", "")),
        "is_closed": raw.get("state", "").strip().upper() == "I" or bool(_CLOSED_PREFIX.match(short or long)),
        "updated_on": _date(raw.get("updated_on", "")),
    }


def _date(value: str) -> date | None:
    value = value.strip()
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise DomainError(
            "Unreadable date", f"« {value} » n'est pas une date au format AAAA-MM-JJ."
        ) from error


def _optional(value: str, check: Callable[[str], str]) -> tuple[str, str]:
    """SIREN and SIRET are not the key of anything here: a wrong one is left out and said, the row is kept."""
    if not value.strip():
        return "", ""
    try:
        return check(value), ""
    except DomainError as error:
        return "", f"{error.french} Le numéro a été laissé de côté."


def _routing(postal_code: str, city: str) -> tuple[str, str]:
    """The routing line « 97306 CAYENNE CEDEX » of the old files holds both."""
    found = _ROUTING.match(city)
    return (postal_code or found[1], found[2]) if found else (postal_code, city)


def _department(said: str, commune_code: str, postal_code: str) -> str:
    code = commune_code or postal_code or said.strip()
    return code[:3] if code[:2] in ("97", "98") else code[:2]
