"""Every night, once the files of the day are loaded: which of the numbers typed back the Annuaire Santé shows."""

from typing import Any

from celery import shared_task

from identities.rpps_plus.verifying import verify_numbers
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from tenants.groups.queries import open_groups


@shared_task(base=ClockTask, name="identities.rpps_plus.tasks.look_at_every_group")
def look_at_every_group() -> int:
    """One task per open group; says how many."""
    groups = open_groups()
    for group_id in groups:
        look_at_group.delay(group_id=str(group_id))
    return len(groups)


@shared_task(base=TenantTask, name="identities.rpps_plus.tasks.look_at_group")
def look_at_group(**_: Any) -> int:
    """In one transaction; says how many numbers appeared."""
    return verify_numbers()
