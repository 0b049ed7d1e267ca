"""When an import may be applied or undone, what a guarded one asks for, and when a move takes effect."""

from datetime import datetime, timedelta
from uuid import UUID

from identities.hr_imports.models import Run
from identities.hr_imports.states import RunState
from portal.foundation.clock import now, start_of_day
from portal.foundation.errors import DomainError

UNDO_FOR = timedelta(days=7)
SHORTEST_REASON = 10  # characters


def can_apply(run: Run) -> bool:
    """Was checked, and is not applied yet."""
    return run.state == RunState.CHECKED


def check_can_apply(run: Run, *, reason: str, may_force: bool) -> None:
    """Refuses (DomainError) a run that is not checked; behind a guard, somebody without the right, and no written reason."""
    if not can_apply(run):
        raise DomainError(
            "Not checked", "Cet import n'est pas à appliquer : rechargez la page pour voir où il en est."
        )
    if not run.guards:
        return
    if not may_force:
        raise DomainError(
            "Guarded, and no right to go past",
            "Un garde-fou arrête cet import : seul un administrateur de groupe peut l'appliquer, avec un motif.",
        )
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        raise DomainError(
            "Guarded without a reason",
            f"Écrivez pourquoi cet import est juste malgré le garde-fou, en {SHORTEST_REASON} caractères au moins.",
            "reason",
        )


def check_is_own_push(run: Run, key_id: UUID) -> None:
    """Refuses (DomainError) to software what another key sent, or what a person deposited: that is theirs to go on with."""
    if run.pushed_by != key_id:
        raise DomainError(
            "Not pushed by this key",
            f"Cet import a été déposé par {run.created_by_name} : il s'applique ou s'abandonne sur sa page.",
        )


def can_undo(run: Run) -> bool:
    """Was applied less than 7 days ago."""
    return run.state == RunState.APPLIED and run.applied_at is not None and now() < run.applied_at + UNDO_FOR


def check_can_undo(run: Run) -> None:
    """Refuses (DomainError) what was not applied, and what was 7 days ago or more."""
    if not can_undo(run):
        raise DomainError(
            "Nothing to undo, or too late",
            f"Trop tard, ou rien à annuler : un import s'annule dans les {UNDO_FOR.days} jours qui suivent son application.",
        )


def can_abandon(run: Run) -> bool:
    """Nothing of it was applied, and no worker is at it."""
    return run.state in (RunState.RECEIVED, RunState.CHECKED)


def check_can_abandon(run: Run) -> None:
    """Refuses (DomainError) what is at work or closed."""
    if not can_abandon(run):
        raise DomainError("At work or closed", "Cet import ne peut plus être abandonné : rechargez la page.")


def move_begins(
    run: Run, *, hired_at: datetime | None, stay_starts_at: datetime, moment: datetime
) -> datetime:
    """When the new place begins and the old one ends: the date of hiring, that payrolls repeat, is not that of the move.

    A later date of the file is; else the day of the file, today at the latest, and never before the stay that it ends.
    """
    if hired_at is not None and hired_at > stay_starts_at:
        return hired_at
    return max(min(moment, start_of_day(run.as_of)), stay_starts_at)
