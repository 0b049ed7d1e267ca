"""A FINESS+ file of the national size and shape, fictitious and deterministic, written entity by entity.

Its oddities are those of the published excerpts and of the schema of December 2025: blanks after the names of closed
records, codes bare or in a coding, two addresses in any order, `[FERME]` before a name, numbers of Corsica and overseas,
absent keys instead of null, wrong SIRET, legal entities without any establishment and some that have
hundreds. A few rows are to be refused.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from portal.demo.seed.finess_parts import addresses, contacts, engagements, events
from portal.demo.seed.places import KINDS, NAMES, luhn_completed

# Department or its overseas prefix, then COG code, postal code, routing line.
MAINLAND = (
    ("01", "01053", "01000", "BOURG EN BRESSE"), ("06", "06088", "06000", "NICE"), ("13", "13055", "13001", "MARSEILLE"),
    ("14", "14118", "14000", "CAEN"), ("21", "21231", "21000", "DIJON"), ("2A", "2A004", "20000", "AJACCIO"),
    ("2B", "2B033", "20200", "BASTIA"), ("29", "29232", "29000", "QUIMPER"), ("31", "31555", "31000", "TOULOUSE"),
    ("33", "33063", "33000", "BORDEAUX"), ("34", "34172", "34000", "MONTPELLIER"), ("35", "35238", "35000", "RENNES"),
    ("38", "38185", "38000", "GRENOBLE"), ("44", "44109", "44000", "NANTES"), ("51", "51454", "51100", "REIMS"),
    ("54", "54395", "54000", "NANCY"), ("59", "59350", "59000", "LILLE"), ("63", "63113", "63000", "CLERMONT FERRAND"),
    ("67", "67482", "67000", "STRASBOURG"), ("69", "69383", "69003", "LYON"), ("75", "75115", "75015", "PARIS"),
    ("76", "76540", "76000", "ROUEN"), ("80", "80021", "80000", "AMIENS"), ("87", "87085", "87000", "LIMOGES"),
)  # fmt: skip
OVERSEAS = (
    ("9701", "97105", "97100", "BASSE TERRE"), ("9704", "97411", "97400", "SAINT DENIS"),
    ("9706", "97611", "97600", "MAMOUDZOU"),
)  # fmt: skip
TOWNS = MAINLAND * 4 + OVERSEAS
STATUSES = ("60", "60", "61", "21", "72", "73", "76", "95")
LARGEST = 700  # establishments of one legal entity
WITHOUT_SITE, CLOSED, OLD_SCHEMA, SPOILT = 0.3, 0.28, 0.03, 0.0005


@dataclass
class Written:
    """What the file holds; `spoilt` rows are those that a reader must refuse."""

    legal_entities: int = 0
    establishments: int = 0
    spoilt: int = 0
    shapes: Counter[str] = field(default_factory=Counter)


class FictitiousFile:
    """Draws the structures one after the other; the same seed gives the same file."""

    def __init__(self, legal_entities: int, establishments: int, seed: int, events_each: int) -> None:
        self.rng = Random(f"{seed}/finess")
        self.sites = _sites_of_each(self.rng, legal_entities, establishments)
        self.events_each = events_each
        self.numbers: Counter[str] = Counter()
        self.written = Written()

    def write(self, path: Path) -> Written:
        """The whole file, one legal entity in memory at a time."""
        with path.open("w", encoding="utf-8") as stream:
            stream.write('{"schemaVersion": "v1.0.0", "generatedAt": "2026-09-14T02:00:00.615611300Z", ')
            stream.write(f'"gcc": {json.dumps(GCC)}, "gco": {json.dumps(GCO)}, "pmej": [')
            for rank, count in enumerate(self.sites):
                stream.write(",\n" if rank else "\n")
                stream.write(json.dumps(self._entity(rank, count), ensure_ascii=False))
            stream.write("\n]}\n")
        return self.written

    def _entity(self, rank: int, count: int) -> dict[str, Any]:
        rng, town = self.rng, self.rng.choice(TOWNS)
        closed, old = not count and rng.random() < 0.8, rng.random() < OLD_SCHEMA
        name = f"{rng.choice(('ASSOCIATION', 'FONDATION', 'CCAS', 'SAS', 'MUTUALITÉ'))} FICTIVE N° {rank}"
        general = {
            "pm_smsseId" if old else "pmSmsseId": str(rank + 1),
            "codeApe": rng.choice(("87.10A", "87.30B", "88.10C", "86.10Z")),
            "dateCreation": self._day(1960, 2020),
            "denominationLonguePmSmsse": _named(f"{name} POUR L'ACCUEIL DES PERSONNES ÂGÉES", 60, closed),
            "denominationPm": _named(name, 32, closed),
            "numFinessPm": self._number(town[0]),
            "statutJuridique": _coded(rng.choice(STATUSES), old),
            "typePersonneMorale": _coded("01", old),
        }
        siren = luhn_completed(f"9{rng.randint(0, 9_999_999):07}")
        if rng.random() < 0.9:
            general["siren"] = siren
        self._close(general, closed)
        self.written.legal_entities += 1
        self.written.shapes["schema of December 2025" if old else "published"] += 1
        sites = [self._site(town, siren, old) for _ in range(count)]
        return {
            "informationsGeneralesPmej" if old else "informationsGeneralesPMEJ": general,
            **self._shared(town, "02", str(rank + 1), closed, old),
            **({} if closed and rng.random() < 0.1 else {"ege": sites}),
        }

    def _site(self, around: tuple[str, ...], siren: str, old: bool) -> dict[str, Any]:
        rng = self.rng
        town = around if rng.random() < 0.9 else rng.choice(TOWNS)
        closed = rng.random() < CLOSED
        code, prefix, *_ = rng.choice(KINDS)
        number, name = self._number(town[0]), f"{prefix} {rng.choice(NAMES)}".upper()
        general: dict[str, Any] = {
            "egeId": str(self.written.establishments + 1),
            "dateOuverture": self._day(1960, 2024),
            "datePremiereAutorisation": self._day(1960, 2024),
            "nomEgeCourt": _named(f"[FERME] {name}" if closed and rng.random() < 0.05 else name, 32, closed),
            "nomEgeLong": _named(f"{name} DE {town[3]}", 60, closed),
            "numFinessEge": number,
            "espic": [rng.choice("0123")],
        }
        siret = self._siret(siren)
        outside = {"siret": siret} if siret and old else {}
        if siret and not old:
            general["siret"] = siret
        self._close(general, closed)
        self.written.establishments += 1
        site = {
            "informationsGeneralesEGE": general,
            ("categorieEntiteGeographiqueExercice" if old else "categorieentiteGeographiqueExercice"): _coded(
                code, old
            ),
            "modefixationtarifaire": _coded("07", old),
            "typeBudget": [_coded("01", old)],
            **outside,
            **self._shared(town, "03", general["egeId"], closed, old),
            "roleEge": [],
        }
        self._spoil(site, general)
        return site

    def _spoil(self, site: dict[str, Any], general: dict[str, Any]) -> None:
        """Rarely, makes of it a row that no reader may keep: a wrong key, no category, no name, a wrong date."""
        if self.rng.random() >= SPOILT:
            return
        self.written.spoilt += 1
        how = self.rng.randrange(4)
        if how == 0:
            general["numFinessEge"] = general["numFinessEge"][:-1] + str(
                (int(general["numFinessEge"][-1]) + 1) % 10
            )
        elif how == 1:
            site.pop("categorieEntiteGeographiqueExercice", None)
            site.pop("categorieentiteGeographiqueExercice", None)
        elif how == 2:
            general["nomEgeCourt"] = general["nomEgeLong"] = "   "
        else:
            general["dateOuverture"] = "01/09/1998"

    def _shared(
        self, town: tuple[str, ...], usage: str, owner: str, closed: bool, old: bool
    ) -> dict[str, Any]:
        updated = f"{self._day(1995, 2026)} 00:00:00"
        return {
            "adresse": addresses(self.rng, town, usage),
            "contact": contacts(self.rng),
            "engagement": engagements(self.rng),
            "evenement": events(self.rng, owner, self.events_each),
            "etatObjet": _coded("I" if closed else "A", old),
            "dateDerniereMaj": {"dateEvenement": updated} if old else updated,
        }

    def _siret(self, siren: str) -> str:
        """Absent for some, and for a few not that of the legal entity, with a wrong key."""
        draw = self.rng.random()
        if draw < 0.15:
            return ""
        stem = siren if draw > 0.155 else f"{siren[:-1]}{(int(siren[-1]) + 1) % 10}"
        return luhn_completed(f"{stem}{self.rng.randint(0, 9999):04}")

    def _close(self, general: dict[str, Any], closed: bool) -> None:
        """Most closed records say when; some do not."""
        if closed and self.rng.random() < 0.97:
            general["dateFermeture"] = self._day(2021, 2025)

    def _day(self, first: int, last: int) -> str:
        return f"{self.rng.randint(first, last)}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"

    def _number(self, prefix: str) -> str:
        """The next FINESS number there, from the last down: real ones are the first. Corsica's letter counts as 1 or 2."""
        self.numbers[prefix] += 1
        width = 8 - len(prefix)
        body = f"{prefix}{10**width - self.numbers[prefix]:0{width}}"
        return body + luhn_completed(body.replace("A", "1").replace("B", "2"))[-1]


def _sites_of_each(rng: Random, legal_entities: int, establishments: int) -> list[int]:
    """How many establishments each legal entity has: often none or one, hundreds for a few; `establishments` in all."""
    counts = [
        0 if rng.random() < WITHOUT_SITE else min(LARGEST, int(rng.paretovariate(1.6)))
        for _ in range(legal_entities)
    ]
    counts[0] = min(LARGEST, max(1, establishments // 4))
    left = establishments - sum(counts)
    while left:
        place = rng.randrange(legal_entities)
        step = 1 if left > 0 else -min(counts[place], 1) if place else 0
        counts[place] += step
        left -= step
    return counts


def _named(name: str, width: int, closed: bool) -> str:
    return name.ljust(width) if closed else name


def _coded(code: str, old: bool) -> str | dict[str, str]:
    return {"code": code, "system": "https://mos.esante.gouv.fr/NOS/"} if old else code


GCC = [
    {
        "gccId": "3", "nomGcc": "Territoire fictif", "typeGcc": "001", "engagement": [], "evenement": [],
        "pmejDuGcc": [{"pmSmsseId": "1", "typeRoleEntiteGroupe": "M"}], "egeDuGcc": [], "etatObjet": "A",
        "dateDerniereMaj": "2025-10-21 19:19:05",
    }
]  # fmt: skip
GCO = [{"pmSmsseId": "2", "typeGco": "003", "pmejDuGco": [], "egeDuGco": []}]
