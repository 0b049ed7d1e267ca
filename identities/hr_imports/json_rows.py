"""Rows sent as JSON, read as those of a file: `{"rows": [{"matricule": "0421", "birth_name": "…"}, …]}`.

The keys are those of `COLUMNS`; each value is a text, or null for an empty cell. Numbers are refused: a matricule would lose
its zeros. The number of a row is its rank, from 1.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from identities.hr_imports.columns import COLUMNS
from identities.hr_imports.refusals import LONGEST_CELL, FileRefused, nothing_in_it, too_many_rows

FORM = "JSON"
ENDING = ".json"
_SHAPE = "Envoyez un objet dont la seule clé est « rows » : la liste des lignes."


def is_json(name: str) -> bool:
    """Told by the ending of its name: the first character of a CSV may be anything."""
    return PurePath(name).suffix.lower() == ENDING


def json_rows(content: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Titles in French (those of the columns that some row gives), then number and cells of every row that holds something.

    Refuses (FileRefused) what is not JSON of that shape, a key that is no column or comes twice, a value that is no text.
    """
    rows = _listed(content)
    too_many_rows(len(rows))
    given: set[str] = set()
    for number, row in enumerate(rows, 1):
        _check_row(number, row)
        given |= row.keys()
    names = [name for name in COLUMNS if name in given]
    cells = ((number, [row.get(name) or "" for name in names]) for number, row in enumerate(rows, 1))
    return [COLUMNS[name].label for name in names], (
        (number, row) for number, row in cells if any(map(str.strip, row))
    )


def _listed(content: bytes) -> list[Any]:
    if not content.strip():
        raise nothing_in_it()
    try:
        read = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        where = (
            f" (ligne {error.lineno}, caractère {error.colno})"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        french = f"Ce n'est pas du JSON lisible en UTF-8{where}. {_SHAPE}"
        raise FileRefused("Not JSON", french) from error
    rows = read.get("rows") if isinstance(read, dict) else None
    if not isinstance(rows, list) or set(read) != {"rows"}:
        raise FileRefused("Not an object of rows", _SHAPE)
    if not rows:
        raise FileRefused(
            "No row", "La liste « rows » est vide : vérifiez la période et les filtres de l'export."
        )
    return rows


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise FileRefused(
            "A key twice", f"La clé « {_short(twice)} » est donnée deux fois dans un même objet."
        )
    return found


def _check_row(number: int, row: Any) -> None:
    if not isinstance(row, dict):
        raise _wrong(number, "ce n'est pas un objet JSON")
    unknown = row.keys() - COLUMNS.keys()
    if unknown:
        raise _wrong(
            number,
            f"la clé « {_short(min(unknown))} » n'est pas une colonne. Les colonnes sont : {', '.join(COLUMNS)}",
        )
    for name, value in row.items():
        if value is not None and not isinstance(value, str):
            raise _wrong(number, f"« {name} » n'est pas un texte. Mettez la valeur entre guillemets, ou null")
        if value and (len(value) > LONGEST_CELL or not _is_storable(value)):
            raise _wrong(number, f"« {name} » est trop long, ou contient un caractère nul ou coupé en deux")


def _is_storable(text: str) -> bool:
    """Neither NUL nor half of a pair: PostgreSQL takes none of them."""
    return (
        text.isascii()
        and "\x00" not in text
        or not any(one == "\x00" or "\ud800" <= one <= "\udfff" for one in text)
    )


def _short(text: str) -> str:
    """As it may be shown and kept: a key is whatever was sent."""
    return "".join(one if one.isprintable() else "?" for one in text[:40])


def _wrong(number: int, words: str) -> FileRefused:
    return FileRefused(f"Row {number}: wrong shape", f"Ligne {number} de « rows » : {words}.")
