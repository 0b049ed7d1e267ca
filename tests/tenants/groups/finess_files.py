"""Files of the national size for the memory test and the measures, numbers with true keys, nothing real."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from stdnum import luhn


def numbers(prefix: str) -> Iterator[str]:
    """FINESS numbers in order: the prefix, an order number, the key."""
    for rank in range(10 ** (8 - len(prefix))):
        body = f"{prefix}{rank:0{8 - len(prefix)}d}"
        yield body + luhn.calc_check_digit(body)


def write_json_flux(path: Path, legal_entities: int, establishments: int, padding: int = 8) -> Path:
    """The FINESS+ shape, `padding` events per structure (8 makes about 4 kB per establishment, as the real flux)."""
    parents, children = numbers("01"), numbers("02")
    share, rest = divmod(establishments, legal_entities)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            '{"schemaVersion": "v1.0.0", "generatedAt": "2026-09-14T02:00:00Z", "gcc": [], "gco": [], "pmej": ['
        )
        for rank in range(legal_entities):
            sites = [next(children) for _ in range(share + (rank < rest))]
            _write(stream, rank, _legal_entity(next(parents), rank, sites, padding))
        stream.write("]}")
    return path


def _write(stream: TextIO, rank: int, value: dict) -> None:
    stream.write((",\n" if rank else "\n") + json.dumps(value, indent=1))


def _legal_entity(finess: str, rank: int, sites: list[str], padding: int) -> dict:
    return {
        "informationsGeneralesPMEJ": {
            "pmSmsseId": str(rank),
            "dateCreation": "2001-01-01",
            "denominationPm": f"ASSOCIATION {rank}",
            "numFinessPm": finess,
            "statutJuridique": "60",
        },
        **_shared("02", padding),
        "ege": [_establishment(site, padding) for site in sites],
    }


def _establishment(finess: str, padding: int) -> dict:
    return {
        "informationsGeneralesEGE": {
            "egeId": finess,
            "dateOuverture": "2001-01-01",
            "nomEgeCourt": f"EHPAD {finess}",
            "nomEgeLong": f"ETABLISSEMENT D'HEBERGEMENT POUR PERSONNES AGEES DEPENDANTES {finess}",
            "numFinessEge": finess,
        },
        "categorieentiteGeographiqueExercice": "500",
        **_shared("03", padding),
    }


def _shared(usage: str, padding: int) -> dict:
    event = {
        "evenementId": "140923",
        "dateEnregistrement": "2023-03-15 11:21:01",
        "dateEvenement": "1956-11-16",
        "etatObjet1": "003",
        "identifiantObjet1": "799",
        "systemeMaitre": "01",
        "typeObjet1": "EG",
        "codeEvenement": "003",
    }
    address = {
        "usageAdresse": usage,
        "cogCommune": "01053",
        "ligneAcheminement": "BOURG EN BRESSE",
        "ligneQuatre": "62 AVENUE DE JASSERON",
        "codePostal": "01000",
    }
    return {
        "adresse": [address],
        "contact": [{"typeContact": {"roleContact": "01"}, "telecom": {"telephone": "0428631234"}}],
        "evenement": [event] * padding,
        "etatObjet": "A",
        "dateDerniereMaj": "2021-10-18 00:00:00",
    }
