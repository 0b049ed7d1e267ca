"""Rows of the directory as resources of the open profiles (as-dp-…), to the field; inactive ones have next to none."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.sandbox.annuaire.ids import LEGAL, PREFIXES, technical_id
from portal.sandbox.annuaire.rows import Row

Resource = dict[str, Any]
_IG = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/"
_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
_NOS = "https://mos.esante.gouv.fr/NOS/"
_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
RPPS = "https://rpps.esante.gouv.fr"
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
FINESS = "https://finess.esante.gouv.fr"
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
RANK = "https://rppsrang.esante.gouv.fr"
_AUTHORITIES = {"ENREG": "ENREG", "ARS": "ARS-84"}  # a file says CNOM/CNOM/ARS, the API a code of TRE_R60


def nos(table: str, code: str) -> Resource:
    """A coding of the NOS: « TRE_R85-RolePriseCharge » gives the address of its code system."""
    return {"system": f"{_NOS}{table}/FHIR/{table.replace('_', '-', 1)}", "code": code}


def _profession(code: str) -> Resource:
    if code == "99":
        return nos("TRE_R291-AutreProfession", code)
    if code in ("71", "72", "73", "93"):
        return nos("TRE_R95-UsagerTitre", code)
    return nos("TRE_R94-ProfessionSocial", code) if code == "41" else nos("TRE_G15-ProfessionSante", code)


def _role(code: str) -> Resource:
    return nos("TRE_R21-Fonction", code) if code.startswith("FON") else nos("TRE_R85-RolePriseCharge", code)


def practitioner(
    person: Row, jobs: Iterable[tuple[str, str]], cards: Iterable[Row], mailboxes: Iterable[Row]
) -> Resource:
    """`jobs`: professions with their category."""
    found = {
        "resourceType": "Practitioner",
        "id": technical_id(PREFIXES["Practitioner"], person["number"]),
        "meta": _meta("practitioner", person, "RPPS"),
        "language": "fr",
        "extension": [_card(one) for one in cards],
        "identifier": [
            _identifier("IDNPS", IDNPS, f"8{person['number']}"),
            _identifier("RPPS", RPPS, person["number"]),
        ],
        "active": bool(person["active"]),
    }
    if not person["active"]:
        return _bare(found)
    name = {
        "use": "usual",
        "family": person["name"],
        "given": [person["first_name"]],
        "prefix": [person["civility"]],
    }
    found["name"] = [{key: value for key, value in name.items() if value not in ("", [""])}]
    found["telecom"] = [_mailbox(one, rank) for rank, one in enumerate(mailboxes, start=1)]
    found["qualification"] = [
        {"code": {"coding": [_profession(job), nos("TRE_R09-CategorieProfessionnelle", category)]}}
        for job, category in jobs
    ]
    return _filled(found)


def practitioner_role(activity: Row) -> Resource:
    found = {
        "resourceType": "PractitionerRole",
        "id": technical_id(PREFIXES["PractitionerRole"], str(activity["key"])),
        "meta": _meta("practitionerrole", activity, "RPPS"),
        "language": "fr",
        "identifier": [{"system": RPPS, "value": situation_number(activity["key"])}],
        "active": bool(activity["active"]),
    }
    if not activity["active"]:
        return _bare(found)
    found["practitioner"] = {
        "reference": f"Practitioner/{technical_id(PREFIXES['Practitioner'], activity['number'])}"
    }
    if activity["structure_id"]:
        structure = technical_id(PREFIXES["Organization"], activity["structure_id"])
        found["organization"] = {"reference": f"Organization/{structure}"}
    codes = [
        nos("TRE_R22-GenreActivite", activity["kind_code"]),
        nos("TRE_R23-ModeExercice", activity["mode_code"]),
        _role(activity["role_code"]),
    ]
    found["code"] = [{"coding": [one]} for one in codes if one["code"]]
    return _filled(found)


def situation_number(key: int) -> str:
    """About ten digits, as the real ones."""
    return f"{abs(key) % 10**10:010}"


def organization(structure: Row) -> Resource:
    """A geographical entity, or a practice."""
    finess = structure["finess"]
    found = {
        "resourceType": "Organization",
        "id": technical_id(PREFIXES["Organization"], structure["structure_id"]),
        "meta": _meta("organization", structure, "FINESS" if finess else "RPPS"),
        "language": "fr",
        "identifier": [
            *(
                [_identifier("IDNST", IDNST, f"1{finess}"), _identifier("FINEG", FINESS, finess)]
                if finess
                else []
            ),
            _identifier("RPPSRG", RANK, structure["structure_id"]),
        ],
        "active": bool(structure["active"]),
        "name": structure["trade_name"] or structure["name"],
    }
    if not structure["active"]:
        return _bare(found)
    found["type"] = [_type("organizationType", "fr-core-cs-v2-3307", "GEOGRAPHICAL-ENTITY")]
    found["telecom"] = (
        [{"system": "phone", "value": structure["phone"], "rank": 1}] if structure["phone"] else []
    )
    place = {
        "line": [structure["address"]],
        "city": structure["city"],
        "postalCode": structure["postal_code"],
    }
    found["address"] = [{key: value for key, value in place.items() if value not in ("", [""])}]
    if structure["legal_finess"]:
        found["partOf"] = {"reference": f"Organization/{technical_id(LEGAL, structure['legal_finess'])}"}
    return _filled(found)


def legal_entity(finess: str) -> Resource:
    """The files name it by its number only."""
    number = [_identifier("IDNST", IDNST, f"1{finess}"), _identifier("FINEJ", FINESS, finess)]
    return {
        "resourceType": "Organization",
        "id": technical_id(LEGAL, finess),
        "meta": _meta("organization", {}, "FINESS"),
        "language": "fr",
        "identifier": number,
        "active": True,
        "type": [_type("organizationType", "fr-core-cs-v2-3307", "LEGAL-ENTITY")],
        "name": f"ENTITE JURIDIQUE {finess}",
    }


def _type(kind: str, system: str, code: str) -> Resource:
    return {
        "extension": [{"url": f"{_IG}as-ext-organization-types", "valueCode": kind}],
        "coding": [{"system": f"https://hl7.fr/ig/fhir/core/CodeSystem/{system}", "code": code}],
    }


_CORE_NAMES = {
    "practitioner": "practitioner",
    "practitionerrole": "practitioner-role",
    "organization": "organization",
}


def _meta(profile: str, row: Mapping[str, Any], system: str) -> Resource:
    authority = str(row.get("authority") or "ENREG").partition("/")[0]
    updated = str(row.get("updated_at") or "2026-09-01T02:10:00.000+02:00").replace(" ", "T")
    trace = [
        {
            "url": "autorite-enregistrement",
            "valueCodeableConcept": {
                "coding": [nos("TRE_R60-AutoriteEnregistrement", _AUTHORITIES.get(authority, authority))]
            },
        },
        {"url": "systeme-information", "valueCode": system},
        {"url": "date-maj-ae", "valueDate": updated[:10]},
    ]
    return {
        "versionId": "1",
        "lastUpdated": updated,
        "source": "https://annuaire.sante.fr",
        "extension": [{"url": f"{_IG}as-ext-data-trace", "extension": trace}],
        "profile": [f"{_CORE}fr-core-{_CORE_NAMES[profile]}", f"{_IG}as-dp-{profile}"],
    }


def _identifier(kind: str, system: str, value: str) -> Resource:
    return {
        "use": "official",
        "type": {"coding": [{"system": _TYPES, "code": kind}]},
        "system": system,
        "value": value,
    }


def _card(card: Row) -> Resource:
    """The date of opposition is restricted data: an opposed card looks like another one here."""
    period = {"start": card["valid_from"], "end": card["valid_to"]}
    parts = [
        {"url": "type", "valueCodeableConcept": {"coding": [nos("TRE_R87-TypeCarte", card["card_type"])]}},
        {"url": "number", "valueString": card["card_number"]},
        {
            "url": "period",
            "valuePeriod": {key: f"{day}T00:00:00+01:00" for key, day in period.items() if day},
        },
    ]
    return {"url": f"{_IG}as-ext-smartcard", "extension": parts}


def _mailbox(mailbox: Row, rank: int) -> Resource:
    kind = {"coding": [nos("TRE_R257-TypeBAL", mailbox["mailbox_type"])]}
    return {
        "system": "email",
        "value": mailbox["address"],
        "rank": rank,
        "extension": [
            {
                "url": f"{_CORE}fr-core-contact-point-email-type",
                "valueCoding": nos("TRE_R256-TypeMessagerie", "MSSANTE"),
            },
            {
                "url": f"{_IG}as-ext-mailbox-mss-metadata",
                "extension": [{"url": "type", "valueCodeableConcept": kind}],
            },
        ],
    }


def _bare(found: Resource) -> Resource:
    """id, identifiers, active; the name of an organization; of meta neither extension nor anything of restricted data."""
    kept = {key: found[key] for key in ("resourceType", "id", "meta", "identifier", "active")}
    kept["meta"] = {key: value for key, value in found["meta"].items() if key != "extension"}
    return kept | ({"name": found["name"]} if found["resourceType"] == "Organization" else {})


def _filled(found: Resource) -> Resource:
    """FHIR has no empty list."""
    return {key: value for key, value in found.items() if value not in ([], [{}])}
