"""Giving, renewing and revoking keys; each leaves a line. A secret is given back once, and kept nowhere."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import current_group_id
from portal.journal.operations import Act, Actor, record
from tenants.api_keys.models import ApiKey
from tenants.api_keys.rules import check_can_renew, check_expiry, former_until
from tenants.api_keys.tokens import Token, draw_token

CREATED = Act(
    "api_key_created", "{actor} a créé la clé d'accès « {object} » ({scopes}), valable jusqu'au {until}."
)
RENEWED = Act(
    "api_key_renewed",
    "{actor} a renouvelé le secret de la clé d'accès « {object} », valable jusqu'au {until} ; {former}.",
)
REVOKED = Act("api_key_revoked", "{actor} a révoqué la clé d'accès « {object} ».")
_CHANGED = "Cette clé vient d'être changée par quelqu'un d'autre, ou par un second clic : rechargez la page."


def create_key(
    *,
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    expires_on: date,
    limited_to: Sequence[UUID] | None = None,
) -> tuple[ApiKey, Token]:
    """A new key and its secret. Refuses (DomainError) a name that a key of the group has or had, a date beyond a year."""
    check_expiry(expires_on)
    key_id, moment = uuid7(), now()
    token = draw_token(current_group_id(), key_id)
    key = ApiKey(
        id=key_id, name=" ".join(name.split()), scopes=list(scopes), expires_on=expires_on, digest=token.digest,
        limited_to=None if limited_to is None else list(limited_to), ending=token.ending, secret_at=moment,
        created_by_name=actor.actor_name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        french = (
            f"Une clé s'appelle ou s'est appelée « {key.name} » : le journal la nomme ainsi, choisissez un autre nom."
            " Si vous venez de la créer et que son secret vous manque, renouvelez-la pour en voir un nouveau."
        )
        raise DomainError("Key name taken", french, "name") from error
    _say(actor, CREATED, key, scopes=", ".join(key.scope_labels), until=f"{expires_on:%d/%m/%Y}")
    return key, token


def renew_key(*, actor: Actor, key: ApiKey, expires_on: date, former_days: int) -> Token:
    """A new secret; the one in force lives on for `former_days`, and one that was older dies now.

    Refuses (DomainError) a revoked key, a date beyond a year, and a secret that somebody has just changed.
    """
    check_can_renew(key)
    check_expiry(expires_on)
    moment, token = now(), draw_token(key.group_id, key.pk)
    until = former_until(key, former_days, moment)
    lives_on = until > moment
    values = {
        "digest": token.digest,
        "ending": token.ending,
        "secret_at": moment,
        "expires_on": expires_on,
        "previous_digest": key.digest if lives_on else "",
        "previous_ending": key.ending if lives_on else "",
        "previous_until": until if lives_on else None,
    }
    same = ApiKey.objects.filter(pk=key.pk, revoked_at=None, digest=key.digest)
    if not same.update(**values):
        raise DomainError("Changed meanwhile", _CHANGED)
    for field, value in values.items():
        setattr(key, field, value)
    said = (
        f"l'ancien secret vaut encore {former_days} jour{'s' * (former_days > 1)}"
        if lives_on
        else "l'ancien ne vaut plus"
    )
    _say(actor, RENEWED, key, until=f"{expires_on:%d/%m/%Y}", former=said)
    return token


def revoke_key(*, actor: Actor, key: ApiKey) -> None:
    """Nothing opens with it any more, from the next call on. Refuses (DomainError) one that is revoked already."""
    moment = now()
    values = {"revoked_at": moment, "previous_digest": "", "previous_ending": "", "previous_until": None}
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(**values):
        raise DomainError("Revoked already", "Cette clé est déjà révoquée.")
    key.revoked_at = moment
    _say(actor, REVOKED, key)


def _say(actor: Actor, act: Act, key: ApiKey, **values: Any) -> None:
    record(actor, act, object_kind="api_key", object_id=key.pk, object=key.name, **values)
