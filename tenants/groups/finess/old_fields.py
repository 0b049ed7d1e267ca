"""The field names that the `;` extraction and the XML flux share."""

from tenants.groups.finess.rows import Row, establishment, legal_entity

# Department codes of the old files overseas (9A Guadeloupe … 9F Mayotte, 9J Wallis-et-Futuna): the INSEE code of a
# commune is 97 or 98 followed by the three digits of the file.
_OVERSEAS = {**dict.fromkeys(("9A", "9B", "9C", "9D", "9E", "9F"), "97"), "9J": "98"}
_STREET = ("numvoie", "typvoie", "voie", "compvoie")
_PLACE = ("compldistrib", "lieuditbp")


def row(section: str, line: int, fields: dict[str, str]) -> Row:
    """An EJ (section `structureej`) or an ET (`structureet`), or its refusal."""
    if section == "structureej":
        return legal_entity(line, _common(fields) | _named(fields, _LEGAL_ENTITY))
    return establishment(line, _common(fields) | _named(fields, _ESTABLISHMENT))


_LEGAL_ENTITY = {
    "finess": "nofiness",
    "siren": "siren",
    "legal_status": "statutjuridique",
    "opened_on": "datecrea",
}
_ESTABLISHMENT = {
    "finess": "nofinesset",
    "legal_entity_finess": "nofinessej",
    "siret": "siret",
    "category_code": "categetab",
    "opened_on": "dateouv",
}


def _named(fields: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    return {ours: fields.get(theirs, "") for ours, theirs in names.items()}


def _common(fields: dict[str, str]) -> dict[str, str]:
    department = fields.get("departement", "")
    return {
        "name": fields.get("rs", ""),
        "long_name": fields.get("rslongue", ""),
        "address": _address(fields),
        "postal_code": fields.get("codepostal", ""),
        "city": fields.get("ligneacheminement") or fields.get("libcommune", ""),
        "commune_code": _commune(department, fields.get("commune", "")),
        "department": department,
        "phone": fields.get("telephone", ""),
        "closed_on": fields.get("datefermeture", ""),
        "updated_on": fields.get("datemaj", ""),
    }


def _address(fields: dict[str, str]) -> str:
    """« 1 RTE DE VEYZIAT, CS 20100 »: the street, then the places."""
    street = " ".join(text for key in _STREET if (text := fields.get(key, "").strip()))
    places = [text for key in _PLACE if (text := fields.get(key, "").strip())]
    return ", ".join([street, *places] if street else places)


def _commune(department: str, commune: str) -> str:
    department, commune = department.strip().upper(), commune.strip()
    return _OVERSEAS.get(department, department) + commune if department and len(commune) == 3 else ""
