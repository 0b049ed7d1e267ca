"""Who the RNIPP knows: the ANS's 28 test persons, those that a test declares, and by a rule everybody else.

By the rule, somebody that nobody declared is found exactly; of DIVERGENCE… the RNIPP has another sex; INCONNU… is not found,
PLUSIEURS… has several echoes, SYNTAXE… cannot be read, DECEDE… has died since (the first letters of the family name).
Guessed: a person whose family name or birth date agrees and who differs by one or two traits is « identified with
divergences » (code 3); the comparison holds to accents and order.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

Traits = tuple[str, str, str, str, str]  # family name, first names, birth date, sex, INSEE code of birth

EXACT, DIVERGENT, SEVERAL, NOT_FOUND, UNREADABLE = 2, 3, 6, 8, 9
NAMES = ("nom", "prenoms", "dateNaissance", "sexe", "lieuNaissance")
MOST_DIVERGENCES = 2
_FILE = Path(__file__).parent / "people.csv"
_BY_RULE = {"INCONNU": NOT_FOUND, "PLUSIEURS": SEVERAL, "SYNTAXE": UNREADABLE}


@dataclass(frozen=True)
class Citizen:
    """`numbers`: RPPS of 12 characters; `identifier`: the one of the ANS's file, which may be no RPPS."""

    traits: Traits
    birth_place: str = ""
    usage_name: str = ""
    numbers: tuple[str, ...] = ()
    identifier: str = ""
    died_on: str = ""


@dataclass(frozen=True)
class Reply:
    """Code of the identification, the traits that differ, who was found (None: nobody)."""

    code: int
    divergences: tuple[str, ...] = ()
    citizen: Citizen | None = None


def _published() -> Iterable[Citizen]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            number = line["number"]
            yield Citizen(
                (
                    line["birth_name"],
                    line["first_names"],
                    line["birth_date"],
                    line["sex"],
                    line["birth_code"],
                ),
                line["birth_place"],
                numbers=(number,) if number.startswith("8") and len(number) == 12 else (),
                identifier=number,
            )


class CivilStatus:
    """The register, as after the start or with what a test added."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        self._people = list(_published())

    def declare(self, told: dict[str, Any]) -> None:
        """One more person, as the RNIPP has them. Refuses (KeyError) one without their five traits."""
        traits = (
            told["lastName"],
            told["firstNames"],
            told["birthDate"],
            told["genderCode"],
            told["birthLocationCode"],
        )
        person = Citizen(
            traits,
            told.get("birthPlace", ""),
            told.get("usageName", ""),
            tuple(told.get("rpps", ())),
            died_on=told.get("diedOn", ""),
        )
        with self._lock:
            self._people.append(person)

    def holder_of(self, identifier: str) -> Citizen | None:
        return next((one for one in self._people if identifier in (one.identifier, *one.numbers)), None)

    def identify(self, traits: Traits) -> Reply:
        """What the RNIPP answers about these traits."""
        close: list[tuple[Citizen, tuple[str, ...]]] = []
        for one in self._people:
            differs = tuple(
                name for name, ours, theirs in zip(NAMES, one.traits, traits, strict=True) if ours != theirs
            )
            if not differs:
                return Reply(EXACT, citizen=one)
            if len(differs) <= MOST_DIVERGENCES and not {"nom", "dateNaissance"} <= set(differs):
                close.append((one, differs))
        fewest = min((len(differs) for _, differs in close), default=0)
        nearest = [(one, differs) for one, differs in close if len(differs) == fewest]
        if len(nearest) == 1:
            return Reply(DIVERGENT, nearest[0][1], nearest[0][0])
        if nearest:
            return Reply(SEVERAL)
        return _by_rule(traits)


def _by_rule(traits: Traits) -> Reply:
    name = traits[0].upper()
    code = next((found for word, found in _BY_RULE.items() if name.startswith(word)), EXACT)
    died_on = "2026-01-15" if name.startswith("DECEDE") else ""
    if name.startswith("DIVERGENCE"):
        truth = (*traits[:3], "F" if traits[3] == "M" else "M", traits[4])
        return Reply(DIVERGENT, ("sexe",), Citizen(truth))
    return Reply(code, citizen=Citizen(traits, died_on=died_on) if code == EXACT else None)


def echo(reply: Reply, *, short: bool = False) -> dict[str, Any]:
    """`rnippData` of the answer: « métadonnées » always, the person when one was found."""
    told: dict[str, Any] = {
        "metadonnees": {
            "dateIdentification": "2026-11-01T08:00:00+00:00",
            "codeReponseIdentification": reply.code,
            "divergences": {name: name in reply.divergences for name in NAMES},
            "statutDuNomIdentifie": "O" if reply.citizen else None,
        }
    }
    if not short:
        told["individu"] = _individual(reply.citizen) if reply.citizen else None
    return told


def _individual(person: Citizen) -> dict[str, Any]:
    name, first_names, born_on, sex, code = person.traits
    identities: list[dict[str, Any]] = [{"statut": "O", "nom": name, "prenoms": first_names.split(" ")}]
    if person.usage_name:
        identities.append({"statut": "C", "nom": person.usage_name})
    told = {"identites": identities, "sexe": sex, "naissance": _event(born_on, code, person.birth_place)}
    return told | ({"deces": _event(person.died_on, "", "")} if person.died_on else {})


def _event(day: str, code: str, place: str) -> dict[str, Any]:
    abroad = code.startswith("99")
    return {
        "date": day,
        "lieu": {"code": code, "libelleCommune": place, "libellePays": "" if abroad else "France"},
        "numeroActe": "1234",
    }


civil_status = CivilStatus()
