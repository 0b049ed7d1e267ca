"""How a bench says what it found: one JSON object with the machine and its load, or one line per thing measured."""

import json
import os
import platform
from typing import Any

from portal.foundation.clock import now


def loads() -> list[float]:
    """Of the last minute, five and fifteen: figures taken under somebody else's load say so."""
    return [round(one, 2) for one in os.getloadavg()]


def as_json(before: list[float], **found: Any) -> str:
    """`before`: the load when the bench began; its own load is in the one at the end."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    head = {"at": now().isoformat(), "machine": machine, "loadavg_before": before, "loadavg_after": loads()}
    return json.dumps(head | found, indent=2, ensure_ascii=False)


def as_line(found: dict[str, Any]) -> str:
    """« accueil_site  median_ms 8.3  ratio 1.7 »."""
    figures = "  ".join(f"{name} {value}" for name, value in found.items() if name != "name")
    return f"{found['name']:<24} {figures}"
