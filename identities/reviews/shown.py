"""How the lines of a review are said on screen, and as a spreadsheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from identities.assignments.rules import OPEN_STATES, in_words
from identities.reviews.models import AnswerKind, ReviewLine
from identities.reviews.queries import SiteProgress
from identities.reviews.rules import is_late
from identities.reviews.states import ReviewState
from portal.foundation.clock import PARIS

HEADER = (
    *("Établissement", "Personne", "Fonction", "Service", "Depuis", "Fin prévue au début de la revue"),
    *("Réponse", "Répondu par", "Répondu le", "Départ"),
)
CHUNK = 2000


@dataclass(frozen=True)
class SettledLine:
    """A line that waits for nobody: its words, and what became of it."""

    name: str
    job: str
    level: str
    status: str
    said: str


def settled_shown(lines: Iterable[ReviewLine]) -> Iterator[SettledLine]:
    """« Toujours là », by whom, when; a departure that nobody wrote down here yet is one too."""
    for one in lines:
        kind, said = _answer_of(one)
        level = "ok" if kind == AnswerKind.CONFIRMED else "neutral"
        label = AnswerKind(kind).label if kind else "pas de réponse"
        yield SettledLine(
            one.person_name, _job(one), level if kind else "warn", label[:1].upper() + label[1:], said
        )


def _job(line: ReviewLine) -> str:
    return f"{line.function_label}, {line.unit_name}" if line.unit_name else line.function_label


def _answer_of(line: Any) -> tuple[str, str]:
    if line.kind is None:
        if line.now_state in OPEN_STATES:
            return "", ""
        end = f"le {in_words(line.now_ends_at)}" if line.now_ends_at else ""
        return AnswerKind.LEFT, f"parti {end}".strip()
    by = f"par {line.answered_by}, le {line.answered_at.astimezone(PARIS):%d/%m/%Y à %H:%M}"
    if line.kind == AnswerKind.CONFIRMED:
        return line.kind, by
    return line.kind, f"départ le {in_words(line.left_at)} ; {by}" if line.left_at else by


def proof_rows(lines: QuerySet[ReviewLine]) -> Iterator[list[Any]]:
    """Every line as a spreadsheet keeps it."""
    for line in lines.iterator(CHUNK):
        one: Any = line
        kind, _ = _answer_of(one)
        yield [
            one.review.establishment.name,
            one.person_name,
            one.function_label,
            one.unit_name,
            one.starts_at,
            one.ends_at,
            AnswerKind(kind).label if kind else "pas de réponse",
            one.answered_by or "",
            one.answered_at,
            one.left_at if one.kind else one.now_ends_at if kind else None,
        ]


@dataclass(frozen=True)
class SiteRow:
    """One site in the table of a campaign."""

    site: SiteProgress
    level: str
    status: str
    url: str


def site_status(site: SiteProgress) -> tuple[str, str]:
    """Level and words of a site's review."""
    if site.review.state == ReviewState.DONE:
        return "ok", "Terminée"
    if site.review.state == ReviewState.UNFINISHED:
        return "danger", "Non terminée"
    if is_late(site.review.campaign):
        return "danger", "En retard"
    return ("info", "En cours") if site.progress.answered else ("warn", "À faire")
