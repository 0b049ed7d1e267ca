"""Tokens: what they say of a person, and how each fault alters them."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import jwt

from portal.sandbox.clients import Client
from portal.sandbox.contracts import Contract
from portal.sandbox.faults import faults
from portal.sandbox.keys import keys
from portal.sandbox.memory import ACCESS_SECONDS, Asked, Session

HOUR = 3600
Claims = dict[str, Any]

ALTERATIONS: dict[str, Callable[[Claims], object]] = {
    "wrong_aud": lambda claims: claims.update(aud="un-autre-client"),
    "aud_list_without_azp": lambda claims: claims.update(aud=[claims.pop("azp"), "un-autre-client"]),
    "aud_list_with_azp": lambda claims: claims.update(aud=[claims["azp"], "un-autre-client"]),
    "wrong_azp": lambda claims: claims.update(azp="un-autre-client"),
    "wrong_iss": lambda claims: claims.update(iss=claims["iss"].replace("127.0.0.1", "localhost")),
    "acr_missing": lambda claims: claims.pop("acr", None),
    "acr_unknown": lambda claims: claims.update(acr="niveau-inconnu"),
    "expired": lambda claims: _shift(claims, -HOUR),
    "issued_in_future": lambda claims: _shift(claims, HOUR),
    "no_exp": lambda claims: claims.pop("exp"),
    "no_sub": lambda claims: claims.pop("sub"),
    "wrong_nonce": lambda claims: claims.update(nonce="0" * 32),
    "no_nonce": lambda claims: claims.pop("nonce", None),
}


def id_token(contract: Contract, asked: Asked, session: Session, client: Client, access_token: str) -> str:
    """Signed, with the faults that are on."""
    claims = _common(contract, asked, session, "ID") | dict(session.person.id_token)
    claims["aud"] = asked.client_id
    claims["at_hash"] = _half_hash(access_token)
    if not asked.nonce:
        claims.pop("nonce")
    for name in session.person.left_out:
        claims.pop(name, None)
    for name, alter in ALTERATIONS.items():
        if faults.strikes(name):
            alter(claims)
    return _signed(claims, client)


def access_token(contract: Contract, asked: Asked, session: Session) -> str:
    """A JWT too, of 120 seconds; the same claims answer an introspection."""
    claims = (
        _common(contract, asked, session, "Bearer")
        | {"scope": asked.scope}
        | dict(session.person.access_token)
    )
    for name in session.person.left_out:
        claims.pop(name, None)
    return keys.sign(claims)


def userinfo(contract: Contract, session: Session) -> Claims:
    """What the person's contract shows of them, with the faults that are on."""
    claims = {"sub": session.person.subject, **contract.claims, **session.person.userinfo}
    if faults.strikes("userinfo_sub_differs"):
        claims["sub"] = (
            f"{claims['sub'][:-1]}0" if not claims["sub"].endswith("0") else f"{claims['sub'][:-1]}1"
        )
    if faults.strikes("userinfo_without_subject"):
        for name in ("sub", "SubjectNameID", "preferred_username", "otherIds", "oid"):
            claims.pop(name, None)
    return claims


def _common(contract: Contract, asked: Asked, session: Session, kind: str) -> Claims:
    moment = int(time.time())
    return {
        "exp": moment + ACCESS_SECONDS,
        "iat": moment,
        "auth_time": int(session.began_at),
        "jti": str(uuid4()),
        "iss": contract.issuer,
        "sub": session.person.subject,
        "typ": kind,
        "azp": asked.client_id,
        "nonce": asked.nonce,
        "session_state": session.sid,
        "sid": session.sid,
        **contract.claims,
    }


def _signed(claims: Claims, client: Client) -> str:
    if faults.strikes("key_rotation"):
        keys.rotate()
    if faults.strikes("alg_none"):
        return jwt.encode(claims, "", "none", headers={"kid": keys.kid})
    if faults.strikes("alg_hs256"):
        return jwt.encode(claims, client.client_secret, "HS256", headers={"kid": keys.kid})
    if faults.strikes("bad_signature"):
        return keys.sign_badly(claims)
    return keys.sign(claims, kid="bas-inconnu" if faults.strikes("unknown_kid") else None)


def _shift(claims: Claims, seconds: int) -> None:
    for name in ("exp", "iat", "auth_time"):
        claims[name] += seconds


def _half_hash(text: str) -> str:
    """OpenID Connect Core 3.1.3.6: the left half of the hash."""
    return urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()
