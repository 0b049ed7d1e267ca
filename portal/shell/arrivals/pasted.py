"""A paste from a spreadsheet becomes lines of named cells: separator, quotes, header and column order are found out."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping

from portal.foundation.errors import DomainError

MOST_LINES = 50
COLUMNS: Mapping[str, str] = {
    "birth_name": "Nom de naissance",
    "first_names": "Prénoms",
    "birth_date": "Date de naissance",
    "sex": "Sexe",
    "birth_place": "Commune ou pays de naissance",
    "phone": "Mobile",
    "function": "Fonction",
    "start": "Début",
    "end": "Fin",
    "agency": "Agence",
    "document": "Pièce d'identité vue",
}
NOTES: Mapping[str, str] = {
    "first_names": "Tous, dans l'ordre de la pièce d'identité.",
    "sex": "F ou M.",
    "birth_place": "À l'étranger : la ville puis le pays, « Fès, Maroc ».",
    "phone": "Facultatif.",
    "function": "En toutes lettres ou en abrégé : AS, IDE, ASH, AES, AVS, veilleur…",
    "start": "Vide : maintenant.",
    "end": "Une date, ou « ce soir », « 3 jours », « 7 jours », « fin de mois ».",
    "agency": "Facultatif.",
    "document": "CNI, passeport ou titre de séjour, si vous l'avez vue vous-même ; sinon vide.",
}
EXAMPLE = (
    "EXEMPLE", "Camille, Andrée", "14/05/1990", "F", "Bourg-en-Bresse", "06 12 34 56 78",
    "AS", "", "3 jours", "", "CNI",
)  # fmt: skip
_OTHER_NAMES = {
    "nom": "birth_name",
    "nom naissance": "birth_name",
    "nom de famille": "birth_name",
    "prenom": "first_names",
    "prenom s": "first_names",
    "ne le": "birth_date",
    "nee le": "birth_date",
    "ne e le": "birth_date",
    "naissance": "birth_date",
    "date naissance": "birth_date",
    "ddn": "birth_date",
    "genre": "sex",
    "civilite": "sex",
    "lieu de naissance": "birth_place",
    "commune de naissance": "birth_place",
    "ville de naissance": "birth_place",
    "pays de naissance": "birth_place",
    "telephone": "phone",
    "tel": "phone",
    "portable": "phone",
    "telephone mobile": "phone",
    "poste": "function",
    "metier": "function",
    "emploi": "function",
    "qualification": "function",
    "date de debut": "start",
    "arrivee": "start",
    "du": "start",
    "date de fin": "end",
    "depart": "end",
    "au": "end",
    "agence d interim": "agency",
    "piece": "document",
    "piece d identite": "document",
}
Line = dict[str, str]


def plain(text: str) -> str:
    """No accent, no case, punctuation to one space: what labels are compared by."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip()


_NAMES = {plain(label): code for code, label in COLUMNS.items()} | _OTHER_NAMES


def read_pasted(text: str) -> list[Line]:
    """One dict per line, keyed as COLUMNS; empty lines are left out, missing cells are ''.

    Refuses (DomainError) an empty paste, more than 50 lines, a line with more cells than announced.
    """
    rows = _rows(text)
    header = _header(rows[0]) if rows else None
    columns = header or list(COLUMNS)
    found = rows[1:] if header else rows
    if not found:
        raise DomainError(
            "Nothing pasted", "Aucune ligne à lire. Collez les lignes de votre tableur.", "pasted"
        )
    if len(found) > MOST_LINES:
        french = f"{len(found)} lignes collées : 50 au plus à la fois. Collez le reste après avoir créé les premières."
        raise DomainError("Too many lines", french, "pasted")
    return [_line(columns, row, rank) for rank, row in enumerate(found, start=1)]


def _rows(text: str) -> list[list[str]]:
    typed = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\ufeff", "")
        .replace("\x00", "")
        .replace("\u00a0", " ")
        .strip("\n")
    )
    reader = csv.reader(io.StringIO(typed), delimiter=_separator(typed), skipinitialspace=True)
    try:
        rows = [[" ".join(cell.split()) for cell in row] for row in reader]
    except csv.Error as error:
        french = 'Une cellule est trop longue : un guillemet « " » est sans doute ouvert et jamais refermé. Retirez-le.'
        raise DomainError("Cell too long", french, "pasted") from error
    return [row for row in rows if any(row)]


def _separator(text: str) -> str:
    """Tab, then semicolon, then comma: the first of them that parts the first line outside of quotes."""
    first = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return next((mark for mark in "\t;," if mark in first), "\t")


def _header(row: list[str]) -> list[str] | None:
    """The codes of the columns when the row names them; a column nobody knows is read and dropped."""
    codes = [_NAMES.get(plain(cell), "") for cell in row]
    return codes if sum(map(bool, codes)) >= max(2, len(row) // 2) else None


def _line(columns: list[str], row: list[str], rank: int) -> Line:
    if len(row) > len(columns) and any(row[len(columns) :]):
        found = f"Ligne {rank} : {len(row)} colonnes au lieu de {len(columns)}."
        french = f"{found} Reprenez l'ordre annoncé ou une ligne de titres."
        raise DomainError("Too many cells", french, "pasted")
    line = dict.fromkeys(COLUMNS, "")
    line.update({code: cell for code, cell in zip(columns, row, strict=False) if code})
    return line
