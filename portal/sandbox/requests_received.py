"""Remembers each request without its secrets, and keeps the two hosts apart: what is of one does not answer on the other."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

SECRETS = {
    "client_secret", "code", "code_verifier", "token", "refresh_token", "id_token_hint", "access_token", "request",
    "client_assertion",
}  # fmt: skip
KEPT = 2000
CONTROL = "/_sandbox/"
WALLET_PATHS = ("/auth", "/auth/choix")

received: deque[dict[str, Any]] = deque(maxlen=KEPT)


class RequestsReceivedMiddleware:
    """A request to the wrong host is remembered and answered 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(CONTROL):
            return self.get_response(request)
        line = _line(request)
        received.append(line)
        wallet = request.path in WALLET_PATHS
        known = line["host"] == ("localhost" if wallet else "127.0.0.1")
        answer = self.get_response(request) if known else HttpResponse("Autre hôte", status=404)
        line["status"] = answer.status_code
        return answer


def _line(request: HttpRequest) -> dict[str, Any]:
    return {
        "at": request.META.get("sandbox.received_at", time.time()),
        "method": request.method,
        "host": request.get_host().rpartition(":")[0],
        "path": request.path,
        "query": _without_secrets(request.GET),
        "form": _without_secrets(request.POST),
        "authorization": request.headers.get("Authorization", "").partition(" ")[0],
        "status": None,
    }


def _without_secrets(parameters: QueryDict) -> dict[str, str]:
    return {name: "***" if name in SECRETS else str(value) for name, value in parameters.dict().items()}
