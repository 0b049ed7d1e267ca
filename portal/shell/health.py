"""What a supervisor asks: is the process alive, is it ready to serve."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from portal.dispatch.queries import outbox_age
from portal.dispatch.tasks import HEARTBEAT
from portal.foundation.clock import now
from tenants.memberships.doors import public

HEARTBEAT_LATE = 60  # seconds; a heart beats every 10
OUTBOX_LATE = 300  # seconds since the oldest message was due


@never_cache
@require_safe
@transaction.non_atomic_requests
@public("a supervisor asks whether the process answers")
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
@transaction.non_atomic_requests
@public("a supervisor asks whether the services behind answer; no tenant data")
def ready(request: HttpRequest) -> JsonResponse:
    """503 with the same body when one of them does not."""
    checks = {name: _answer(check) for name, check in CHECKS.items()}
    healthy = all(check["ok"] for check in checks.values())
    body = {"status": "ok" if healthy else "degraded", "checks": checks}
    return JsonResponse(body, status=200 if healthy else 503)


Answer = dict[str, object]


def _answer(check: Callable[[], Answer]) -> Answer:
    try:
        return check()
    except (DatabaseError, RedisError) as error:
        return {"ok": False, "error": type(error).__name__}


def _database() -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _broker() -> Answer:
    cache.set("health", "ok", timeout=10)
    return {"ok": cache.get("health") == "ok"}


def _worker() -> Answer:
    beat = cache.get(HEARTBEAT)
    if beat is None:
        return {"ok": False, "seconds": None}
    seconds = round(now().timestamp() - beat, 1)
    return {"ok": seconds <= HEARTBEAT_LATE, "seconds": seconds}


def _outbox() -> Answer:
    seconds = round(outbox_age(), 1)
    return {"ok": seconds <= OUTBOX_LATE, "seconds": seconds}


CHECKS: dict[str, Callable[[], Answer]] = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "outbox": _outbox,
}
