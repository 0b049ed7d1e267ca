"""Reads of keys, inside a group's door."""

from uuid import UUID

from django.db.models import F, QuerySet

from portal.foundation.clock import today
from tenants.api_keys.models import ApiKey
from tenants.api_keys.rules import EXPIRES_SOON


def keys_of_group() -> QuerySet[ApiKey]:
    """Those that may still open first, by the day they expire; then the revoked ones."""
    return ApiKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "expires_on", "name")


def find_key(key_id: UUID) -> ApiKey | None:
    """None when the current door does not see it."""
    return ApiKey.objects.filter(pk=key_id).first()


def keys_expiring() -> QuerySet[ApiKey]:
    """In use, and expired for less than 30 days or about to within 30 days, soonest first."""
    around = (today() - EXPIRES_SOON, today() + EXPIRES_SOON)
    return ApiKey.objects.filter(revoked_at=None, expires_on__range=around).order_by("expires_on", "name")
