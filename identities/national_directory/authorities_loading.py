"""Loads who registers which profession from reference/registration_authorities.csv. Owner's migrations only."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "reference" / "registration_authorities.csv"


def load_authorities(apps: Any, database: str) -> None:
    """Writes the table again from the file."""
    authority = apps.get_model("national_directory", "RegistrationAuthority")
    with _FILE.open(encoding="utf-8", newline="") as stream:
        rows = [authority(**line | _dates(line)) for line in csv.DictReader(stream)]
    authority.objects.using(database).all().delete()
    authority.objects.using(database).bulk_create(rows)


def _dates(line: dict[str, Any]) -> dict[str, date | None]:
    return {
        name: date.fromisoformat(line[name]) if line[name] else None for name in ("valid_from", "valid_to")
    }
