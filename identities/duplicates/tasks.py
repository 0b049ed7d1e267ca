"""Searches: every night for everybody, every ten minutes for those who came since, and when somebody asks."""

from celery import shared_task

from identities.duplicates.operations import SEARCHER, search_everybody, search_newcomers
from identities.duplicates.queries import search_due
from identities.duplicates.ringing import TASK, ring
from portal.foundation.tenancy import tenant
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from tenants.groups.queries import open_groups


@shared_task(base=TenantTask, name=TASK)
def search(*, group_id: str, is_whole: bool) -> int:
    """One search of one group, in one transaction; says how many pairs are new."""
    work = search_everybody if is_whole else search_newcomers
    return work(actor=SEARCHER).new


@shared_task(base=ClockTask, name="identities.duplicates.tasks.search_all")
def search_all() -> int:
    """Every night: rings for each group; says how many."""
    groups = open_groups()
    for group_id in groups:
        ring(group_id, is_whole=True)
    return len(groups)


@shared_task(base=ClockTask, name="identities.duplicates.tasks.search_new")
def search_new() -> int:
    """Every ten minutes: rings for the groups where somebody came since the last search, or where a search was asked."""
    rung = 0
    for group_id in open_groups():
        with tenant(group_id):
            due = search_due()
        if due is not None:
            ring(group_id, is_whole=due)
            rung += 1
    return rung
