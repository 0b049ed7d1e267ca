"""The parts that a legal entity and an establishment of a FINESS+ file say alike: addresses, contacts, history."""

from random import Random
from typing import Any

STREETS = (
    "DES FICTIONS",
    "GUY DE MAUPASSANT",
    "DE L'ÉGLISE",
    "DU HÂMEAU",
    "AIMÉ CÉSAIRE",
    "DES ÉCOLES",
    "DU MOULIN",
)
WAYS = ("R", "AV", "BD", "CHE", "R   ")


def addresses(rng: Random, town: tuple[str, ...], usage: str) -> list[dict[str, Any]]:
    """None, one, or two in any order: that of the asked use and another one."""
    draw = rng.random()
    if draw < 0.01:
        return []
    found = [_address(rng, town, usage)]
    if draw > 0.97:
        other = _address(rng, town, "03" if usage == "02" else "02")
        found.insert(rng.randrange(2), other)
    return found


def _address(rng: Random, town: tuple[str, ...], usage: str) -> dict[str, Any]:
    number, way, street = rng.randint(1, 240), rng.choice(WAYS), rng.choice(STREETS)
    found: dict[str, Any] = {
        "usageAdresse": usage,
        "numeroVoie": str(number),
        "typeVoie": way,
        "libelleVoie": street,
        "cogCommune": town[1],
        "ligneAcheminement": town[3],
        "ligneQuatre": f"{number} {way} {street}",
        "codePostal": town[2],
    }
    if rng.random() < 0.15:
        found["lieuDit"] = f"BP {number}"
    if rng.random() < 0.7:
        found["coordonneesGeographique"] = {
            "coordonneeX": f"{rng.uniform(6_000_000, 7_000_000):.2f}",
            "coordonneeY": f"{rng.uniform(100_000, 1_200_000):.2f}",
            "directionLatitude": f"{rng.uniform(41, 51):.6f}",
            "directionLongitude": f"{rng.uniform(-5, 9):.6f}",
            "cleInInteropBAN": f"{town[1]}_0515_{number:05}",
            "scoreBAN": str(rng.random()),
        }
    return found


def contacts(rng: Random) -> list[dict[str, Any]]:
    """None, a telephone, or a telephone and a fax."""
    draw = rng.random()
    if draw < 0.1:
        return []
    telecom = {"telephone": f"0199{rng.randint(0, 999_999):06}"}  # 01 99: never attributed
    if draw > 0.7:
        telecom["telecopie"] = f"0199{rng.randint(0, 999_999):06}"
    return [{"typeContact": {"roleContact": "01"}, "telecom": telecom}]


def engagements(rng: Random) -> list[dict[str, Any]]:
    """Conventions and authorisations, for four in ten."""
    count = rng.choice((0, 0, 0, 1, 2))
    return [
        {
            "engagementId": str(rng.randint(1, 999_999)),
            "typeEngagement": "CONV",
            "sousTypeEngagement": "ASE",
            "dateEffetEngagement": "1974-03-25",
            "dateSignatureEngagement": "1974-03-25",
            "autoriteRegulationEngagement": [],
        }
        for _ in range(count)
    ]


def events(rng: Random, owner: str, average: int) -> list[dict[str, str]]:
    """What happened to the structure; the bulk of the file."""
    first = rng.randint(1, 900_000)
    return [
        {
            "evenementId": str(first + rank),
            "dateEnregistrement": "2023-03-15 11:21:01",
            "dateEvenement": f"{1956 + (first + rank) % 70}-11-16",
            "etatObjet1": "003",
            "identifiantObjet1": owner,
            "systemeMaitre": "01",
            "typeObjet1": "EG",
            "codeEvenement": rng.choice(("001", "003", "005", "007")),
        }
        for rank in range(rng.randint(average // 2, average + average // 2))
    ]
