"""What makes an import stop and ask: each guard with its figures and its sentence in French."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from identities.hr_imports.columns import COLUMNS
from identities.hr_imports.models import GuardSettings, Run
from identities.hr_imports.states import RunState
from portal.foundation.clock import PARIS

FEWEST_DEPARTURES = 2  # one departure is never a mass departure, whatever the size of the site
FULL, EMPTY = 0.5, 0.05  # share of the lines that fill a column


@dataclass(frozen=True)
class Guard:
    """`kind` for programs, `sentence` for people."""

    kind: str
    sentence: str


def guards_of(run: Run, mark: str) -> list[dict[str, Any]]:
    """Every guard that this checked run raises, worst first; asked in the transaction that compared it."""
    settings = GuardSettings.objects.first() or GuardSettings()
    before = last_applied(run)
    found = [*_departures(run, mark, settings), *_unknown(run.unknown)]
    if before is not None:
        found += [*_older(run, before), *_shrunk(run, before, settings), *_emptied(run, before)]
    return [asdict(one) for one in found]


def last_applied(run: Run) -> Run | None:
    """The last run of the same source that was applied and not undone."""
    rows = Run.objects.filter(source_id=run.source_id, state=RunState.APPLIED).exclude(pk=run.pk)
    return rows.order_by("-as_of", "-applied_at").first()


def _departures(run: Run, mark: str, settings: GuardSettings) -> list[Guard]:
    """Those who leave a site, those who move to another one included, against those who are there now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (SELECT a.establishment_id, count(*) AS departures FROM hr_imports_line l"
            " JOIN assignments_assignment a ON a.id = l.assignment_id WHERE l.run_id = %s"
            " AND (l.outcome = 'ended' OR l.outcome = 'moved' AND l.establishment_id <> a.establishment_id)"
            " GROUP BY 1 HAVING count(*) >= %s)"
            " SELECT e.name, g.departures, count(*) FROM gone g JOIN groups_establishment e ON e.id = g.establishment_id"
            " JOIN assignments_assignment a ON a.establishment_id = g.establishment_id AND a.state IN ('planned', 'running')"
            " GROUP BY 1, 2 ORDER BY 2 DESC, 1",
            [run.pk, FEWEST_DEPARTURES],
        )
        rows = cursor.fetchall()
    return [
        Guard(
            "departures",
            f"{name} : {gone} départs sur {present} affectations en cours"
            f" (plus de {settings.departures_percent} %, ou de {settings.departures_count}).",
        )
        for name, gone, present in rows
        if gone > settings.departures_count or gone * 100 > present * settings.departures_percent
    ]


def _unknown(unknown: Mapping[str, Mapping[str, int]]) -> list[Guard]:
    words = {"site": "Établissement inconnu", "function": "Fonction inconnue"}
    return [
        Guard(
            f"unknown_{kind}",
            f"{words[kind]} : « {value} », {count} ligne{'s' * (count > 1)} laissée{'s' * (count > 1)}.",
        )
        for kind, values in unknown.items()
        for value, count in sorted(values.items(), key=lambda pair: -pair[1])[:20]
    ]


def _older(run: Run, before: Run) -> list[Guard]:
    if run.as_of < before.as_of:
        sentence = f"Ce fichier est du {run.as_of:%d/%m/%Y}, plus ancien que le dernier appliqué ({before.as_of:%d/%m/%Y})."
        return [Guard("older", sentence)]
    if before.applied_at and run.file_hash == before.file_hash:
        applied_on = before.applied_at.astimezone(PARIS)
        return [Guard("same_file", f"C'est le fichier déjà appliqué le {applied_on:%d/%m/%Y}.")]
    return []


def _shrunk(run: Run, before: Run, settings: GuardSettings) -> list[Guard]:
    least = before.row_count * (100 - settings.shrink_percent) / 100
    if run.row_count >= least:
        return []
    words = f"Le fichier compte {run.row_count} lignes, contre {before.row_count} la dernière fois"
    return [Guard("shrunk", f"{words} (baisse de plus de {settings.shrink_percent} %).")]


def _emptied(run: Run, before: Run) -> list[Guard]:
    found = []
    for name, count in before.filled.items():
        was, is_now = count / max(before.row_count, 1), run.filled.get(name, 0) / max(run.row_count, 1)
        if name in COLUMNS and was >= FULL and is_now <= EMPTY:
            sentence = f"La colonne « {COLUMNS[name].label} » est vide ; elle était remplie à {was:.0%} la dernière fois."
            found.append(Guard("emptied", sentence.replace("%", " %")))
    return found
