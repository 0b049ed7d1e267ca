"""The signing key of the process and what is published of it. An encryption key stands first, as Keycloak does."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ALGORITHM = "RS256"


class KeyRing:
    """One signing key at a time: a rotation publishes the new one and withdraws the old one."""

    def __init__(self) -> None:
        self._encryption = _drawn()
        self.rotate()

    def rotate(self) -> None:
        self._signing, self.kid = _drawn(), f"bas-{uuid4()}"

    def sign(self, claims: Mapping[str, Any], kid: str | None = None) -> str:
        """RS256 by the current key, under its own name unless told."""
        return jwt.encode(dict(claims), self._signing, ALGORITHM, headers={"kid": kid or self.kid})

    def sign_badly(self, claims: Mapping[str, Any]) -> str:
        """By a key of nobody, under the current name."""
        return jwt.encode(dict(claims), _drawn(), ALGORITHM, headers={"kid": self.kid})

    def read(self, token: str) -> dict[str, Any]:
        """Claims of a token of ours, expired or not. Refuses (jwt.InvalidTokenError) any other."""
        options = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
        claims: dict[str, Any] = jwt.decode(
            token,
            self._signing.public_key(),
            [ALGORITHM],
            options=options,  # type: ignore[arg-type]
        )
        return claims

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """The JWKS document."""
        encryption = _public(self._encryption) | {"kid": "bas-chiffrement", "use": "enc", "alg": "RSA-OAEP"}
        return {
            "keys": [encryption, _public(self._signing) | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}]
        }


def _drawn() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    parts: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return {name: parts[name] for name in ("kty", "n", "e")}


keys = KeyRing()
