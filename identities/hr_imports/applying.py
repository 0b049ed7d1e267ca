"""Applies a checked run site by site: each site whole or not at all, each once, from wherever a killed worker left it."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from identities.hr_imports.models import DepositedFile, Run, SiteRun
from identities.hr_imports.progress import say_progress
from identities.hr_imports.site_writes import SiteWrites
from identities.hr_imports.states import RUN_TRANSITIONS, SITE_TRANSITIONS, RunState, SiteState
from identities.hr_imports.undo_writes import SiteUndo
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Machine, record

ALONE = Machine("L'import RH")
FINISHED = Act("hr_import_finished", "{actor} a fini d'appliquer « {object} » : {summary}.")
TAKEN_BACK = Act("hr_import_taken_back", "{actor} a fini d'annuler « {object} » : {summary}.")
_KEPT = "Rien n'a été annulé sur ce site ({detail}) : corrigez à la main, ou par un nouvel import."
_CHANGED = "La situation a changé depuis le contrôle ({detail}) : déposez de nouveau le fichier pour ce site."

SiteWork = Callable[[Run, SiteRun], Counter[str]]


def apply_run_sites(group_id: UUID, run_id: UUID) -> int:
    """Every waiting site of a run being applied, one transaction each; says how many this call did."""
    done = _each_site(group_id, run_id, RunState.APPLYING, SiteState.WAITING, _apply)
    _finish(group_id, run_id, RunState.APPLYING, SiteState.WAITING)
    return done


def undo_run_sites(group_id: UUID, run_id: UUID) -> int:
    """Every applied site of a run being undone, one transaction each; says how many this call did."""
    done = _each_site(group_id, run_id, RunState.UNDOING, SiteState.APPLIED, _undo)
    _finish(group_id, run_id, RunState.UNDOING, SiteState.APPLIED)
    return done


def _each_site(group_id: UUID, run_id: UUID, state: RunState, left: SiteState, work: SiteWork) -> int:
    """A site that another worker holds is skipped; one already done no longer matches."""
    done = 0
    while True:
        with tenant(group_id):
            run = Run.objects.select_related("source").filter(pk=run_id, state=state).first()
            sites = SiteRun.objects.filter(run_id=run_id)
            waiting = sites.filter(state=left).order_by("establishment_id")
            site = waiting.select_for_update(skip_locked=True).first() if run else None
            if run is None or site is None:
                return done
            with _without_collector():
                work(run, site)
        done += 1
        with tenant(group_id):
            total, rest = sites.count(), sites.filter(state=left).count()
        say_progress(run_id, 100 * (total - rest) // total, f"{total - rest} sites sur {total}")


@contextmanager
def _without_collector() -> Iterator[None]:
    """The rows of a site make no cycle, and searching them for some, again and again, took a seventh of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _apply(run: Run, site: SiteRun) -> Counter[str]:
    try:
        with transaction.atomic():
            counts = SiteWrites(run, site).write()
    except (DomainError, DatabaseError) as error:
        SITE_TRANSITIONS.move_one(site, SiteState.FAILED, "", failure=_CHANGED.format(detail=_why(error)))
        return Counter()
    SITE_TRANSITIONS.move_one(site, SiteState.APPLIED, "", counts=site.counts | dict(counts), failure="")
    return counts


def _undo(run: Run, site: SiteRun) -> Counter[str]:
    try:
        with transaction.atomic():
            counts = SiteUndo(run, site).write()
    except (DomainError, DatabaseError) as error:
        SITE_TRANSITIONS.move_one(site, SiteState.KEPT, "", failure=_KEPT.format(detail=_why(error)))
        return Counter()
    SITE_TRANSITIONS.move_one(site, SiteState.UNDONE, "", counts=site.counts | dict(counts))
    return counts


def _why(error: DomainError | DatabaseError) -> str:
    """A few words of French for the line of the site."""
    if isinstance(error, DomainError):
        return error.french.rstrip(".")
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if "one_holder" in name:
        return "un matricule ou un RPPS est porté par une autre personne"
    if "once_at_a_time" in name:
        return "une personne y est déjà dans la même fonction aux mêmes dates"
    return "une donnée a été modifiée"


def _finish(group_id: UUID, run_id: UUID, state: RunState, left: SiteState) -> None:
    """The last worker closes the run; while a site is held by another, it is not over."""
    with tenant(group_id):
        sites = SiteRun.objects.filter(run_id=run_id)
        run = Run.objects.select_for_update().filter(pk=run_id, state=state).first()
        if run is None or sites.filter(state=left).exists():
            return
        moment = now()
        summary = _summary(sites)
        if state == RunState.APPLYING:
            RUN_TRANSITIONS.move_one(run, RunState.APPLIED, "", applied_at=moment, moved_at=moment)
            DepositedFile.objects.filter(run=run).delete()
            record(
                ALONE,
                FINISHED,
                object_kind="hr_import",
                object_id=run_id,
                object=run.file_name,
                summary=summary,
            )
        else:
            RUN_TRANSITIONS.move_one(run, RunState.UNDONE, "", moved_at=moment)
            record(
                ALONE,
                TAKEN_BACK,
                object_kind="hr_import",
                object_id=run_id,
                object=run.file_name,
                summary=summary,
            )


def _summary(sites: Iterable[Any]) -> str:
    """« 49 sites appliqués, 1 refusé »."""
    counted = Counter(site.state for site in sites)
    words = {
        SiteState.APPLIED: "appliqué",
        SiteState.FAILED: "refusé",
        SiteState.UNDONE: "annulé",
        SiteState.KEPT: "non annulé",
    }
    parts = [
        f"{counted[state]} site{'s' * (counted[state] > 1)} {word}{'s' * (counted[state] > 1)}"
        for state, word in words.items()
        if counted[state]
    ]
    return ", ".join(parts) or "rien à écrire"
