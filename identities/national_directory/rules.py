"""What a load may do, and what a link may rest on."""

from identities.national_directory.models import FileKind
from portal.foundation.errors import DomainError

SMALLEST_SHARE = 0.8  # of the rows held; ours: the national file grows, and a cut one is the usual reason


class ShrunkFileError(DomainError):
    """A file with far fewer rows than what it would replace."""


def check_not_shrunk(kind: FileKind, rows: int, rows_held: int, reason: str) -> None:
    """Refuses (ShrunkFileError) fewer than 80 % of the rows last loaded, unless a reason was given."""
    if rows < SMALLEST_SHARE * rows_held and not reason.strip():
        share = round(100 * rows / rows_held)
        raise ShrunkFileError(
            f"{rows} rows against {rows_held}",
            f"Ce fichier ({kind.label}) n'a que {rows} lignes, {share} % des {rows_held} déjà chargées : il est sans"
            ' doute tronqué. S\'il est juste, relancez avec « --accept-shrink "la raison" ».',
        )
