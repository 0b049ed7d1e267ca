"""Who may ask: declared clients, their secret, and the addresses they may be answered at."""

import hmac
import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest

HOSTS = {"localhost", "127.0.0.1", "testserver"}


@dataclass(frozen=True)
class Client:
    """Paths are compared to the character; a segment « * » stands for any one segment."""

    client_id: str
    client_secret: str
    redirect_paths: tuple[str, ...]
    post_logout_paths: tuple[str, ...] = ("/",)

    def may_return_to(self, address: str) -> bool:
        return _is_declared(address, self.redirect_paths)

    def may_end_at(self, address: str) -> bool:
        return _is_declared(address, self.post_logout_paths)


ORIGINAL = (
    Client(
        "trousseau-bas",
        "secret-du-bac-a-sable",
        ("/connexion/psc/retour/", "/connexion/groupe/*/retour/", "/compte/oidc/*/login/callback/"),
        ("/", "/compte/login/"),
    ),
)


class Clients:
    """The register, changed by a file at the start and by PUT /_sandbox/clients."""

    def __init__(self) -> None:
        self._at_start = {one.client_id: one for one in ORIGINAL}
        self._known = dict(self._at_start)

    def read(self, path: Path) -> None:
        """A JSON list of the fields of `Client`. Refuses (ValueError, TypeError) anything else."""
        self._at_start = {one.client_id: one for one in map(_client, json.loads(path.read_text()))}
        self._known = dict(self._at_start)

    def declare(self, description: dict[str, Any]) -> Client:
        """Adds one, or replaces it. Refuses (TypeError) unknown or missing fields."""
        client = _client(description)
        self._known[client.client_id] = client
        return client

    def reset(self) -> None:
        self._known = dict(self._at_start)

    def find(self, client_id: str) -> Client | None:
        return self._known.get(client_id)

    def authenticated(self, request: HttpRequest) -> Client | None:
        """client_secret_basic or client_secret_post; None for an unknown client or a wrong secret."""
        client_id, secret = _basic(request) or (
            request.POST.get("client_id", ""),
            request.POST.get("client_secret", ""),
        )
        client = self.find(client_id)
        if client is None or not hmac.compare_digest(client.client_secret.encode(), secret.encode()):
            return None
        return client


def _client(description: dict[str, Any]) -> Client:
    lists = {name: tuple(value) for name, value in description.items() if isinstance(value, list)}
    return Client(**{**description, **lists})


def _basic(request: HttpRequest) -> tuple[str, str] | None:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = b64decode(credentials, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(client_id), unquote(secret)


def _is_declared(address: str, paths: tuple[str, ...]) -> bool:
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname not in HOSTS or parts.query or parts.fragment:
        return False
    segments = parts.path.split("/")
    return any(_fits(segments, path.split("/")) for path in paths)


def _fits(segments: list[str], pattern: list[str]) -> bool:
    return len(segments) == len(pattern) and all(
        wanted in (found, "*") and (found or wanted != "*")
        for found, wanted in zip(segments, pattern, strict=True)
    )


clients = Clients()
