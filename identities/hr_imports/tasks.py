"""One task carries a run on from wherever it is; a sweep calls it again for those whose worker died."""

from typing import Any
from uuid import UUID

from celery import shared_task

from identities.hr_imports.applying import apply_run_sites, undo_run_sites
from identities.hr_imports.checking import check_run, give_back_check
from identities.hr_imports.queries import state_of
from identities.hr_imports.states import RunState
from identities.hr_imports.work import TASK, forget_old_lines, ring, runs_at_work
from portal.foundation.tenancy.tasks import ClockTask, TenantTask

BROKEN = (
    "Le contrôle n'a pas abouti, pour une raison technique : recommencez. Si cela se répète, prévenez votre service"
    " informatique, ou enregistrez le fichier en CSV."
)


class OwnDoors(TenantTask):
    """Several commits: the task opens its own doors."""

    abstract = True
    opens_door = False

    def on_failure(
        self, exc: BaseException, task_id: str, args: Any, kwargs: dict[str, Any], einfo: Any
    ) -> None:
        give_back_check(UUID(kwargs["group_id"]), UUID(kwargs["run_id"]), BROKEN)


@shared_task(base=OwnDoors, name=TASK)
def carry_on(*, group_id: str, run_id: str) -> None:
    """Does what the state of the run asks for; nothing when another worker is at it or it is done."""
    group, run = UUID(group_id), UUID(run_id)
    state = state_of(group, run)
    if state == RunState.CHECKING:
        check_run(group, run)
    elif state == RunState.APPLYING:
        apply_run_sites(group, run)
    elif state == RunState.UNDOING:
        undo_run_sites(group, run)


@shared_task(base=ClockTask, name="identities.hr_imports.tasks.resume")
def resume() -> int:
    """Every 30 s: rings for each run at work, whose worker may be dead; says how many. A living one holds its rows."""
    found = runs_at_work()
    for group_id, run_id in found:
        ring({"group_id": str(group_id), "run_id": str(run_id)})
    return len(found)


@shared_task(base=ClockTask, name="identities.hr_imports.tasks.forget")
def forget() -> int:
    """Every night: the lines of imports closed for 30 days; says of how many."""
    return forget_old_lines()
