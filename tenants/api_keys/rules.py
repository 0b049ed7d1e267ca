"""How long a key lives, whether one opens now, and who may give what it permits."""

import hmac
from collections.abc import Collection
from datetime import date, datetime, timedelta

from portal.foundation.clock import end_of_day, now, today
from portal.foundation.errors import DomainError
from tenants.api_keys.models import ApiKey, RefusedFor, Scope
from tenants.memberships.permissions import Permission

LONGEST = timedelta(days=366)  # ours; the RIE asks for secrets that are renewed, and says no figure
EXPIRES_SOON = timedelta(days=30)
OVERLAPS = (0, 1, 7, 30)  # days that the former secret lives on after a rotation
# What the person who gives a scope must hold: nobody can grant what they do not hold.
NEEDED = {Scope.HR_PUSH: Permission.HR_IMPORT}


def has_expired(key: ApiKey) -> bool:
    """The last day it opens is over, in Paris."""
    return now() >= end_of_day(key.expires_on)


def is_alive(key: ApiKey) -> bool:
    """Neither revoked nor expired."""
    return key.revoked_at is None and not has_expired(key)


def expires_soon(key: ApiKey) -> bool:
    """Alive, and not for 30 days more."""
    return is_alive(key) and key.expires_on <= today() + EXPIRES_SOON


def has_two_secrets(key: ApiKey) -> bool:
    """Its former secret still opens."""
    return is_alive(key) and key.previous_until is not None and now() < key.previous_until


def refusal_of(key: ApiKey, digest: str, scope: Scope) -> RefusedFor | None:
    """None when that secret opens now what that scope names. Compared in constant time, both of them each time."""
    is_current = hmac.compare_digest(key.digest, digest)
    is_former = hmac.compare_digest(key.previous_digest, digest) and has_two_secrets(key)
    if not (is_current or is_former):
        return RefusedFor.SECRET
    if key.revoked_at is not None:
        return RefusedFor.REVOKED
    if has_expired(key):
        return RefusedFor.EXPIRED
    return None if scope in key.scopes else RefusedFor.SCOPE


def check_scopes(scopes: Collection[str], held: Collection[Permission]) -> None:
    """Refuses (DomainError) a scope whose own permission the person does not hold."""
    beyond = [Scope(one).label for one in scopes if NEEDED[Scope(one)] not in held]
    if beyond:
        french = f"Vous ne pouvez pas donner un droit que vous n'avez pas : {', '.join(beyond)}."
        raise DomainError("A scope beyond one's rights", french, "scopes")


def check_expiry(expires_on: date) -> None:
    """Refuses (DomainError) a day that is over, and one more than a year away."""
    if expires_on < today():
        raise DomainError("In the past", "Cette date est passée : choisissez un jour à venir.", "expires_on")
    if expires_on > today() + LONGEST:
        latest = f"{today() + LONGEST:%d/%m/%Y}"
        french = f"Une clé vit un an au plus : choisissez une date jusqu'au {latest}. Vous la renouvellerez."
        raise DomainError("More than a year", french, "expires_on")


def can_renew(key: ApiKey) -> bool:
    """Was not revoked: one that expired may live again, with a new secret."""
    return key.revoked_at is None


def check_can_renew(key: ApiKey) -> None:
    """Refuses (DomainError) a revoked key."""
    if not can_renew(key):
        raise DomainError("Revoked", "Cette clé est révoquée pour toujours : créez-en une autre.")


def former_until(key: ApiKey, days: int, moment: datetime) -> datetime:
    """When the secret in force dies after a rotation: in so many days, and never after the key would have expired."""
    return min(moment + timedelta(days=days), end_of_day(key.expires_on))
