"""What a log line must not carry: the values that a database error repeats, and the query string of an address."""

import re
from typing import Any

_VALUES = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$|Failing row contains.*$|\(.*\)=\(.*\)", re.MULTILINE)
_QUERY = re.compile(r"\?\S+")


def without_values(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor, after `format_exc_info`: traces keep their lines and lose the rows they quote."""
    for key in ("exception", "event"):
        if isinstance(event.get(key), str):
            event[key] = _QUERY.sub("?…", _VALUES.sub("…", event[key]))
    return event
