"""Reads of HR imports: sources with where they stand, runs, lines."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from identities.hr_imports.models import GuardSettings, JobTitle, Line, Outcome, Run, SiteRun, Source
from identities.hr_imports.states import OPEN_RUNS, RunState
from portal.foundation.tenancy import tenant

# What may be asked of a list of lines: the order of the page.
OUTCOMES_SHOWN = (
    Outcome.CREATED, Outcome.JOINED, Outcome.CHANGED, Outcome.MOVED, Outcome.ENDED, Outcome.DOUBLE, Outcome.REFUSED,
)  # fmt: skip


def state_of(group_id: UUID, run_id: UUID) -> str:
    """The state of a run, asked from outside of any door; '' for an unknown one."""
    with tenant(group_id):
        return Run.objects.filter(pk=run_id).values_list("state", flat=True).first() or ""


def sources_of_group() -> list[tuple[Source, Run | None]]:
    """Every source by name, with its open run."""
    open_runs = {one.source_id: one for one in Run.objects.filter(state__in=OPEN_RUNS)}
    return [(one, open_runs.get(one.pk)) for one in Source.objects.order_by("name")]


def find_source(source_id: UUID) -> Source | None:
    """None when the current door does not see it."""
    return Source.objects.filter(pk=source_id).first()


def find_run(run_id: UUID) -> Run | None:
    """With its source; None when the current door does not see it."""
    return Run.objects.select_related("source").filter(pk=run_id).first()


def request_sent(source: Source, idempotency_key: str) -> Run | None:
    """The import that this very request of software began, if it came before."""
    return Run.objects.select_related("source").filter(source=source, idempotency_key=idempotency_key).first()


def open_run(source: Source) -> Run | None:
    """The import of that source that is not closed; the database lets there be one."""
    return Run.objects.select_related("source").filter(source=source, state__in=OPEN_RUNS).first()


def pushes_waiting() -> QuerySet[Run]:
    """What software sent and no worker is at: a guard, or a person, stands between it and its application."""
    waiting = Run.objects.filter(state__in=(RunState.RECEIVED, RunState.CHECKED), pushed_by__isnull=False)
    return waiting.select_related("source").order_by("created_at")


def doubles_left() -> list[Run]:
    """The last push of each source, where it was applied and left probable doubles that nobody decided."""
    last = Run.objects.filter(pushed_by__isnull=False).exclude(state=RunState.ABANDONED)
    latest = last.select_related("source").order_by("source", "-created_at").distinct("source")
    return [one for one in latest if one.state == RunState.APPLIED and one.counts.get(Outcome.DOUBLE)]


def refused_after(run: Run, number: int, most: int) -> list[Line]:
    """So many refused lines of a run at most, those after that number, in the order of the file."""
    rows = Line.objects.filter(run=run, outcome=Outcome.REFUSED, number__gt=number)
    return list(rows.order_by("number")[:most])


def latest_runs() -> QuerySet[Run]:
    """Every import of the group, latest first."""
    return Run.objects.select_related("source").order_by("-created_at")


def lines_of(run: Run, outcome: str = "", site: UUID | None = None) -> QuerySet[Line]:
    """Lines of a run in the order of the file, all of them or those of one outcome, or one site."""
    around = ("run", "establishment", "assignment__establishment", "assignment__function")
    rows = Line.objects.filter(run=run).select_related(*around).order_by("number", "name", "pk")
    if outcome:
        rows = rows.filter(outcome=outcome)
    return rows.filter(establishment_id=site) if site else rows


def sites_of(run: Run) -> QuerySet[SiteRun]:
    """The sites that a run touches, by name."""
    return (
        SiteRun.objects.filter(run=run).select_related("establishment").order_by("establishment__search_key")
    )


def guard_settings() -> GuardSettings:
    """The limits in force: those of the group, or the defaults."""
    return GuardSettings.objects.first() or GuardSettings()


def decided_titles() -> QuerySet[JobTitle]:
    """The job titles that the group decided, by title."""
    return JobTitle.objects.select_related("function").order_by("key")


def find_title(title_id: UUID) -> JobTitle | None:
    """None when the current door does not see it."""
    return JobTitle.objects.filter(pk=title_id).first()


def refused_rows(run: Run) -> tuple[list[str], list[list[Any]]]:
    """Titles of the file and « Motif », then each refused line as it was, with its reasons."""
    rows = (
        Line.objects.filter(run=run, outcome=Outcome.REFUSED)
        .order_by("number")
        .values_list("number", "cells", "problems")
    )
    width = len(run.headers)
    written = [
        [*(list(cells or []) + [""] * width)[:width], f"Ligne {number} : " + " ; ".join(
            f"{one['column']} : {one['message']}" for one in problems
        )]
        for number, cells, problems in rows
    ]  # fmt: skip
    return [*run.headers, "Motif"], written
