"""Fictitious files of the Annuaire Santé in the published shape: one line at a time, the same for the same seed.

Numbers are RPPS of the test range (999…) with a right Luhn key. Odd shapes on purpose: no first name, several activities,
roles without a health profession, students, closed structures, quotation marks and backslashes in names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from identities.national_directory.layouts import CARDS, DEGREES, KNOW_HOW, MAILBOXES
from portal.demo.seed.directory_parts import (
    MAIN_COLUMNS,
    PROFESSIONS,
    ROLES,
    STUDENTS,
    Practice,
    practices,
)
from portal.demo.seed.names import MEN, PARTICLES, SURNAMES, WOMEN
from portal.demo.seed.places import luhn_completed

NAMES = (*SURNAMES * 8, *PARTICLES, 'Dupré "Fictif"', "Back\\Slash", "Ñuñez")
FIRST_NAMES = (*WOMEN * 5, *MEN, "")  # one of them has none
FIRST_RPPS = 9_990_000_001  # before its key
FILES = {
    "main": "PS_LibreAcces_Personne_activite_{day}.txt",
    "know_how": "PS_LibreAcces_SavoirFaire_{day}.txt",
    "degrees": "PS_LibreAcces_Dipl_AutExerc_{day}.txt",
    "cards": "Porteurs_CPS_CPF_{day}.txt",
    "mailboxes": "Extraction_Correspondance_MSSante_{day}.txt",
}


@dataclass(frozen=True)
class Holder:
    """One fictitious professional: `job` is (profession, its label, category, role, its label, authority)."""

    number: str
    name: str
    first_name: str
    civility: str
    job: tuple[str, ...]
    places: tuple[Practice, ...]
    mode: str


@dataclass
class FictitiousDirectory:
    """`people` professionals and 1.35 activities each. `churn`: the share of them that another `edition` changes."""

    people: int
    seed: int = 2026
    edition: int = 0
    churn: float = 0.01

    def write(self, folder: Path, day: str) -> dict[str, int]:
        """The five files; file name → rows."""
        return write_files(folder, day, self._holders())

    def _holders(self) -> Iterator[Holder]:
        rng = Random(self.seed)  # fictitious people, no secret
        later = Random(f"{self.seed} {self.edition}")
        places = practices(rng, max(20, self.people // 12))
        for rank in range(self.people):
            holder = _holder(rng, rank, places)
            if not self.edition or later.random() >= self.churn:
                yield holder
            elif (other := _changed(later, holder, places)) is not None:
                yield other


def write_files(folder: Path, day: str, holders: Iterable[Holder]) -> dict[str, int]:
    """The five files of those people; file name → rows."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = {
        "main": MAIN_COLUMNS,
        "know_how": tuple(KNOW_HOW.columns.values()),
        "degrees": tuple(DEGREES.columns.values()),
        "cards": tuple(CARDS.columns.values()),
        "mailboxes": tuple(MAILBOXES.columns.values()),
    }
    streams = {
        name: (folder / FILES[name].format(day=day)).open(
            "w", encoding="utf-8", newline="\n", buffering=1 << 20
        )
        for name in heads
    }
    rows = dict.fromkeys(heads, 0)
    try:
        for name, head in heads.items():
            streams[name].write("|".join(head) + "|\n")
        for holder in holders:
            for name, lines in _lines(holder).items():
                rows[name] += len(lines)
                streams[name].writelines(lines)
    finally:
        for stream in streams.values():
            stream.close()
    return {Path(streams[name].name).name: count for name, count in rows.items()}


def _holder(rng: Random, rank: int, places: list[Practice]) -> Holder:
    draw = rng.random()
    jobs = PROFESSIONS if draw < 0.72 else ROLES if draw < 0.94 else STUDENTS
    count = rng.choices((0, 1, 2, 3), (22, 50, 20, 8))[0]
    return Holder(
        number=luhn_completed(str(FIRST_RPPS + rank)),
        name=NAMES[int(rng.random() * len(NAMES))],
        first_name=FIRST_NAMES[int(rng.random() * len(FIRST_NAMES))],
        civility="MME" if rng.random() < 0.7 else "M",
        job=jobs[int(rng.random() * len(jobs))],
        places=tuple(places[int(rng.random() * len(places))] for _ in range(count)),
        mode="S" if rng.random() < 0.6 else "L",
    )


def _changed(rng: Random, holder: Holder, places: list[Practice]) -> Holder | None:
    """Gone, under another name, elsewhere, or nowhere."""
    what = rng.randrange(4)
    if what == 0:
        return None
    name = rng.choice(SURNAMES) if what == 1 else holder.name
    moved = (rng.choice(places),) if what == 2 else () if what == 3 else holder.places
    return Holder(holder.number, name, holder.first_name, holder.civility, holder.job, moved, holder.mode)


def _lines(holder: Holder) -> dict[str, list[str]]:
    profession, profession_label, category, role, role_label, authority = holder.job
    who = f"8|{holder.number}|8{holder.number}|"
    names = f"{holder.name}|{holder.first_name}|"
    job = f"{profession}|{profession_label}|{category}|{_CATEGORIES[category]}|"
    skill = _SKILLS.get(profession, "||||")
    civility = f"||{holder.civility}|{_CIVILITIES[holder.civility]}|"
    mode = f"{holder.mode}|{_MODES[holder.mode]}|"
    kind = "GENR12|Encadrement" if role == "345" else "GENR01|Activité de soin et de pharmacie"
    function = f"{role}|{role_label}|" if profession == "99" or holder.mode == "S" else "||"
    main = [
        f"{who}{civility}{names}{job}{skill}{mode}{place.before_authority}{authority}|{place.sector}|||{function}{kind}|\n"
        for place in holder.places or (Practice.nowhere(),)
    ]
    number = int(holder.number)
    degree = f"DE|Diplôme d'Etat français|DE{profession}|Diplôme d'Etat|||||"
    opposed = "20260301" if number % 97 == 0 else ""
    card = f"CPS|Carte de professionnel de santé|{number % 10**10:010}|20250102|20280101|{opposed}|"
    return {
        "main": main,
        "know_how": [f"8|{holder.number}|{names}{job}{skill}\n"] if profession in _SKILLS else [],
        "degrees": [f"8|{holder.number}|{names}{degree}\n"],
        "cards": [f"{holder.number}|{card}\n"] if category == "C" and number % 2 else [],
        "mailboxes": [f"{holder.number}|PER|p{number % 10**8}@fictif.mssante.example|||\n"]
        if number % 4 == 0
        else [],
    }


_CATEGORIES = {"C": "Civil", "E": "Etudiant", "M": "Militaire"}
_CIVILITIES = {"MME": "Madame", "M": "Monsieur"}
_MODES = {"S": "Salarié", "L": "Libéral, indépendant, artisan, commerçant"}
_SKILLS = {
    "10": "S|Spécialité ordinale|SM53|Spécialiste en Médecine Générale|",
    "40": "S|Spécialité ordinale|SCD01|Orthopédie dento-faciale|",
}
