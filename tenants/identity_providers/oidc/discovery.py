"""A provider's own description of itself, believed only when it names the issuer it was asked as."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache

from tenants.identity_providers.oidc.session import check_address, read_object

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class IssuerMismatchError(ValueError):
    """The document speaks for another issuer."""


def address_of(issuer: str) -> str:
    """Where its document is (OpenID Connect Discovery 1.0, section 4)."""
    return issuer.rstrip("/") + WELL_KNOWN


def fetched(issuer: str) -> dict[str, Any]:
    """The document as it is now, unchecked but for its shape."""
    with get_adapter().get_requests_session() as session:
        return read_object(session.get(address_of(issuer), headers={"Accept": "application/json"}))


def checked(issuer: str, document: dict[str, Any]) -> dict[str, Any]:
    """The same document. Refuses (IssuerMismatchError) another issuer, and (KeyError, TypeError, ForbiddenAddressError)
    an endpoint that is missing or that we would not call."""
    if document.get("issuer") != issuer:
        raise IssuerMismatchError("The discovery document names another issuer")
    for name in ENDPOINTS:
        if not isinstance(document[name], str):
            raise TypeError(f"{name} is not an address")
        check_address(document[name])
    return document


def metadata(issuer: str) -> dict[str, Any]:
    """The checked document, kept a few minutes for all processes."""
    key = f"group-provider:metadata:{issuer}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = checked(issuer, fetched(issuer))
        cache.set(key, found, settings.GROUP_PROVIDER_CACHE_SECONDS)
    return found


def forget(issuer: str) -> None:
    """The next one is asked anew."""
    cache.delete(f"group-provider:metadata:{issuer}")
