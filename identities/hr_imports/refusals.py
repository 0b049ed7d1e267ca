"""Why a whole file is refused, and the sizes beyond which it is not read."""

from portal.foundation.errors import DomainError

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_LINE = 20_000  # characters
LONGEST_CELL = 2_000
MOST_UNPACKED = 250 * 1024 * 1024  # bytes of a workbook once unpacked; 100,000 rows are 60 MB


class FileRefused(DomainError):
    """Nothing of this file is read: said before anything is written."""

    def __init__(self, english: str, french: str) -> None:
        super().__init__(english, french, "file")


def too_many_rows(count: int) -> None:
    """Refuses (FileRefused) more rows than an import takes."""
    if count > MOST_ROWS:
        raise FileRefused(
            f"Over {MOST_ROWS} rows",
            f"Le fichier compte plus de {MOST_ROWS // 1000} 000 lignes : déposez-le en plusieurs sources, une par entité.",
        )


def nothing_in_it() -> FileRefused:
    return FileRefused(
        "Empty file", "Le fichier est vide. Vérifiez l'export de la paie, puis déposez-le de nouveau."
    )


def header_only(line: int) -> FileRefused:
    return FileRefused(
        "Header without rows",
        f"Le fichier ne contient que sa ligne de titres (ligne {line}) et aucune personne."
        " Vérifiez la période et les filtres de l'export.",
    )


def was_cut(line: int | None = None) -> FileRefused:
    where = (
        f"Ligne {line} : le fichier s'arrête au milieu de cette ligne" if line else "Le fichier est incomplet"
    )
    return FileRefused(
        "File cut on its way",
        f"{where}, son envoi ou son export a été coupé. Déposez-le de nouveau en entier.",
    )
