"""Our endpoints against what Pro Santé Connect's discovery document says of itself."""

from typing import Any

import requests
from django.conf import settings

KEYS = {
    "issuer": "PSC_ISSUER",
    "authorization_endpoint": "OIDC_OP_AUTHORIZATION_ENDPOINT",
    "token_endpoint": "OIDC_OP_TOKEN_ENDPOINT",
    "userinfo_endpoint": "OIDC_OP_USER_ENDPOINT",
    "jwks_uri": "OIDC_OP_JWKS_ENDPOINT",
    "end_session_endpoint": "PSC_END_SESSION_ENDPOINT",
}


def discovery_document() -> dict[str, Any]:
    """Refuses (requests.RequestException) an address that does not answer with JSON."""
    answer = requests.get(settings.PSC_DISCOVERY, timeout=settings.OIDC_TIMEOUT)
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    return document


def differences(document: dict[str, Any]) -> list[str]:
    """In French: each endpoint of ours that is not the published one, and what we need that is not offered."""
    found = [
        f"{name} : réglage « {getattr(settings, setting)} », publié « {document.get(name, 'rien')} »"
        for name, setting in KEYS.items()
        if getattr(settings, setting) != document.get(name)
    ]
    if "S256" not in document.get("code_challenge_methods_supported", []):
        found.append("PKCE S256 n'est pas annoncé")
    if settings.OIDC_RP_SIGN_ALGO not in document.get("id_token_signing_alg_values_supported", []):
        found.append(f"la signature {settings.OIDC_RP_SIGN_ALGO} n'est pas annoncée")
    return found
