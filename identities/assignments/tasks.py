"""The beat of the minute clock, and what it rings in each group."""

from celery import shared_task

from identities.assignments.drafts import drop_old_drafts, groups_with_old_drafts
from identities.assignments.minute_clock import BATCH, end_and_start_due, groups_with_something_due
from portal.foundation.tenancy import clock, tenant
from portal.foundation.tenancy.tasks import ClockTask, TenantTask

EXPIRES = 60  # seconds: the next beat rings again


@shared_task(base=ClockTask, name="identities.assignments.tasks.tick", expires=EXPIRES)
def tick() -> int:
    """Every 15 s: one task per group where something is due; says how many."""
    with clock():
        due = groups_with_something_due()
    for group_id in due:
        move_due_of_group.apply_async(kwargs={"group_id": str(group_id)}, expires=EXPIRES)
    return len(due)


@shared_task(base=TenantTask, name="identities.assignments.tasks.move_due_of_group")
def move_due_of_group(*, group_id: str) -> int:
    """Ends and opens what is due in one group, in one transaction; the rest of a larger set at the next ring."""
    moved = end_and_start_due()
    if moved >= BATCH:
        move_due_of_group.apply_async(kwargs={"group_id": group_id}, expires=EXPIRES, countdown=1)
    return moved


@shared_task(base=ClockTask, name="identities.assignments.tasks.forget_old_drafts")
def forget_old_drafts() -> int:
    """Every night, group by group: drafts of over 7 days; says how many."""
    with clock():
        groups = groups_with_old_drafts()
    forgotten = 0
    for group_id in groups:
        with tenant(group_id):
            forgotten += drop_old_drafts()
    return forgotten
