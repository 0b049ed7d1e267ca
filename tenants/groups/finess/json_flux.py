"""The FINESS+ flux (PMEJ → EGE), 750 MB: one legal entity in memory at a time.

Names vary between the schema of December 2025 (`informationsGeneralesPmej`, `pm_smsseId`, `etatObjet{code, system}`,
`siret` beside the general information) and the files published since (`informationsGeneralesPMEJ`, bare codes): keys
are compared without case nor underscore, and a code is read bare or in its coding.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import ijson

from portal.foundation.national_files import day_or_none
from tenants.groups.finess.rows import FinessFileError, Row, establishment, legal_entity
from tenants.groups.finess.source import ASK_AGAIN, Source

_GENERATED = re.compile(rb'"generatedAt"\s*:\s*"(\d{4}-\d\d-\d\d)')
HEAD_OFFICE, SITE = "02", "03"


def file_day(source: Source) -> date | None:
    """`generatedAt`, which stands before the structures."""
    found = _GENERATED.search(source.head())
    return day_or_none(found[1].decode() if found else "") or source.day_in_name()


def read_json(source: Source) -> Iterator[Row]:
    """Legal entities, each followed by its establishments. Refuses (FinessFileError) a cut or wrong file."""
    rank = 0
    try:
        with source.open() as stream:
            for rank, pmej in enumerate(ijson.items(stream, "pmej.item"), start=1):
                yield from _rows(rank, pmej)
    except ijson.IncompleteJSONError as error:
        raise FinessFileError(
            f"Truncated JSON after entity {rank}: {error}",
            f"Le fichier JSON est abîmé ou s'interrompt après l'entité juridique n° {rank}. {ASK_AGAIN}",
        ) from error
    except ijson.JSONError as error:
        raise FinessFileError(
            f"Invalid JSON after entity {rank}: {error}",
            f"Le fichier JSON n'est pas lisible après l'entité juridique n° {rank}. {ASK_AGAIN}",
        ) from error


def _rows(rank: int, pmej: Any) -> Iterator[Row]:
    flat = _folded(pmej)
    general = _folded(flat.get("informationsgeneralespmej"))
    if not general:
        raise FinessFileError(
            "PMEJ without general information",
            "Ce fichier ne décrit pas les structures (c'est peut-être celui des activités) :"
            " il faut le fichier « finess-structures ».",
        )
    raw = _raw(flat, general, HEAD_OFFICE) | {
        "finess": _code(general.get("numfinesspm")),
        "siren": _code(general.get("siren")),
        "name": _code(general.get("denominationpm")),
        "long_name": _code(general.get("denominationlonguepmsmsse")),
        "legal_status": _code(general.get("statutjuridique")),
        "opened_on": _code(general.get("datecreation")),
    }
    yield legal_entity(rank, raw)
    for ege in flat.get("ege") or []:
        yield establishment(rank, _establishment(ege, raw["finess"]))


def _establishment(ege: Any, legal_entity_finess: str) -> dict[str, str]:
    flat = _folded(ege)
    general = _folded(flat.get("informationsgeneralesege"))
    return _raw(flat, general, SITE) | {
        "finess": _code(general.get("numfinessege")),
        "legal_entity_finess": legal_entity_finess,
        "siret": _code(general.get("siret") or flat.get("siret")),
        "name": _code(general.get("nomegecourt")),
        "long_name": _code(general.get("nomegelong")),
        "category_code": _code(flat.get("categorieentitegeographiqueexercice")),
        "opened_on": _code(general.get("dateouverture")),
    }


def _raw(flat: dict[str, Any], general: dict[str, Any], usage: str) -> dict[str, str]:
    """What an EJ and an ET say alike."""
    address = _address(flat.get("adresse"), usage)
    lines = (_code(address.get(key)) for key in ("lignequatre", "lieudit"))
    return {
        "address": ", ".join(line for line in lines if line.strip()),
        "postal_code": _code(address.get("codepostal")),
        "city": _code(address.get("ligneacheminement")),
        "commune_code": _code(address.get("cogcommune")),
        "phone": _phone(flat.get("contact")),
        "closed_on": _code(general.get("datefermeture")),
        "state": _code(flat.get("etatobjet") or general.get("etatobjet")),
        "updated_on": _code(flat.get("datedernieremaj") or general.get("datedernieremaj")),
    }


def _address(addresses: Any, usage: str) -> dict[str, Any]:
    """The address of that use (02 head office, 03 site), else the first."""
    found = [_folded(one) for one in _listed(addresses)]
    return next((one for one in found if _code(one.get("usageadresse")) == usage), found[0] if found else {})


def _phone(contacts: Any) -> str:
    telecoms = (
        _folded(one) for contact in _listed(contacts) for one in _listed(_folded(contact).get("telecom"))
    )
    return next((phone for one in telecoms if (phone := _code(one.get("telephone"))).strip()), "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _folded(value: Any) -> dict[str, Any]:
    return (
        {key.replace("_", "").lower(): one for key, one in value.items()} if isinstance(value, dict) else {}
    )


def _code(value: Any) -> str:
    """A bare value, the code of a coding, the day of an event, the first of a list; empty for an absent key."""
    if isinstance(value, dict):
        value = value.get("code") or value.get("dateEvenement")
    elif isinstance(value, list):
        return _code(value[0]) if value else ""
    return "" if value is None else str(value)
