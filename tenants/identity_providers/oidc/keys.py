"""The keys that sign a provider's tokens: kept a few minutes, read again once when a token names one that is not there."""

from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache

from tenants.identity_providers.oidc.session import read_object

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}


def published(jwks_uri: str) -> list[dict[str, Any]]:
    """The keys as they are now. Refuses (TypeError) another shape."""
    with get_adapter().get_requests_session() as session:
        keys = read_object(session.get(jwks_uri)).get("keys")
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys):
        raise TypeError("No list of keys")
    return keys


def key_of(token: str, jwks_uri: str) -> jwt.PyJWK:
    """The key that its header names. Refuses (jwt.PyJWTError) an algorithm that is not ours, and a key nobody publishes."""
    header = jwt.get_unverified_header(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError("Neither RS256 nor ES256")
    cache_key = f"group-provider:keys:{jwks_uri}"
    keys = cache.get(cache_key)
    found = _pick(keys or [], header.get("kid"), algorithm)
    if found is None:
        keys = published(jwks_uri)
        cache.set(cache_key, keys, settings.GROUP_PROVIDER_CACHE_SECONDS)
        found = _pick(keys, header.get("kid"), algorithm)
    if found is None:
        raise jwt.InvalidKeyError("No such key")
    return jwt.PyJWK(found, algorithm=algorithm)


def can_sign(key: dict[str, Any], algorithm: str) -> bool:
    """Whether that key is one for signatures of that algorithm."""
    return (
        key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _pick(keys: list[dict[str, Any]], kid: object, algorithm: str) -> dict[str, Any] | None:
    """By its name; without a name, the only one there is."""
    able = [one for one in keys if can_sign(one, algorithm)]
    named = [one for one in able if one.get("kid") == kid] if kid is not None else able
    return named[0] if len(named) == 1 else None
