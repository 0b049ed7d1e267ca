"""What is answered when a search cannot be done: an OperationOutcome with the status.

Published: the shape and the texts of HAPI-0302, the list of statuses (200 400 401 403 404 410 412 500). Guessed: 429 and its
Retry-After, the texts of the others, 401 without a key and 403 with a wrong one (both are Gravitee's usual answers).
"""

import json
from typing import Any

from django.http import HttpResponse

KNOWN = ("Practitioner", "PractitionerRole", "Device", "Organization", "HealthcareService")


class Refused(Exception):
    """Why a request is refused: status, code of the issue, text."""

    def __init__(self, status: int, code: str, diagnostics: str) -> None:
        super().__init__(diagnostics)
        self.status, self.code, self.diagnostics = status, code, diagnostics


def unknown_kind(kind: str) -> Refused:
    listed = ", ".join(KNOWN)
    text = f"HAPI-0302: Unknown resource type '{kind}' - Server knows how to handle: [{listed}]"
    return Refused(400, "processing", text)


def outcome(refused: Refused) -> HttpResponse:
    issue = {"severity": "error", "code": refused.code, "diagnostics": refused.diagnostics}
    answer = fhir({"resourceType": "OperationOutcome", "issue": [issue]}, refused.status)
    if refused.status == 429:
        answer.headers["Retry-After"] = "1"
    return answer


def fhir(resource: dict[str, Any], status: int = 200) -> HttpResponse:
    """As JSON, with its length: the connection then stays open for the next call."""
    content = json.dumps(resource, ensure_ascii=False).encode()
    answer = HttpResponse(content, status=status, content_type="application/fhir+json;charset=utf-8")
    answer.headers["Content-Length"] = str(len(content))
    return answer
