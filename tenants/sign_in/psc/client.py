"""The wire to Pro Santé Connect: mozilla-django-oidc's client with every check it leaves out.

It checks the signature and the nonce. Added here: one algorithm, issuer, audience, azp, dates, level, same `sub` in the
user information, time-outs, client certificate; and every failure has a French cause instead of an error 500.
Sources: OpenID Connect Core 3.1.3.7, RFC 9207; portal/decisions/0008-doors.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unicodedata import category

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from tenants.sign_in.identifiers import identifiers_of
from tenants.sign_in.identity import ProvedIdentity
from tenants.sign_in.refusals import (
    NAMELESS,
    NOT_RECOGNISED,
    STATE,
    TOO_WEAK,
    UNREACHABLE,
    UNVERIFIED,
    DoorShutError,
    Reason,
)

DOOR = "Pro Santé Connect"
MOST_BYTES = 500_000
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


def shut(reason: Reason, cause: str) -> DoorShutError:
    return DoorShutError(reason, DOOR, cause)


class ProSanteConnectClient(OIDCAuthenticationBackend):
    """One exchange. Never in AUTHENTICATION_BACKENDS: nothing but the callback may call it."""

    def prove(
        self, code: str, nonce: str, code_verifier: str, redirect_uri: str
    ) -> tuple[ProvedIdentity, str]:
        """The identity behind that code, and the id_token to sign out with.

        Refuses (DoorShutError) whatever cannot be verified, a level below ours, an answer that names nobody.
        """
        payload = {
            "client_id": self.OIDC_RP_CLIENT_ID, "client_secret": self.OIDC_RP_CLIENT_SECRET,
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }  # fmt: skip
        with causes_in_french():
            tokens = self.get_token(payload)
            id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
            if not isinstance(id_token, str) or not isinstance(access_token, str):
                raise shut(UNVERIFIED, "réponse sans id_token ou sans access_token")
            claims = self.verify_token(id_token, nonce=nonce)
            details = self.get_userinfo(access_token, id_token, claims)
        return _identity(claims, details), id_token

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        """By certificate when there is one, else by secret (Basic)."""
        secret = payload.pop("client_secret")
        answer = requests.post(
            self.OIDC_OP_TOKEN_ENDPOINT,
            data=payload,
            auth=None if _certificate() else (payload["client_id"], secret),
            cert=_certificate(),
            timeout=settings.OIDC_TIMEOUT,
            allow_redirects=False,
        )
        if answer.status_code == 400:
            raise shut(STATE if _error_of(answer) == "invalid_grant" else NOT_RECOGNISED, _error_of(answer))
        if answer.status_code in {401, 403}:
            raise shut(NOT_RECOGNISED, f"échange du code : {answer.status_code} {_error_of(answer)}".strip())
        answer.raise_for_status()
        return _object(answer)

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """Our one algorithm, our issuer, our audience, dates within the leeway."""
        claims: dict[str, Any] = jwt.decode(
            payload,
            key,
            algorithms=[settings.OIDC_RP_SIGN_ALGO],
            audience=self.OIDC_RP_CLIENT_ID,
            issuer=settings.PSC_ISSUER,
            leeway=settings.PSC_LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        return claims

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """What mozilla checks (signature, nonce), then azp and the level."""
        claims: dict[str, Any] = super().verify_token(token, **kwargs)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", "" if several else self.OIDC_RP_CLIENT_ID) != self.OIDC_RP_CLIENT_ID:
            raise shut(UNVERIFIED, "azp d'un autre client")
        if claims.get("acr") not in settings.PSC_ACR_ACCEPTED:
            raise shut(TOO_WEAK, f"niveau {str(claims.get('acr') or 'absent')[:40]}")
        return claims

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """The published key of that token, asked for at each sign-in so that a rotation needs nothing. No redirection."""
        answer = requests.get(
            self.OIDC_OP_JWKS_ENDPOINT,
            cert=_certificate(),
            timeout=settings.OIDC_TIMEOUT,
            allow_redirects=False,
        )
        answer.raise_for_status()
        wanted = jwt.get_unverified_header(token).get("kid")
        for one in _object(answer).get("keys", []):
            if (
                one.get("kid") == wanted
                and one.get("alg", settings.OIDC_RP_SIGN_ALGO) == settings.OIDC_RP_SIGN_ALGO
            ):
                return jwt.PyJWK(one, algorithm=settings.OIDC_RP_SIGN_ALGO)
        raise shut(UNVERIFIED, "clé inconnue")

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """JSON or a signed JWT, of the same person as the id_token."""
        answer = requests.get(
            self.OIDC_OP_USER_ENDPOINT,
            headers={"Authorization": f"Bearer {access_token}"},
            cert=_certificate(),
            timeout=settings.OIDC_TIMEOUT,
            allow_redirects=False,
        )
        if 400 <= answer.status_code < 500:
            raise shut(UNVERIFIED, f"userinfo : réponse {answer.status_code}")
        answer.raise_for_status()
        if answer.headers.get("content-type", "").lower().startswith("application/jwt"):
            key = self.retrieve_matching_jwk(answer.text)
            details = jwt.decode(
                answer.text, key, algorithms=[settings.OIDC_RP_SIGN_ALGO], options={"verify_aud": False}
            )
        else:
            details = _object(answer)
        if details.get("sub") != payload["sub"]:
            raise shut(UNVERIFIED, "userinfo d'une autre personne que l'id_token")
        return details


def _identity(claims: dict[str, Any], details: dict[str, Any]) -> ProvedIdentity:
    identifiers = identifiers_of(details)
    if not identifiers:
        raise shut(NAMELESS, "ni SubjectNameID ni sub lisibles")
    names = (_name(details.get(one)) or _name(claims.get(one)) for one in ("given_name", "family_name"))
    mode = str(details.get("authMode") or claims.get("authMode") or "")[:20]
    return ProvedIdentity(
        door=DOOR,
        issuer=settings.PSC_ISSUER,
        identifiers=identifiers,
        full_name=" ".join(filter(None, names))[:200],
        means=f"niveau {claims['acr']}{f', {mode}' if mode.isalnum() else ''}",
    )


def _name(value: object) -> str:
    """Text alone, without what no name holds (control characters, halves of characters)."""
    text = value if isinstance(value, str) else ""
    return "".join(one for one in text if not category(one).startswith("C")).strip()


@contextmanager
def causes_in_french() -> Iterator[None]:
    """Every way the exchange is known to fail becomes a refusal with its cause; our own errors stay errors."""
    try:
        yield
    except requests.Timeout as error:
        raise shut(UNREACHABLE, "délai dépassé") from error
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "sans code"
        raise shut(UNREACHABLE, f"réponse {status}") from error
    except requests.exceptions.JSONDecodeError as error:
        raise shut(UNVERIFIED, "réponse illisible") from error
    except requests.RequestException as error:
        raise shut(UNREACHABLE, "connexion impossible") from error
    except OSError as error:
        raise shut(NOT_RECOGNISED, "certificat client illisible") from error
    except jwt.PyJWTError as error:
        raise shut(UNVERIFIED, CAUSES.get(type(error).__name__, "jeton illisible")) from error
    except SuspiciousOperation as error:
        raise shut(UNVERIFIED, "nonce différent") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise shut(UNVERIFIED, "réponse mal formée") from error


CAUSES = {
    "InvalidAudienceError": "jeton destiné à un autre client",
    "InvalidIssuerError": "jeton d'un autre émetteur",
    "ExpiredSignatureError": "jeton expiré",
    "ImmatureSignatureError": "jeton daté du futur",
    "InvalidSignatureError": "signature fausse",
    "InvalidAlgorithmError": "algorithme de signature refusé",
    "MissingRequiredClaimError": "jeton incomplet",
}


def _certificate() -> tuple[str, str] | None:
    certificate, key = settings.PSC_CLIENT_CERTIFICATE
    return (certificate, key) if certificate else None


def _object(answer: requests.Response) -> dict[str, Any]:
    if len(answer.content) > MOST_BYTES:
        raise ValueError("The answer is too long")
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError("The answer is not a JSON object")
    return found


def _error_of(answer: requests.Response) -> str:
    """The standard error word, never the free text beside it."""
    try:
        word = str(_object(answer).get("error", ""))
    except (requests.exceptions.JSONDecodeError, TypeError):
        return "sans motif"
    return word[:40] if word.replace("_", "").isalnum() else "sans motif"
