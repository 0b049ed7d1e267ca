"""Reports posted by a mail service: who signed them, and what they say.

Header `Trousseau-Signature: t=<seconds since 1970>,v1=<hex>`, where v1 is HMAC-SHA256 of `<t>.<body>` under one of
BOUNCE_WEBHOOK_SECRETS. Body: one event or `{"events": [...]}`; an event is `id`, `status` (RFC 3463), and `address` or
`message_id`, with `at` (ISO 8601) when it is known.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from portal.foundation.clock import now
from tenants.notices.operations import Report

HEADER = "Trousseau-Signature"
TOLERANCE = timedelta(minutes=5)
LARGEST = 256 * 1024  # bytes
MOST_EVENTS = 1000
LONGEST_ID = 150
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = re.compile(r'[^\s;,<>"()@]+@[^\s;,<>"()@]+')
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class UnreadableError(ValueError):
    """A body, or an event, that says nothing we know; in English, without what it held."""


def is_signed(header: str, body: bytes) -> bool:
    """Whether the body was signed by one of our secrets, within five minutes of now."""
    parts = [one.strip().partition("=") for one in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if len(stamps) != 1 or not re.fullmatch(r"\d{1,12}", stamps[0], re.ASCII):
        return False
    if abs(now().timestamp() - int(stamps[0])) > TOLERANCE.total_seconds():
        return False
    given = [value for name, _, value in parts if name == "v1"]
    expected = [signature(secret, stamps[0], body) for secret in settings.BOUNCE_WEBHOOK_SECRETS]
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected)


def signature(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def events_of(body: bytes) -> list[Any]:
    """Refuses (UnreadableError) what is not JSON, neither an event nor a list of them, or too many of them."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not JSON") from error
    events = read.get("events", [read]) if isinstance(read, dict) else None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise UnreadableError(f"events: a list of {MOST_EVENTS} at most")
    return events


def report_of(event: Any) -> Report:
    """Refuses (UnreadableError) an event without its id, its status, and an address or a message."""
    if not isinstance(event, dict):
        raise UnreadableError("an event is an object")
    key, status = event.get("id"), event.get("status")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_ID or "\x00" in key:
        raise UnreadableError(f"id: 1 to {LONGEST_ID} characters")
    if not isinstance(status, str) or not STATUS.fullmatch(status):
        raise UnreadableError("status: an enhanced code, as 5.1.1")
    address, message_id = read_address(event.get("address")), read_message_id(event.get("message_id"))
    if not address and message_id is None:
        raise UnreadableError("address or message_id")
    return Report(f"service:{key}", status, _moment(event.get("at")), address, message_id)


def read_address(value: Any) -> str:
    """Empty when it cannot be an address."""
    text = value.strip() if isinstance(value, str) else ""
    return text.lower() if len(text) <= 254 and text.isprintable() and _ADDRESS.fullmatch(text) else ""


def read_message_id(value: Any) -> UUID | None:
    """Of `<id@host>`, of the id alone, or of the envelope's sender `retours+<id>@host`; None without one of ours."""
    found = _UUID.search(value[:1000]) if isinstance(value, str) else None
    return UUID(found[0]) if found else None


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableError("at: ISO 8601") from error


def readable(events: list[Any]) -> Iterator[tuple[int, Report | str]]:
    """Each event by its rank, read or refused with the reason: one that is wrong does not hold back the others."""
    for rank, event in enumerate(events):
        try:
            yield rank, report_of(event)
        except UnreadableError as error:
            yield rank, str(error)
