"""How fast a group calls API PSI, and when it stops by itself: one row, under its lock, that every worker reads."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db.models import F, Q

from identities.psi.models import Connection
from identities.psi.operations import PORTAL, stop_sending
from identities.psi.rules import FAILURES_BEFORE_PAUSE, PAUSE_MINUTES
from portal.foundation.clock import now
from portal.foundation.tenancy import current_group_id

LONGEST_TURN = timedelta(seconds=2)  # beyond, the message waits instead of the worker


def take_turn() -> timedelta:
    """Takes the next free moment for a call of this group, and says how long to wait for it.

    None is taken beyond `LONGEST_TURN`: whoever puts its message off then asks again. One statement under the row's lock,
    so that the calls of all workers are spaced; a clock set back blocks nobody.
    """
    step = timedelta(seconds=1) / settings.PSI_API_CALLS_PER_SECOND
    values: dict[str, Any] = {"step": step, "longest": LONGEST_TURN, "group_id": current_group_id()}
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE psi_connection SET next_call_at = %(step)s + CASE"
            " WHEN next_call_at BETWEEN clock_timestamp() AND clock_timestamp() + interval '1 minute' THEN next_call_at"
            " ELSE clock_timestamp() END WHERE group_id = %(group_id)s AND (next_call_at BETWEEN"
            " clock_timestamp() + %(longest)s AND clock_timestamp() + interval '1 minute') IS NOT TRUE"
            " RETURNING next_call_at - %(step)s - clock_timestamp()",
            values,
        )
        taken = cursor.fetchone()
    return max(taken[0], timedelta(0)) if taken else LONGEST_TURN + step


def may_try() -> bool:
    """At the end of a pause one worker calls, and the others wait for what it finds: one conditional UPDATE chooses it."""
    after_failures = Connection.objects.filter(failures_in_row__gte=FAILURES_BEFORE_PAUSE)
    answer_by = now() + timedelta(seconds=settings.PSI_API_TIMEOUT)
    return bool(after_failures.filter(paused_until__lte=now()).update(paused_until=answer_by)) or (
        not after_failures.exists()
    )


def note_success() -> None:
    """An answer came, good or bad: the API is there."""
    rows = Connection.objects.all()
    rows.update(failures_in_row=0, paused_until=None, last_failure="", last_success_at=now())


def note_failure(*, cause: str, until: datetime | None = None) -> None:
    """No answer. Pauses the group after several in a row, or until the moment that the API asked for."""
    Connection.objects.update(failures_in_row=F("failures_in_row") + 1, last_failure=cause[:300])
    pause = now() + timedelta(minutes=PAUSE_MINUTES)
    shorter = Q(paused_until=None) | Q(paused_until__lt=pause)
    Connection.objects.filter(shorter, failures_in_row__gte=FAILURES_BEFORE_PAUSE).update(paused_until=pause)
    if until is not None:
        Connection.objects.filter(Q(paused_until=None) | Q(paused_until__lt=until)).update(paused_until=until)


def stop_for_refused_key(*, cause: str) -> None:
    """Every call would be refused: the portal stops the group's sending until a person mends the key."""
    stop_sending(actor=PORTAL, reason=f"{cause}. Remplacez la clé : les envois reprendront.")
