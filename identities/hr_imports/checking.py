"""The dry run: reads the kept file, compares it by set, keeps the lines that change something. Writes nothing else."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from identities.hr_imports.diff import Compared, fill_rows, recognise_people
from identities.hr_imports.files import file_rows
from identities.hr_imports.guards import guards_of
from identities.hr_imports.models import DepositedFile, Line, Outcome, Run, SiteRun
from identities.hr_imports.operations import apply_if_asked
from identities.hr_imports.outcomes import decide_outcomes, write_lines
from identities.hr_imports.progress import say_progress
from identities.hr_imports.rows import RowReader
from identities.hr_imports.states import RUN_TRANSITIONS, RunState
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.groups.queries import numbered_places

_EVERY = 2000
_COUNT = """
INSERT INTO hr_imports_siterun (id, group_id, run_id, establishment_id, state, counts, failure)
SELECT gen_random_uuid(), app.gid(), %s, establishment_id, 'waiting', jsonb_object_agg(outcome, n), ''
FROM (SELECT establishment_id, outcome, count(*) AS n FROM hr_imports_line WHERE run_id = %s
  AND outcome NOT IN ('refused', 'double') GROUP BY 1, 2) t GROUP BY establishment_id
"""


def check_run(group_id: UUID, run_id: UUID) -> bool:
    """Does the check that was asked, in one transaction; False when another worker is at it, or it was done already.

    A file that can no longer be read sends the run back to its columns, with the reason.
    """
    try:
        with tenant(group_id):
            run = (
                Run.objects.select_for_update(skip_locked=True)
                .filter(pk=run_id, state=RunState.CHECKING)
                .first()
            )
            if run is None:
                return False
            _check(run)
            apply_if_asked(actor=Machine(run.actor_name), run=run)
    except DomainError as error:
        give_back_check(group_id, run_id, error.french)
    return True


def give_back_check(group_id: UUID, run_id: UUID, french: str) -> None:
    """A check that did not end goes back to its columns with the reason; a run elsewhere is left where it is."""
    with tenant(group_id):
        rows = Run.objects.filter(pk=run_id)
        RUN_TRANSITIONS.move(rows, RunState.RECEIVED, failure=french, moved_at=now())


def _check(run: Run) -> None:
    say_progress(run.pk, 1, "Lecture du fichier")
    source = run.source
    content = bytes(DepositedFile.objects.get(run=run).content)
    headers, rows = file_rows(run.file_name, content)
    reader = RowReader(headers, run.mapping, numbered_places())
    reader.know_sites(source.site_codes)
    read = fill_rows(reader.read(_said(run, rows)))
    say_progress(run.pk, 60, "Comparaison avec les professionnels du groupe")
    asked = Compared(
        mark=source.mark,
        issuer=source.issuer,
        is_complete=source.is_complete,
        decisions=run.decisions,
        moment=now(),
        matricule_header=reader.header_of("matricule"),
        rpps_header=reader.header_of("rpps"),
        first_names_header=reader.header_of("first_names"),
        birth_date_header=reader.header_of("birth_date"),
        has_contract="contract" in reader.columns,
        has_agency="agency" in reader.columns,
    )
    recognise_people(asked)
    say_progress(run.pk, 75, "Comparaison avec les affectations")
    decide_outcomes(asked)
    say_progress(run.pk, 85, "Enregistrement du résultat")
    _keep(run, asked, read, reader)


def _said(run: Run, rows: Iterable[Any]) -> Iterator[Any]:
    for count, row in enumerate(rows):
        if count % _EVERY == 0:
            say_progress(run.pk, min(1 + 55 * count // max(run.row_count, 1), 56), "Lecture du fichier")
        yield row


def _keep(run: Run, asked: Compared, read: int, reader: RowReader) -> None:
    """The lines of an earlier check make place for those of this one."""
    Line.objects.filter(run=run).delete()
    SiteRun.objects.filter(run=run).delete()
    write_lines(asked, run.pk)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [run.pk, run.pk])
        cursor.execute(
            "SELECT outcome, number = 0, count(*) FROM hr_imports_line WHERE run_id = %s GROUP BY 1, 2",
            [run.pk],
        )
        counted = cursor.fetchall()
    counts = dict.fromkeys(Outcome.values, 0)
    for outcome, _, count in counted:
        counts[outcome] += count
    counts[Outcome.UNCHANGED] = read - sum(count for _, is_absent, count in counted if not is_absent)
    run.counts, run.row_count = counts, read
    run.filled = dict(reader.filled)
    run.unknown = {kind: dict(values) for kind, values in reader.unknown.items() if values}
    run.guards = guards_of(run, asked.mark)
    moment = now()
    values = {name: getattr(run, name) for name in ("counts", "row_count", "filled", "unknown", "guards")}
    RUN_TRANSITIONS.move_one(
        run,
        RunState.CHECKED,
        "Ce contrôle a été interrompu.",
        **values,
        failure="",
        checked_at=moment,
        moved_at=moment,
    )
    say_progress(run.pk, 100, "Contrôle terminé")
