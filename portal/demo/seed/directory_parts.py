"""What the fictitious directory is made of: professions and roles in their national shares, and where people practise."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from portal.demo.seed.places import NAMES as PLACE_NAMES
from portal.demo.seed.places import TOWNS, luhn_completed

_STRUCTURE = "(coord. structure)"
MAIN_COLUMNS = (
    "Type d'identifiant PP", "Identifiant PP", "Identification nationale PP", "Code civilité d'exercice",
    "Libellé civilité d'exercice", "Code civilité", "Libellé civilité", "Nom d'exercice", "Prénom d'exercice",
    "Code profession", "Libellé profession", "Code catégorie professionnelle", "Libellé catégorie professionnelle",
    "Code type savoir-faire", "Libellé type savoir-faire", "Code savoir-faire", "Libellé savoir-faire",
    "Code mode exercice", "Libellé mode exercice", "Numéro SIRET site", "Numéro SIREN site", "Numéro FINESS site",
    "Numéro FINESS établissement juridique", "Identifiant technique de la structure", "Raison sociale site",
    "Enseigne commerciale site", f"Complément destinataire {_STRUCTURE}",
    f"Complément point géographique {_STRUCTURE}", f"Numéro Voie {_STRUCTURE}",
    f"Indice répétition voie {_STRUCTURE}", f"Code type de voie {_STRUCTURE}",
    f"Libellé type de voie {_STRUCTURE}", f"Libellé Voie {_STRUCTURE}", f"Mention distribution {_STRUCTURE}",
    f"Bureau cedex {_STRUCTURE}", f"Code postal {_STRUCTURE}", f"Code commune {_STRUCTURE}",
    f"Libellé commune {_STRUCTURE}", f"Code pays {_STRUCTURE}", f"Libellé pays {_STRUCTURE}",
    f"Téléphone {_STRUCTURE}", f"Téléphone 2 {_STRUCTURE}", f"Télécopie {_STRUCTURE}",
    f"Adresse e-mail {_STRUCTURE}", "Code Département (structure)", "Libellé Département (structure)",
    "Ancien identifiant de la structure", "Autorité d'enregistrement", "Code secteur d'activité",
    "Libellé secteur d'activité", "Code section tableau pharmaciens", "Libellé section tableau pharmaciens",
    "Code rôle", "Libellé rôle", "Code genre activité", "Libellé genre activité",
)  # fmt: skip

_CARE = ("FON-33", "Autre professionnel exerçant au sein de la structure")


def _jobs(*rows: tuple[int, str, str, str]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (code, label, "C", *_CARE, authority)
        for weight, code, label, authority in rows
        for _ in range(weight)
    )


PROFESSIONS = _jobs(
    (45, "60", "Infirmier", "CNOI/CNOI/CNOI"),
    (20, "10", "Médecin", "CNOM/CNOM/ARS"),
    (8, "70", "Masseur-Kinésithérapeute", "CNOMK/CNOMK/CNOMK"),
    (6, "21", "Pharmacien", "CNOP/CNOP/CNOP"),
    (4, "40", "Chirurgien-Dentiste", "CNOCD/CNOCD/CNOCD"),
    (6, "93", "Psychologue", "ARS/ARS/ARS"),
    (3, "91", "Orthophoniste", "ARS/ARS/ARS"),
    (2, "94", "Ergothérapeute", "ARS/ARS/ARS"),
    (2, "96", "Psychomotricien", "ARS/ARS/ARS"),
    (2, "41", "Assistant de service social", "ARS/ARS/ARS"),
    (2, "50", "Sage-Femme", "CNOSF/CNOSF/CNOSF"),
)
_OTHER = ("99", "Autre professionnel intervenant dans la prise en charge", "C")
ROLES = tuple(
    (*_OTHER, code, label, "ENREG/ENREG/ENREG")
    for weight, code, label in (
        (50, "313", "Aide-soignant"),
        (20, "328", "Accompagnant éducatif et social"),
        (8, "326", "Educateur spécialisé"),
        (6, "324", "Moniteur éducateur"),
        (4, "331", "Secrétaire assistante médico-administrative"),
        (4, "315", "Auxiliaire de puériculture"),
        (3, "320", "Conseiller en économie sociale et familiale"),
        (3, "345", "Autre professionnel intervenant dans le social, éducatif, psychologie et culturel"),
        (2, "359", "Directeur d'établissement"),
    )
    for _ in range(weight)
)
STUDENTS = (
    ("10", "Médecin", "E", "", "", "CNOM/CNOM/CNOM"),
    ("60", "Infirmier", "E", "", "", "ARS/ARS/ARS"),
    ("99", _OTHER[1], "E", "347", "Etudiant - aide-soignant", "ENREG/ENREG/ENREG"),
)


@dataclass(frozen=True)
class Practice:
    """A structure, as the fields from SIRET to « Ancien identifiant », and the sector's two."""

    before_authority: str
    sector: str

    @classmethod
    def nowhere(cls) -> "Practice":
        """Of an activity without a structure."""
        return cls("|" * 28, "|")


def practices(rng: Random, count: int, finess: Sequence[str] = ()) -> list[Practice]:
    """`count` structures; a quarter have a FINESS of department 99, which does not exist. Those of `finess` come first."""
    made = []
    for rank in range(count):
        siren = luhn_completed(f"9{rank:07}")
        number = luhn_completed(f"99{rank:06}") if rank % 4 == 0 else ""
        if rank < len(finess):
            number = finess[rank]
        department, postal_code, city = TOWNS[rank % len(TOWNS)]
        kind = "EHPAD" if number else "CABINET"
        name = f"{kind} {PLACE_NAMES[rank % len(PLACE_NAMES)]} {rank}".upper()
        closed = " (FERME)" if rank % 211 == 7 else ""
        fields = (
            luhn_completed(f"{siren}{1:04}"), siren, number,
            luhn_completed(f"99{900000 + rank % 90000:06}") if number else "",
            f"F{number}" if number else f"C{siren}00001", name + closed, f'"{name}"' if rank % 50 == 3 else "",
            "", "", str(1 + rank % 180), "BIS" if rank % 40 == 0 else "", "R", "Rue", "des Tilleuls",
            "", f"{postal_code} {city.upper()}", postal_code, f"{department}001", city, "99000", "France",
            f"04990{rank % 100000:05}", "", "", "", department, "Ain", "",
        )  # fmt: skip
        sector = "SA17|Etablissement social ou médico-social" if number else "SA07|Cabinet individuel"
        made.append(Practice("|".join(fields) + "|", sector))
    rng.shuffle(made)
    return made


def practice_at(finess: str, legal_finess: str, name: str, postal_code: str, city: str) -> Practice:
    """An establishment that exists here, as the directory has it."""
    fields = (
        "", "", finess, legal_finess, f"F{finess}", name.upper(), "", "", "", "1", "", "R", "Rue", "des Tilleuls", "",
        f"{postal_code} {city.upper()}", postal_code, f"{postal_code[:2]}001", city, "99000", "France", "", "", "", "",
        postal_code[:2], "", "",
    )  # fmt: skip
    return Practice("|".join(fields) + "|", "SA17|Etablissement social ou médico-social")
