"""Every night: departures that no message told, answers, and what the Annuaire Santé shows."""

from typing import Any

from celery import shared_task

from identities.situations.departures import drop_situations, open_situations, reopen_situations
from identities.situations.following import compare_with_directory, follow_requests
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from tenants.groups.queries import open_groups


@shared_task(base=ClockTask, name="identities.situations.tasks.look_at_every_group")
def look_at_every_group() -> int:
    """One task per open group, once the files of the day are loaded; says how many."""
    groups = open_groups()
    for group_id in groups:
        look_at_group.delay(group_id=str(group_id))
    return len(groups)


@shared_task(base=TenantTask, name="identities.situations.tasks.look_at_group")
def look_at_group(**_: Any) -> int:
    """In one transaction; says how many situations moved. Run twice the same night, the second moves none."""
    moved = follow_requests() + compare_with_directory() + drop_situations()
    return moved + open_situations() + reopen_situations()
