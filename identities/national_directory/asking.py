"""The second half of a campaign: the API asked about what the files do not settle, a slice of a few seconds at a time.

Numbers are claimed by a conditional update, fifty at a time, and asked outside of any transaction; the answers are written
in one. A worker that dies leaves its claims to whoever comes after `CLAIMED_FOR`: asking twice is harmless. The slice rings
for the next one a little before its end, so that another worker goes on without a gap.
"""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from identities.national_directory.campaign_ring import ring
from identities.national_directory.campaigning import CHECKING, finish
from identities.national_directory.differences import answered_links
from identities.national_directory.fhir.client import BATCH, DirectoryClient
from identities.national_directory.fhir.failures import DirectoryApiError, Failure
from identities.national_directory.fhir.found import Professional
from identities.national_directory.fhir.profiles import with_finess
from identities.national_directory.models import Campaign, DirectoryLink, Lookup
from identities.national_directory.rechecking import keep_checks
from identities.national_directory.rules import recheck_rule
from identities.national_directory.states import (
    CAMPAIGN_TRANSITIONS,
    LOOKUP_TRANSITIONS,
    CampaignState,
    LinkState,
    LookupState,
)
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tenants.groups.queries import numbered_places

SLICE_SECONDS = 10.0  # the worker is then free for somebody else's message
OVERLAP = 2.5  # seconds before its end at which a slice rings for the next one
THREADS = 12  # calls on their way at once: seventeen a second as long as an answer takes less than 0.7 s
AHEAD = 36  # batches claimed, so that no thread waits while answers are written
CLAIMED_FOR = timedelta(
    seconds=150
)  # three tries of 30 s and their waits; asked again sooner, it does no harm
MOST_ATTEMPTS = 2  # in a batch, then alone
MOST_CLAIMS = 5  # by workers that never came back: beyond, the number itself may be what ends them
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_PAUSES = 12  # in a row: eight hours out of order
_STOPPING = (Failure.MISCONFIGURED, Failure.NOT_FOUND)
_NEVER_CAME_BACK = (
    "La vérification s'est arrêtée plusieurs fois sur ce numéro : signalez-le à l'exploitant du portail."
)
Answer = dict[str, Professional]


@dataclass
class _Slice:
    """One worker's few seconds: the client, the technical ids of the group's sites today, and what it waits for."""

    group_id: UUID
    campaign_id: UUID
    client: DirectoryClient
    sites: dict[str, str] = field(default_factory=dict)
    waiting: dict[Future[Answer], list[Lookup]] = field(default_factory=dict)
    trouble: DirectoryApiError | None = None


def asks_now(group_id: UUID, campaign_id: UUID) -> bool:
    """Whether a campaign is to ask the API now: open, and not paused."""
    with tenant(group_id):
        return _asking(campaign_id).exists()


def _asking(campaign_id: UUID) -> QuerySet[Campaign]:
    rows = Campaign.objects.filter(pk=campaign_id, state=CampaignState.API)
    return rows.exclude(paused_until__gt=now())


def ask_api(group_id: UUID, campaign_id: UUID, seconds: float = SLICE_SECONDS) -> None:
    """Asks for a few seconds, then rings for the next slice; closes the campaign when nothing is left."""
    deadline = time.monotonic() + seconds
    with DirectoryClient(THREADS) as client, ThreadPoolExecutor(THREADS) as pool:
        work = _Slice(group_id, campaign_id, client)
        try:
            work.sites = client.structures(_own_finess(group_id))
        except DirectoryApiError as error:
            work.trouble = error
        rang = False
        while True:
            left = deadline - time.monotonic() if work.trouble is None else 0
            if left > 0:
                _send(work, pool)
            if left < OVERLAP and not rang and work.trouble is None:
                rang = True
                ring(group_id, campaign_id)
            if not work.waiting:
                break
            _receive(work)
    _end(work)


def _own_finess(group_id: UUID) -> list[str]:
    with tenant(group_id):
        return sorted({one.finess for one in numbered_places() if one.finess})


def _send(work: _Slice, pool: ThreadPoolExecutor) -> None:
    """Batches for every thread and some ahead, while there are numbers left."""
    for lookups in _claim(work, AHEAD - len(work.waiting)):
        work.waiting[pool.submit(work.client.people, [one.rpps for one in lookups])] = lookups


def _claim(work: _Slice, batches: int) -> list[list[Lookup]]:
    """The next numbers, nobody else's until CLAIMED_FOR: never asked ones by fifty, one that failed in a batch alone."""
    if batches < 1:
        return []
    with tenant(work.group_id):
        if not _asking(work.campaign_id).exists():
            return []
        moment, every = now(), Lookup.objects.filter(campaign_id=work.campaign_id)
        _take_back(work, every.filter(state=LookupState.ASKED, asked_until__lt=moment))
        free = every.filter(state=LookupState.WAITING).select_for_update(skip_locked=True)
        found = list(free.order_by("attempts", "pk")[: batches * BATCH])
        fresh = [one for one in found if not one.attempts]
        chosen = [fresh[start : start + BATCH] for start in range(0, len(fresh), BATCH)]
        if not chosen:
            chosen = [[one] for one in found[:batches]]
        claimed = every.filter(pk__in=[one.pk for some in chosen for one in some])
        values = {"asked_until": moment + CLAIMED_FOR, "attempts": F("attempts") + 1}
        LOOKUP_TRANSITIONS.move(claimed, LookupState.ASKED, **values)
        return chosen


def _held(work: _Slice) -> Campaign:
    """Locked before numbers that are asked: whoever writes both takes them in this order, and no two wait for each other."""
    return Campaign.objects.select_for_update().get(pk=work.campaign_id)


def _take_back(work: _Slice, lost: QuerySet[Lookup]) -> None:
    """What a dead worker asked waits again; not for ever."""
    if not lost.exists():
        return
    _held(work)
    worn = lost.filter(attempts__gte=MOST_CLAIMS)
    failed = LOOKUP_TRANSITIONS.move(worn, LookupState.FAILED, asked_until=None, failure=_NEVER_CAME_BACK)
    LOOKUP_TRANSITIONS.move(lost, LookupState.WAITING)
    if failed:
        Campaign.objects.filter(pk=work.campaign_id).update(failed=F("failed") + failed)


def _receive(work: _Slice) -> None:
    """Writes the answers that have come, all in one transaction."""
    done, _ = wait(work.waiting, return_when=FIRST_COMPLETED)
    answered: list[Lookup] = []
    answers: list[Professional] = []
    for one in done:
        lookups = work.waiting.pop(one)
        try:
            found = one.result()
        except DirectoryApiError as error:
            _give_back(work, lookups, error)
        else:
            answered += lookups
            answers += [with_finess(each, work.sites) for each in found.values()]
    if answered:
        _keep(work, answered, answers)


def _keep(work: _Slice, lookups: Sequence[Lookup], answers: Sequence[Professional]) -> None:
    """Answers compared and written; a lookup that another worker answered meanwhile counts once."""
    with tenant(work.group_id):
        campaign = _held(work)
        rows = Lookup.objects.filter(pk__in=[one.pk for one in lookups], state=LookupState.ASKED)
        links = DirectoryLink.objects.filter(state=LinkState.LINKED, pk__in=rows.values("link_id"))
        found = answered_links(list(links.values_list("pk", flat=True)), answers)
        checked = keep_checks(CHECKING, recheck_rule(campaign.rule_version), found, now())
        answered = LOOKUP_TRANSITIONS.move(rows, LookupState.ANSWERED, asked_until=None)
        Campaign.objects.filter(pk=campaign.pk).update(
            by_api=F("by_api") + answered,
            changed=F("changed") + checked.changed,
            calls=F("calls") + work.client.take_calls(),
            pauses=0,
            paused_until=None,
            reason="" if campaign.state == CampaignState.API else campaign.reason,
        )


def _give_back(work: _Slice, lookups: Sequence[Lookup], error: DirectoryApiError) -> None:
    """What gave nothing waits again; what was refused alone has failed. An API out of order costs a number nothing."""
    rows = {"pk__in": [one.pk for one in lookups], "state": LookupState.ASKED}
    with tenant(work.group_id):
        _held(work)
        asked = Lookup.objects.filter(**rows)
        if error.failure == Failure.TRANSIENT or error.failure in _STOPPING:
            work.trouble = error
            LOOKUP_TRANSITIONS.move(asked, LookupState.WAITING, attempts=F("attempts") - 1, asked_until=None)
            return
        tired = Q(attempts__gte=MOST_ATTEMPTS)
        failed = LOOKUP_TRANSITIONS.move(asked.filter(tired), LookupState.FAILED, failure=error.french[:300])
        LOOKUP_TRANSITIONS.move(asked, LookupState.WAITING, asked_until=None)
        Campaign.objects.filter(pk=work.campaign_id).update(failed=F("failed") + failed)


def _end(work: _Slice) -> None:
    """Counts the last calls; closes, pauses or stops the campaign when there is a reason to."""
    with tenant(work.group_id):
        campaign = Campaign.objects.select_for_update().filter(pk=work.campaign_id).first()
        if campaign is None:
            return
        calls = work.client.take_calls()
        Campaign.objects.filter(pk=campaign.pk).update(calls=F("calls") + calls)
        if campaign.state != CampaignState.API:
            return
        if work.trouble is None:
            finish(work.campaign_id)
        elif work.trouble.failure in _STOPPING or campaign.pauses >= MOST_PAUSES:
            values = {"ended_at": now(), "paused_until": None, "reason": work.trouble.french[:300]}
            CAMPAIGN_TRANSITIONS.move_one(campaign, CampaignState.STOPPED, "", **values)
        else:
            pause = min(FIRST_PAUSE * 2**campaign.pauses, LONGEST_PAUSE)
            Campaign.objects.filter(pk=campaign.pk).update(
                pauses=F("pauses") + 1, paused_until=now() + pause, reason=work.trouble.french[:300]
            )
