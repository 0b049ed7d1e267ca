"""Every night: departures are written down, and the yearly review begins in the groups whose month it is."""

from datetime import timedelta

from celery import shared_task

from identities.reviews.operations import close_campaign, note_departures, start_campaign
from identities.reviews.queries import groups_to_look_at, last_started, open_campaign, schedule_of_group
from identities.reviews.rules import is_due
from portal.foundation.clock import today
from portal.foundation.tenancy import clock
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from portal.journal.operations import Machine

CLOCK = Machine("L'horloge des revues")


@shared_task(base=ClockTask, name="identities.reviews.tasks.nightly")
def nightly() -> int:
    """One task per group with an open campaign, or whose month has come; says how many."""
    with clock():
        groups = groups_to_look_at(today().month)
    for group_id in groups:
        nightly_of_group.apply_async(kwargs={"group_id": str(group_id)})
    return len(groups)


@shared_task(base=TenantTask, name="identities.reviews.tasks.nightly_of_group")
def nightly_of_group(*, group_id: str) -> None:
    """In one transaction; run twice the same night, the second finds nothing to do."""
    note_departures(actor=CLOCK)
    schedule, last = schedule_of_group(), last_started()
    if schedule is None or not is_due(schedule, last.started_at if last else None, today()):
        return
    forgotten = open_campaign()
    if forgotten is not None:
        close_campaign(actor=CLOCK, campaign=forgotten)
    start_campaign(actor=CLOCK, due_on=today() + timedelta(days=schedule.days_to_answer))
