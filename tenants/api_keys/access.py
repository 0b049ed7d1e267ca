"""Who calls: one key of one group, as doors and operations know it; and how a presented key becomes one."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from portal.foundation.clock import now
from portal.foundation.problems import Refusal
from portal.foundation.tenancy import tenant
from tenants.api_keys.models import ApiKey, RefusedFor, Scope
from tenants.api_keys.queries import find_key
from tenants.api_keys.rates import count, seconds_to_wait
from tenants.api_keys.rules import refusal_of
from tenants.api_keys.tokens import Token, read_token
from tenants.groups.queries import groups_named

_STEP = timedelta(minutes=1)  # between two writes of a use, or of a refusal
_BAD = "Cette clé n'ouvre rien : vérifiez-la, ou demandez-en une à l'administrateur de votre groupe sur le portail."
_NONE = "Envoyez votre clé dans l'en-tête « Authorization: Bearer trousseau_… »."
_WORDS = {
    RefusedFor.SECRET: _BAD,
    RefusedFor.EXPIRED: "Cette clé est expirée : demandez à l'administrateur de votre groupe de la renouveler.",
    RefusedFor.REVOKED: "Cette clé est révoquée : demandez-en une autre à l'administrateur de votre groupe.",
    RefusedFor.SCOPE: "Cette clé ne permet pas cet appel : demandez-en une qui le permette.",
}


@dataclass(frozen=True)
class KeyAccess:
    """What a good key may do. It is an actor of the journal: a machine, by its name."""

    key: ApiKey
    group_slug: str
    actor_id: None = None

    @property
    def key_id(self) -> UUID:
        return self.key.pk

    @property
    def group_id(self) -> UUID:
        return self.key.group_id

    @property
    def actor_name(self) -> str:
        return f"Le logiciel “{self.key.name}”"

    def reaches(self, object_id: UUID) -> bool:
        """Whether the limits of the key leave that object in reach."""
        return self.key.reaches(object_id)


def access_by_key(authorization: str, address: str, scope: Scope, kind: str) -> KeyAccess:
    """The access of the key in that header, for a call of that kind.

    Refuses (Refusal): 401 no key, or one that opens nothing; 403 one without the scope; 429 too many calls, or too many
    bad keys from that address or of that very text, and then the database is not asked. `address` is the caller's.
    """
    word, _, text = authorization.partition(" ")
    token = read_token(text.strip()) if word.lower() == "bearer" else None
    tried = token.digest if token else "none"
    _slow_down(max(seconds_to_wait("bad_key", f"{tried}-{address}"), seconds_to_wait("bad_address", address)))
    if token is None:
        raise _refused(address, tried, 401, "key_needed", _BAD if authorization else _NONE)
    reason, access = _looked_up(token, scope)
    if reason is not None or access is None:
        status = 403 if reason == RefusedFor.SCOPE else 401
        code = f"key_{reason}" if reason else "key_unknown"
        raise _refused(address, tried, status, code, _WORDS[reason or RefusedFor.SECRET])
    _slow_down(count(kind, str(access.key_id)))
    return access


def _looked_up(token: Token, scope: Scope) -> tuple[RefusedFor | None, KeyAccess | None]:
    """Behind the wall of the group that the token names; what it did is written whatever the call becomes."""
    with tenant(token.group_id):
        key = find_key(token.key_id)
        if key is None:
            return None, None
        reason = refusal_of(key, token.digest, scope)
        if reason is not None:
            _note(key, "last_refused_at", last_refused_for=reason)
            return reason, None
        _note(key, "last_used_at")
    groups = groups_named([token.group_id])
    return None, KeyAccess(key, groups[0].slug) if groups else None


def _note(key: ApiKey, field: str, **values: str) -> None:
    """Once a minute at most: a program that calls often writes no more than one that does not."""
    moment, before = now(), getattr(key, field)
    if before is None or before <= moment - _STEP:
        due = Q(**{field: None}) | Q(**{f"{field}__lte": moment - _STEP})
        ApiKey.objects.filter(due, pk=key.pk).update(**{field: moment}, **values)


def _refused(address: str, tried: str, status: int, code: str, french: str) -> Refusal:
    count("bad_key", f"{tried}-{address}")
    count("bad_address", address)
    return Refusal(status, code, french)


def _slow_down(seconds: int) -> None:
    if seconds:
        french = f"Trop d'appels : recommencez dans {seconds} secondes."
        raise Refusal(429, "too_many_calls", french, retry_after=seconds)
