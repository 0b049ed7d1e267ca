"""One id per request, in the logs, the journal and the answer's X-Request-ID header."""

from collections.abc import Callable
from contextvars import ContextVar

import structlog
from django.http import HttpRequest, HttpResponse

from portal.foundation.keys import uuid7

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside of a request or a task."""
    return _current.get()


def set_request_id(value: str) -> None:
    _current.set(value)


class RequestIdMiddleware:
    """Draws the id here and never takes the client's: a journal line must not carry a chosen value."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid7())
        token = _current.set(request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = request_id
        return response
