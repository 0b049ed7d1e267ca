"""Where a mail service posts what came back."""

import structlog
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.journal.operations import Machine
from tenants.memberships.doors import public
from tenants.notices.operations import Report, record_bounces
from tenants.notices.reports import HEADER, LARGEST, UnreadableError, events_of, is_signed, readable

log = structlog.get_logger(__name__)
MAIL_SERVICE = Machine("Le service de courriel")


@csrf_exempt  # a machine: its signature stands for it
@transaction.non_atomic_requests
@public("a mail service reports what came back; each request is signed with a shared secret")
@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """401 without a good signature of the last five minutes, 413 beyond 256 KiB, 400 for what is not JSON.

    Else 200 with how many events were recorded, repeated, unknown…, and the rank of those that say nothing we know. An
    event counts once, however often it is posted.
    """
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return JsonResponse({"error": f"{LARGEST} bytes at most"}, status=413)
    if not is_signed(request.headers.get(HEADER, ""), body):
        log.warning("bounce_report_not_signed")
        return JsonResponse({"error": "bad signature"}, status=401)
    try:
        read = list(readable(events_of(body)))
    except UnreadableError as error:
        return JsonResponse({"error": str(error)}, status=400)
    seen = record_bounces(actor=MAIL_SERVICE, reports=[one for _, one in read if isinstance(one, Report)])
    refused = [{"event": rank, "error": one} for rank, one in read if isinstance(one, str)]
    return JsonResponse({**seen, "refused": refused})
