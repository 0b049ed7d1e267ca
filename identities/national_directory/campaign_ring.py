"""The ring that calls a worker to a campaign, once the request has committed."""

from uuid import UUID

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError

from identities.national_directory.models import Campaign

log = structlog.get_logger(__name__)

TASK = "identities.national_directory.tasks.carry_campaign_on"
EXPIRES = 60  # seconds, longer than a slice: the sweep then rings again


def ring_campaign(campaign: Campaign) -> None:
    """A ring that is lost costs a minute or so: the sweep rings again."""
    group_id, campaign_id = campaign.group_id, campaign.pk
    transaction.on_commit(lambda: ring(group_id, campaign_id), robust=True)


def ring_if_silent(group_id: UUID, campaign_id: UUID) -> bool:
    """Rings unless somebody did within EXPIRES: a campaign at work rings for itself. Says whether it did."""
    if not cache.add(_key(campaign_id), True, EXPIRES):
        return False
    ring(group_id, campaign_id)
    return True


def _key(campaign_id: UUID) -> str:
    return f"directory-campaign-rung-{campaign_id}"


def ring(group_id: UUID, campaign_id: UUID) -> None:
    """Sends the task that carries the campaign on. A broker that does not answer is not an error: the sweep rings again."""
    cache.set(_key(campaign_id), True, EXPIRES)
    ids = {"group_id": str(group_id), "campaign_id": str(campaign_id)}
    try:
        current_app.send_task(TASK, kwargs=ids, expires=EXPIRES)
    except OperationalError:
        log.warning("broker_does_not_answer", task=TASK)
