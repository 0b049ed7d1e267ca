"""Resources of the open profiles (as-dp-…) read into our words. What is absent is empty; what is unexpected is left out.

Source: implementation guide « Annuaire » of the ANS, v1.2: Practitioner, PractitionerRole, Organization, open data.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from identities.national_directory.fhir.found import Activity, Card, Professional

RPPS_SYSTEM = "https://rpps.esante.gouv.fr"
FINESS_SYSTEM = "https://finess.esante.gouv.fr"
_EXTENSIONS = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/"
_SMART_CARD = f"{_EXTENSIONS}as-ext-smartcard"
_MAIL_TYPE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type"
_PROFESSIONS = ("TRE_G15", "TRE_R94", "TRE_R95", "TRE_R291")
_KINDS, _MODES, _ROLES = ("TRE_R22",), ("TRE_R23",), ("TRE_R85", "TRE_R21", "TRE_R96")
Resource = Mapping[str, Any]


def professionals(resources: Iterable[Resource]) -> dict[str, Professional]:
    """RPPS number → professional, with the activities that came beside. One number may have several exercises (two
    professions): they are one person here, active when one of them is.
    """
    found: dict[str, Professional] = {}
    owners: dict[str, str] = {}
    activities: dict[str, list[Activity]] = {}
    mailboxes: dict[str, list[str]] = {}
    rest = []
    for one in resources:
        if one.get("resourceType") != "Practitioner":
            rest.append(one)
        elif number := _identifier(one, RPPS_SYSTEM):
            found[number] = _merged(found.get(number), _practitioner(one, number))
            owners[f"Practitioner/{one.get('id', '')}"] = number
    for one in rest:
        reference = _text(_object(one.get("practitioner")).get("reference"))
        if one.get("resourceType") == "PractitionerRole" and reference in owners:
            activities.setdefault(owners[reference], []).append(_activity(one))
            mailboxes.setdefault(owners[reference], []).extend(_mailboxes(one))
    return {
        number: replace(
            one,
            activities=tuple(activities.get(number, ())),
            mailboxes=tuple(dict.fromkeys((*one.mailboxes, *mailboxes.get(number, ())))),
        )
        for number, one in found.items()
    }


def finess_of(resources: Iterable[Resource]) -> dict[str, str]:
    """Technical id of each structure → its FINESS; those without one are left out."""
    pairs = (
        (_text(one.get("id")), _identifier(one, FINESS_SYSTEM))
        for one in resources
        if one.get("resourceType") == "Organization"
    )
    return {name: finess for name, finess in pairs if name and finess}


def with_finess(one: Professional, finess: Mapping[str, str]) -> Professional:
    """The same professional, each activity with the FINESS of its structure when it is among those."""
    placed = tuple(replace(act, finess=finess.get(act.organization, act.finess)) for act in one.activities)
    return replace(one, activities=placed)


def _practitioner(one: Resource, number: str) -> Professional:
    name = next(iter(_objects(one.get("name"))), {})
    return Professional(
        number=number,
        is_active=one.get("active") is not False,
        name=_text(name.get("family")),
        first_name=" ".join(filter(None, map(_text, _list(name.get("given"))))),
        civility=next(iter(map(_text, _list(name.get("prefix")))), ""),
        professions=tuple(
            code
            for each in _objects(one.get("qualification"))
            if (code := _code(each.get("code"), _PROFESSIONS))
        ),
        cards=tuple(_card(each) for each in _objects(one.get("extension")) if each.get("url") == _SMART_CARD),
        mailboxes=tuple(_mailboxes(one)),
    )


def _merged(before: Professional | None, one: Professional) -> Professional:
    if before is None:
        return one
    named = before if before.is_active or not one.is_active else one
    return replace(
        named,
        is_active=before.is_active or one.is_active,
        professions=tuple(dict.fromkeys((*before.professions, *one.professions))),
        cards=tuple(dict.fromkeys((*before.cards, *one.cards))),
        mailboxes=tuple(dict.fromkeys((*before.mailboxes, *one.mailboxes))),
    )


def _activity(one: Resource) -> Activity:
    codes = _objects(one.get("code"))

    def first(systems: tuple[str, ...]) -> str:
        return next((code for each in codes if (code := _code(each, systems))), "")

    reference = _text(_object(one.get("organization")).get("reference"))
    return Activity(
        is_active=one.get("active") is not False,
        kind_code=first(_KINDS),
        mode_code=first(_MODES),
        role_code=first(_ROLES),
        organization=reference.removeprefix("Organization/"),
    )


def _card(one: Resource) -> Card:
    parts = {_text(each.get("url")): each for each in _objects(one.get("extension"))}
    period = _object(parts.get("period", {}).get("valuePeriod"))
    opposed = parts.get("oppositionDate", {})
    return Card(
        card_type=next(
            (_text(each.get("code")) for each in _codings(parts.get("type", {}).get("valueCodeableConcept"))),
            "",
        ),
        card_number=_text(parts.get("number", {}).get("valueString")),
        valid_from=_day(period.get("start")),
        valid_to=_day(period.get("end")),
        opposed_on=_day(opposed.get("valueDate") or opposed.get("valueDateTime")),
    )


def _mailboxes(one: Resource) -> Iterator[str]:
    for each in _objects(one.get("telecom")):
        types = [
            ext.get("valueCoding") for ext in _objects(each.get("extension")) if ext.get("url") == _MAIL_TYPE
        ]
        if any(_object(coding).get("code") == "MSSANTE" for coding in types) and (
            value := _text(each.get("value"))
        ):
            yield value


def _identifier(one: Resource, system: str) -> str:
    values = (each.get("value") for each in _objects(one.get("identifier")) if each.get("system") == system)
    return next(filter(None, map(_text, values)), "")


def _code(concept: Any, tables: tuple[str, ...]) -> str:
    """The first code of one of these tables: « …/NOS/TRE_R85-RolePriseCharge/… » is of TRE_R85."""
    for each in _codings(concept):
        system = _text(each.get("system"))
        if any(f"/{table}-" in system for table in tables):
            return _text(each.get("code"))
    return ""


def _codings(concept: Any) -> list[Resource]:
    return _objects(_object(concept).get("coding"))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None


def _text(value: Any) -> str:
    """Without what PostgreSQL cannot hold: NUL, and halves of surrogate pairs."""
    return (
        value.replace("\x00", "").encode(errors="ignore").decode().strip() if isinstance(value, str) else ""
    )


def _object(value: Any) -> Resource:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[Resource]:
    return [one for one in _list(value) if isinstance(one, dict)]
