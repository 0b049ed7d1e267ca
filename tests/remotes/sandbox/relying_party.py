"""A client of the stand-in that does what the standard asks, and nothing of the portal's."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from tests.sandbox import Answer, Provider, send

RETURN = "http://testserver/connexion/psc/retour/"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def asking(provider: Provider, **changed: str | None) -> str:
    """The authorization URL of a correct request; None removes a parameter."""
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": RETURN,
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "state": "etat",
        "nonce": "n" * 32,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    kept = {name: value for name, value in asked.items() if value is not None}
    return f"{provider.endpoints['authorization']}?{urlencode(kept)}"


def brought_back(callback: str) -> dict[str, str]:
    """Parameters of the way back."""
    return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}


def exchanged(provider: Provider, code: str, **changed: str) -> Answer:
    """The token endpoint's answer, by client_secret_post."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": RETURN,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "code_verifier": VERIFIER,
        **changed,
    }
    return send("POST", provider.endpoints["token"], form)


def tokens_of(provider: Provider, persona: str, **changed: str | None) -> dict[str, Any]:
    """The whole flow up to the tokens."""
    callback = provider.sign_in(asking(provider, **changed), persona)
    answer = exchanged(provider, brought_back(callback)["code"])
    assert answer.status == 200, answer.text
    return answer.json()


def verified(provider: Provider, token: str, **options: Any) -> dict[str, Any]:
    """Claims of an id_token whose signature, issuer, audience and dates are right."""
    published = send("GET", provider.endpoints["jwks"]).json()
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(one) for one in published["keys"] if one["kid"] == kid)
    return jwt.decode(
        token, key, ["RS256"], audience=provider.client_id, issuer=provider.issuer, leeway=5, options=options
    )


def userinfo(provider: Provider, access_token: str) -> Answer:
    return send("GET", provider.endpoints["userinfo"], headers={"Authorization": f"Bearer {access_token}"})
