"""National tables of communes and countries: read from CSV or from the npm package's JSON, refreshed by one upsert."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connections, transaction

from portal.foundation.errors import DomainError

REFERENCE = Path(__file__).resolve().parent / "reference"
OWNER = "owner"  # the application's own role may only read national tables


@dataclass(frozen=True)
class Source:
    """One table: the names of its files, their columns, and those that tell a row."""

    table: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    key: str
    dates: tuple[str, ...] = ()


COMMUNES = Source(
    "people_commune",
    ("code", "name", "kind", "department", "current_code", "postal_codes"),
    ("code", "nom", "type", "departement", "chef_lieu", "codes_postaux"),
    "code, kind",
)
COUNTRIES = Source(
    "people_country",
    ("code", "name", "attached_to", "name_since", "ended_on"),
    ("code", "nom", "code_pays_rattachement", "date_debut", "date_fin"),
    "code",
    ("name_since", "ended_on"),
)


@dataclass(frozen=True)
class Loaded:
    """What one file brought: rows read, new, changed. Nothing is ever deleted: people were born in former communes."""

    table: str
    read: int
    added: int
    changed: int


def load_insee(path: Path) -> Loaded:
    """Refreshes one table from a CSV of our shape or from `communes.json` of @etalab/decoupage-administratif.

    Refuses (DomainError) a file of neither shape; nothing is then changed. Twice the same file changes nothing.
    """
    source, rows = _read(path)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE arrived (LIKE {source.table})")
        cursor.execute("ALTER TABLE arrived DROP COLUMN search_key, DROP COLUMN IF EXISTS id")
        with cursor.copy(f"COPY arrived ({', '.join(source.columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_upsert(source))
        added, changed = cursor.fetchone()
        cursor.execute("DROP TABLE arrived")
    return Loaded(source.table, len(rows), added, changed)


def insee_files(paths: list[Path]) -> list[Path]:
    """The files named, and in each folder those of known names. Refuses (DomainError) a path that leads to none."""
    names = ("communes.json", "data/communes.json", "insee_communes.csv", "insee_pays.csv")
    found = [file for path in paths for file in ([path / one for one in names] if path.is_dir() else [path])]
    kept = [one for one in found if one.is_file()]
    if not kept:
        raise DomainError(
            "No INSEE file there",
            f"Aucun fichier à charger : attendu communes.json, insee_communes.csv ou insee_pays.csv dans {paths[0]}.",
        )
    return kept


def _read(path: Path) -> tuple[Source, list[tuple[str | None, ...]]]:
    try:
        if path.suffix == ".json":
            return COMMUNES, list(_json_communes(path))
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            source = _source_of(tuple(reader.fieldnames or ()), path)
            return source, [_csv_row(source, row) for row in reader]
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise _unreadable(path) from error


def _source_of(headings: tuple[str, ...], path: Path) -> Source:
    for source in (COMMUNES, COUNTRIES):
        if headings == source.headings:
            return source
    raise _unreadable(path)


def _csv_row(source: Source, row: dict[str, str]) -> tuple[str | None, ...]:
    values = dict(zip(source.columns, (row[one] for one in source.headings), strict=True))
    return tuple(None if name in source.dates and not value else value for name, value in values.items())


def _json_communes(path: Path) -> Iterator[tuple[str, ...]]:
    for one in json.loads(path.read_text(encoding="utf-8")):
        postal_codes = " ".join(one.get("codesPostaux", ()))
        yield one["code"], one["nom"], one["type"], one["departement"], one.get("chefLieu", ""), postal_codes


def _upsert(source: Source) -> str:
    """Table and column names are ours, never those of a file. xmax is 0 on a row that the statement inserted."""
    columns = ", ".join(source.columns)
    told = ", ".join(f"{one} = excluded.{one}" for one in source.columns if one not in source.key.split(", "))
    mine = ", ".join(f"{source.table}.{one}" for one in source.columns)
    theirs = ", ".join(f"excluded.{one}" for one in source.columns)
    return (
        f"WITH written AS (INSERT INTO {source.table} ({columns}) SELECT {columns} FROM arrived"  # noqa: S608
        f" ON CONFLICT ({source.key}) DO UPDATE SET {told} WHERE ({mine}) IS DISTINCT FROM ({theirs})"
        " RETURNING xmax::text::bigint = 0 AS is_new)"
        " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written"
    )


def _unreadable(path: Path) -> DomainError:
    return DomainError(
        "INSEE file of an unknown shape",
        f"« {path.name} » n'est ni le fichier communes.json du paquet @etalab/decoupage-administratif, ni un CSV"
        f" aux colonnes {', '.join(COMMUNES.headings)} ou {', '.join(COUNTRIES.headings)}. Rien n'a été modifié.",
    )
