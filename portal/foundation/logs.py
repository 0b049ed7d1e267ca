"""What a log line must not carry: the values that a database error repeats, query strings, and links that open something."""

import re
from typing import Any

_VALUES = re.compile(
    r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*$|Failing row contains.*$|\(.*\)=\(.*\)"
    r'|(?:(?<=invalid input syntax for type)|(?<=value out of range)).*: ".*$',
    re.MULTILINE,
)
_QUERY = re.compile(r"\?\S+")
# A segment of an address that is a value signed by django.core.signing (parts of base64 between colons, which clients may
# quote), or the key of a forgotten password (account, moment, digest): whoever reads it could use it.
_SIGNED = re.compile(r"(?<!://)(?<=/)[\w.=-]{6,}(?:(?::|%3A)[\w=-]+)+", re.IGNORECASE)
# One that was drawn: base64 of 30 bytes or more. Capitals and digits tell it from the slug of a group.
_DRAWN = re.compile(r"(?<=/)(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{40,}")
_API_KEY = re.compile(r"trousseau_[\w-]{20,}")
_RESET_KEY = re.compile(r"(?<=/)\w+-\w+-[0-9a-f]{32,}")


def without_values(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor, after `format_exc_info`: traces keep their lines and lose the rows they quote."""
    for key in ("exception", "event"):
        if isinstance(event.get(key), str):
            event[key] = _without_secrets(event[key])
    return event


def _without_secrets(text: str) -> str:
    for pattern in (_VALUES, _SIGNED, _DRAWN, _RESET_KEY, _API_KEY):
        text = pattern.sub("…", text)
    return _QUERY.sub("?…", text)
