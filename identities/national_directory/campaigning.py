"""The first half of a campaign: every link compared with the loaded files, in one transaction; then its end.

The API is asked for the rest: numbers that the files do not have, or all of them when the files are too old to be worth a
check. Killed at any moment, it does all or nothing.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from identities.national_directory.campaign_rules import are_fresh
from identities.national_directory.differences import CheckedLink, checked_links
from identities.national_directory.models import Campaign, CampaignScope, DirectoryLink, Lookup
from identities.national_directory.rechecking import keep_checks
from identities.national_directory.rules import due_before, recheck_rule
from identities.national_directory.states import CAMPAIGN_TRANSITIONS, CampaignState, LinkState, LookupState
from portal.foundation.clock import now
from portal.foundation.set_writes import insert_all
from portal.foundation.tenancy import tenant
from portal.journal.operations import Act, Machine, record

CHECKING = Machine("La vérification des liens")
FINISHED = Act(
    "directory_check_finished",
    "{actor} a fini de vérifier {scope} : {due} à vérifier, {by_files} par les fichiers, {by_api} par l'API, {changed} avec"
    " du nouveau, {failed} sans réponse utilisable.",
)


def compare_with_files(group_id: UUID, campaign_id: UUID) -> None:
    """Does what the files allow, and prepares what is left for the API; nothing when another worker is at it."""
    with tenant(group_id):
        rows = Campaign.objects.select_for_update(skip_locked=True)
        campaign = rows.filter(pk=campaign_id, state=CampaignState.FILES).first()
        if campaign is None:
            return
        links = dict(links_in_scope(campaign).values_list("pk", "rpps"))
        found = _settled_by_files(campaign, list(links))
        rule = recheck_rule(campaign.rule_version)
        checked = keep_checks(CHECKING, rule, found, now())
        left = links.keys() - {one.link_id for one in found}
        insert_all([Lookup(campaign=campaign, link_id=one, rpps=links[one]) for one in sorted(left)])
        Campaign.objects.filter(pk=campaign_id).update(
            due=len(links), by_files=checked.checked, changed=checked.changed
        )
        if left:
            CAMPAIGN_TRANSITIONS.move_one(campaign, CampaignState.API, "")
        else:
            finish(campaign_id)


def links_in_scope(campaign: Campaign) -> QuerySet[DirectoryLink]:
    """What the campaign is to check: every link, or those whose last check was too old when it started."""
    links = DirectoryLink.objects.filter(state=LinkState.LINKED)
    if campaign.scope == CampaignScope.DUE:
        links = links.filter(
            checked_at__lt=due_before(recheck_rule(campaign.rule_version), campaign.started_at)
        )
    return links


def _settled_by_files(campaign: Campaign, link_ids: Iterable[UUID]) -> list[CheckedLink]:
    """Without the API, a number that the files do not have is unknown; with it, that is for the API to say."""
    if not are_fresh(campaign.file_date, campaign.started_at.date()):
        return []
    found = checked_links(link_ids)
    return [one for one in found if one.is_known] if campaign.with_api else found


def finish(campaign_id: UUID) -> bool:
    """Closes, in the current door, a campaign that has nothing left to ask; says whether it did.

    What it asked is forgotten, but the numbers without a usable answer.
    """
    lookups = Lookup.objects.filter(campaign_id=campaign_id)
    if lookups.filter(state__in=(LookupState.WAITING, LookupState.ASKED)).exists():
        return False
    rows = Campaign.objects.filter(pk=campaign_id)
    if not CAMPAIGN_TRANSITIONS.move(rows, CampaignState.DONE, ended_at=now(), paused_until=None, reason=""):
        return False
    lookups.filter(state=LookupState.ANSWERED).delete()
    done = rows.get()
    record(
        CHECKING,
        FINISHED,
        object_kind="directory_list",
        object_id=None,
        scope=done.get_scope_display(),
        due=done.due,
        by_files=done.by_files,
        by_api=done.by_api,
        changed=done.changed,
        failed=done.failed,
    )
    return True
