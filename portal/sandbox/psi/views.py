"""`POST /psi/v1/identities` and what tests tell it, at /_sandbox/psi."""

import json
import os
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from portal.sandbox.psi.book import book
from portal.sandbox.psi.breakdowns import after, before, chaos, choose
from portal.sandbox.psi.civil_status import civil_status
from portal.sandbox.psi.registering import declare, respond
from portal.sandbox.psi.variants import VARIANTS, vary

KEY = "cle-psi-du-bac-a-sable"
KEYS_VARIABLE = "SANDBOX_PSI_KEYS"  # « key=structure,key » : a structure is optional


class Told:
    """The shape that a test wants the answers in."""

    variant = ""


told = Told()


def _keys() -> dict[str, str]:
    pairs = (one.partition("=") for one in os.environ.get(KEYS_VARIABLE, KEY).split(","))
    return {key: structure for key, _, structure in pairs}


@csrf_exempt
def register(request: HttpRequest) -> HttpResponse:
    """One call: key, breakdown before, the call itself, breakdown after."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    given, known = request.headers.get("ESANTE-API-KEY", ""), _keys()
    if given not in known:
        return JsonResponse({"message": "Unauthorized"}, status=403 if given else 401)
    breakdown = choose()
    early = before(breakdown, request)
    if early is not None:
        return early
    if request.content_type != "application/json":
        return HttpResponse(status=415)
    try:
        body: Any = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return JsonResponse(
            {"status": 400, "error": "JSON parse error", "path": "/v1/identities"}, status=400
        )
    status, whole = vary(told.variant, *respond(body, known[given]))
    return after(breakdown, request, JsonResponse(whole, status=status))


def control(request: HttpRequest) -> HttpResponse:
    """GET: what was written; PUT {"people", "self_enrolled", "elapsed_days", "variant", "chaos", "seed", "seconds"}."""
    if request.method == "PUT":
        wanted = json.loads(request.body)
        if wanted.get("variant", "") not in ("", *VARIANTS):
            return JsonResponse({"error": "unknown variant", "known": list(VARIANTS)}, status=400)
        with book.lock:
            declare(wanted)
            told.variant = wanted.get("variant", told.variant)
            book.elapsed = timedelta(days=wanted.get("elapsed_days", book.elapsed.days))
        if "chaos" in wanted:
            chaos.start(wanted["chaos"], wanted.get("seed", 1), wanted.get("seconds", 1))
    with book.lock:
        return JsonResponse(book.told() | {"struck": chaos.struck, "variant": told.variant})


def forget() -> None:
    """As after the start."""
    book.forget()
    civil_status.forget()
    chaos.forget()
    told.variant = ""
