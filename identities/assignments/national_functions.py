"""Loads the two tables of reference/: national functions (NOS facts) and job shortcuts (ours). Owner's migrations only."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

_REFERENCE = Path(__file__).parent / "reference"
_BOOLEANS = ("is_selectable", "is_common")


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with (_REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _function(line: dict[str, Any]) -> dict[str, Any]:
    closed_on = date.fromisoformat(line["closed_on"]) if line["closed_on"] else None
    return {**line, **{name: line[name] == "1" for name in _BOOLEANS}, "closed_on": closed_on}


def load_functions(apps: Any, database: str) -> None:
    """Writes both tables again from the files; a code that left the file stays, history may point to it."""
    function, shortcut = (apps.get_model("assignments", name) for name in ("NationalFunction", "JobShortcut"))
    rows = [function(**_function(line)) for line in _lines("national_functions.csv")]
    columns = [name for name in _function(next(_lines("national_functions.csv"))) if name != "code"]
    function.objects.using(database).bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=columns
    )
    shortcut.objects.using(database).all().delete()
    shortcut.objects.using(database).bulk_create(
        shortcut(label=line["label"], function_id=line["function_code"])
        for line in _lines("job_shortcuts.csv")
    )
