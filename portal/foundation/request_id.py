"""One id per request, in the logs, the journal and the answer's X-Request-ID header; and one log line per request."""

import time
from collections.abc import Callable
from contextvars import ContextVar

import structlog
from django.http import HttpRequest, HttpResponse

from portal.foundation.keys import uuid7

log = structlog.get_logger("requests")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside of a request or a task."""
    return _current.get()


class RequestIdMiddleware:
    """Draws the id here and never takes the client's: a journal line must not carry a chosen value.

    The log line names the route, never the address: a query string may hold somebody's name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id, started = str(uuid7()), time.perf_counter()
        token = _current.set(request_id)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                response = self.get_response(request)
                log.info("request", **_facts(request, response, started))
            finally:
                _current.reset(token)
        response["X-Request-ID"] = request_id
        return response


def _facts(request: HttpRequest, response: HttpResponse, started: float) -> dict[str, object]:
    user = getattr(request, "user", None)
    return {
        "method": request.method,
        "route": request.resolver_match.route if request.resolver_match else None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000, 1),
        "user": str(user.pk) if user is not None and user.is_authenticated else None,
    }
