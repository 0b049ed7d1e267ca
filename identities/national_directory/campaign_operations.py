"""Starting and stopping a check of a group's links. What it does then, step by step, is in campaigning.py and asking.py."""

from uuid import UUID

from django.db import IntegrityError, transaction

from identities.national_directory.campaign_queries import api_is_on, main_load
from identities.national_directory.campaign_ring import ring_campaign
from identities.national_directory.campaign_rules import check_can_start
from identities.national_directory.models import Campaign, CampaignScope
from identities.national_directory.rules import recheck_rule
from identities.national_directory.states import CAMPAIGN_TRANSITIONS, CampaignState
from portal.foundation.clock import PARIS, now, today
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

STARTED = Act("directory_check_started", "{actor} a lancé la vérification de {scope} avec l'Annuaire Santé.")
STOPPED = Act(
    "directory_check_stopped", "{actor} a arrêté la vérification des liens avec l'Annuaire Santé : {reason}"
)


def start_recheck_campaign(
    *,
    actor: Actor,
    rule_version: str = "rie-v1",
    scope: str = CampaignScope.DUE,
    with_api: bool | None = None,
) -> Campaign:
    """Starts the check of the links due under that rule, or of all; a worker does it, whatever happens to the browser.

    `with_api`: whether the numbers that the files do not settle are asked of the API (None: when there is a key). Refuses
    (DomainError) an unknown rule, a site's door, a campaign while another is open, and one with nothing fresh to compare
    with. A double click starts one.
    """
    rule, load = recheck_rule(rule_version), main_load()
    asks = api_is_on() if with_api is None else with_api and api_is_on()
    file_date = None if load is None else load.file_date or load.loaded_at.astimezone(PARIS).date()
    check_can_start(file_date, today(), with_api=asks)
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                scope=CampaignScope(scope),
                rule_version=rule.version,
                with_api=asks,
                file_date=file_date,
                started_by=actor.actor_id,
                started_by_name=actor.actor_name,
                started_at=now(),
            )
    except IntegrityError as error:
        french = "Une vérification des liens vient d'être lancée : attendez qu'elle se termine."
        raise DomainError("A campaign is open", french) from error
    label = campaign.get_scope_display()
    record(actor, STARTED, object_kind="directory_list", object_id=None, scope=label)
    ring_campaign(campaign)
    return campaign


def stop_recheck_campaign(*, actor: Actor, campaign_id: UUID, reason: str) -> None:
    """Ends an open campaign where it is: what was checked stays, the rest is due as before.

    Refuses (DomainError) a decision without a reason, and a campaign that is over.
    """
    said = " ".join(reason.split())[:300]
    if not said:
        raise DomainError("No reason", "Dites pourquoi la vérification est arrêtée.", "reason")
    rows = Campaign.objects.filter(pk=campaign_id)
    if not CAMPAIGN_TRANSITIONS.move(
        rows, CampaignState.STOPPED, ended_at=now(), paused_until=None, reason=said
    ):
        raise DomainError("No open campaign", "Cette vérification est déjà terminée. Rechargez la page.")
    record(actor, STOPPED, object_kind="directory_list", object_id=None, reason=said)
