"""Small files of the Annuaire Santé, in the published shape."""

from pathlib import Path

from portal.demo.seed.directory_parts import MAIN_COLUMNS


def main_row(number="99900000011", name="FICTIF", first_name="Camille", **others):
    """One line as column → text; `others` by the titles of MAIN_COLUMNS."""
    row = dict.fromkeys(MAIN_COLUMNS, "")
    row |= {
        "Type d'identifiant PP": "8",
        "Identifiant PP": number,
        "Identification nationale PP": f"8{number}",
        "Nom d'exercice": name,
        "Prénom d'exercice": first_name,
        "Code profession": "60",
        "Libellé profession": "Infirmier",
        "Code catégorie professionnelle": "C",
        "Libellé catégorie professionnelle": "Civil",
    }
    return row | others


def at_site(finess, structure="F1", **others):
    """The columns of an activity at one establishment."""
    return {
        "Numéro FINESS site": finess,
        "Identifiant technique de la structure": structure,
        "Raison sociale site": f"EHPAD {structure}",
    } | others


def write_main(path: Path, rows, columns=MAIN_COLUMNS, ending="\n"):
    """The file; `columns` may be fewer, more or in another order."""
    lines = [
        "|".join(columns) + "|",
        *("|".join(row.get(one, "autre") for one in columns) + "|" for row in rows),
    ]
    path.write_text("\n".join(lines) + ending, "utf-8")
    return path
