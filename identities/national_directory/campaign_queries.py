"""Where the checks of a group's links stand: the one at work, and those before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from identities.national_directory.models import Campaign, DirectoryLink, DirectoryLoad, FileKind, Lookup
from identities.national_directory.rules import RecheckRule, due_before
from identities.national_directory.states import OPEN_CAMPAIGNS, LinkState, LookupState
from portal.foundation.clock import now
from portal.foundation.tenancy import clock


@dataclass(frozen=True)
class CampaignProgress:
    """One campaign and how far it is: `checked` of `due` people, `left` to ask the API about. `percent`: 0 to 100."""

    campaign: Campaign
    checked: int
    left: int

    @property
    def is_open(self) -> bool:
        return self.campaign.state in OPEN_CAMPAIGNS

    @property
    def percent(self) -> int:
        settled = self.checked + self.campaign.failed
        return (
            100
            if not self.is_open
            else min(99, 100 * settled // self.campaign.due)
            if self.campaign.due
            else 0
        )

    @property
    def calls_per_person(self) -> float | None:
        """Requests sent for one person asked of the API; None when it was not used."""
        asked = self.campaign.by_api + self.campaign.failed
        return round(self.campaign.calls / asked, 3) if asked else None

    @property
    def waits_until(self) -> datetime | None:
        """When a campaign that met an API out of order goes on; None for the others."""
        until = self.campaign.paused_until
        return until if self.is_open and until and until > now() else None


def campaign_progress(campaign_id: UUID) -> CampaignProgress | None:
    """Where a campaign of the current door stands; None when there is none of that number."""
    found = Campaign.objects.filter(pk=campaign_id).first()
    return None if found is None else _progress(found)


def last_campaigns(count: int = 10) -> list[CampaignProgress]:
    """The last campaigns of the current door, the newest first; an open one is the first."""
    return [_progress(one) for one in Campaign.objects.order_by("-started_at")[:count]]


def open_campaign() -> Campaign | None:
    """The campaign at work in the current door; None when there is none."""
    return Campaign.objects.filter(state__in=OPEN_CAMPAIGNS).first()


def _progress(found: Campaign) -> CampaignProgress:
    checked = found.by_files + found.by_api
    left = max(0, found.due - checked - found.failed) if found.state in OPEN_CAMPAIGNS else 0
    return CampaignProgress(found, checked, left)


def failed_lookups(campaign_id: UUID) -> list[Lookup]:
    """The numbers of which the API gave no usable answer, with its reason. Of the group's door only."""
    rows = Lookup.objects.filter(campaign_id=campaign_id, state=LookupState.FAILED)
    return list(rows.select_related("link__person").order_by("link__person__name_key", "pk"))


def api_is_on() -> bool:
    """Whether this portal holds a key of the Annuaire Santé API; without one, only the loaded files are compared."""
    return bool(settings.DIRECTORY_API_KEY)


def main_load() -> DirectoryLoad | None:
    """The last load of the file of people and activities."""
    return DirectoryLoad.objects.filter(kind=FileKind.ACTIVITIES).order_by("-id").first()


def groups_with_links_due(rule: RecheckRule) -> list[UUID]:
    """The groups that have a link to check again under that rule; asked of all groups at the clock's door."""
    with clock():
        rows = DirectoryLink.objects.filter(state=LinkState.LINKED, checked_at__lt=due_before(rule, now()))
        return list(rows.order_by("group_id").values_list("group_id", flat=True).distinct())


def campaigns_at_work() -> list[tuple[UUID, UUID]]:
    """Group and id of every campaign that a worker should be at; asked of all groups at the clock's door."""
    with clock():
        rows = Campaign.objects.filter(state__in=OPEN_CAMPAIGNS).exclude(paused_until__gt=now())
        return list(rows.values_list("group_id", "id"))
