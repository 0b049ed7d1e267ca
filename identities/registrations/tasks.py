"""Every night: requests that may have left and that no message asks about any more."""

from typing import Any

from celery import shared_task

from identities.registrations.set_operations import ask_forgotten
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from portal.journal.operations import Machine
from tenants.groups.queries import open_groups

TRACKING = Machine("Le suivi des enregistrements")


@shared_task(base=ClockTask, name="identities.registrations.tasks.look_at_every_group")
def look_at_every_group() -> int:
    """One task per open group; says how many."""
    groups = open_groups()
    for group_id in groups:
        look_at_group.delay(group_id=str(group_id))
    return len(groups)


@shared_task(base=TenantTask, name="identities.registrations.tasks.look_at_group")
def look_at_group(**_: Any) -> int:
    """In one transaction; says how many are asked about. Run twice the same night, the second asks nothing."""
    return ask_forgotten(actor=TRACKING)
