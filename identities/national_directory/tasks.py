"""The night's matching and checks: one sweep, then one task a group; and a campaign carried on from wherever it is."""

from typing import Any
from uuid import UUID

from celery import shared_task

from identities.national_directory.asking import ask_api, asks_now
from identities.national_directory.campaign_operations import start_recheck_campaign
from identities.national_directory.campaign_queries import campaigns_at_work, groups_with_links_due
from identities.national_directory.campaign_ring import TASK, ring_if_silent
from identities.national_directory.campaigning import CHECKING, compare_with_files
from identities.national_directory.rules import recheck_rule
from identities.national_directory.set_operations import MATCHING, propose_links
from portal.foundation.errors import DomainError
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


class OwnDoors(TenantTask):
    """Several commits: the task opens its own doors."""

    abstract = True
    opens_door = False


@shared_task(base=OwnDoors, name=TASK)
def carry_campaign_on(*, group_id: str, campaign_id: str) -> None:
    """Does what the state of the campaign asks for; nothing when it waits, is over, or another worker compares it."""
    group, campaign = UUID(group_id), UUID(campaign_id)
    compare_with_files(group, campaign)
    if asks_now(group, campaign):
        ask_api(group, campaign)


@shared_task(base=ClockTask, name="identities.national_directory.tasks.resume_campaigns")
def resume_campaigns() -> int:
    """Every 30 s: rings for each campaign whose worker is dead or whose pause is over; says how many."""
    return sum(ring_if_silent(group_id, campaign_id) for group_id, campaign_id in campaigns_at_work())


@shared_task(base=ClockTask, name="identities.national_directory.tasks.check_due_links")
def check_due_links() -> int:
    """Every night: calls for a check in each group that has links due under the rule in force; says how many."""
    groups = groups_with_links_due(recheck_rule())
    for group_id in groups:
        check_group.delay(group_id=str(group_id))
    return len(groups)


@shared_task(base=TenantTask, name="identities.national_directory.tasks.check_group")
def check_group(**_: Any) -> bool:
    """Starts the check of one group's due links; says whether it did: not while one is open, nor from old files alone."""
    try:
        start_recheck_campaign(actor=CHECKING)
    except DomainError:
        return False
    return True
