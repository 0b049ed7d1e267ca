"""The night's matching: one sweep, then one task a group."""

from typing import Any

from celery import shared_task

from identities.national_directory.set_operations import MATCHING, propose_links
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from tenants.groups.queries import open_groups


@shared_task(base=ClockTask, name="identities.national_directory.tasks.match_every_group")
def match_every_group() -> int:
    """Every night, once the files of the day are loaded: calls for the matching of each open group; says how many."""
    groups = open_groups()
    for group_id in groups:
        match_group.delay(group_id=str(group_id))
    return len(groups)


@shared_task(base=TenantTask, name="identities.national_directory.tasks.match_group")
def match_group(**_: Any) -> int:
    """Links what is certain and proposes the rest; says how many are new. The same night again writes nothing."""
    found = propose_links(actor=MATCHING)
    return found.linked + found.proposed
