"""A file as it was deposited: its kind, its line of titles, and its rows, whatever it was written with."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from identities.hr_imports.columns import column_of
from identities.hr_imports.json_rows import FORM as JSON
from identities.hr_imports.json_rows import is_json, json_rows
from identities.hr_imports.refusals import (
    MOST_BYTES,
    MOST_COLUMNS,
    FileRefused,
    header_only,
    nothing_in_it,
    was_cut,
)
from identities.hr_imports.text_files import check_lines, decoded, is_cut, separator_of, text_rows
from identities.hr_imports.workbooks import workbook_rows
from portal.foundation.names import search_key

_SOUGHT = 20  # the line of titles stands among these first lines
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation"}

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Described:
    """What was understood of a file. `headers` at line `header_line`; `form` in French: « CSV, UTF-8, point-virgule »."""

    form: str
    headers: list[str]
    header_line: int
    row_count: int
    sample: list[list[str]]


def describe_file(name: str, content: bytes) -> Described:
    """Reads the whole file once. Refuses (FileRefused) what cannot be read as a table of people: see refusals.py."""
    form, header_line, headers, below = _read(name, content)
    sample: list[list[str]] = []
    count, last = 0, (header_line, headers)
    for last in below:
        count += 1
        if count <= 3:
            sample.append(last[1])
    if not count:
        raise header_only(header_line)
    if form.startswith("CSV") and is_cut(decoded(content)[0], len(headers), len(last[1])):
        raise was_cut(last[0])
    return Described(form, headers, header_line, count, sample)


def file_rows(name: str, content: bytes) -> tuple[list[str], Iterator[Row]]:
    """Titles, then number and cells of every row below them. The same refusals as `describe_file`, while it is read."""
    _, _, headers, below = _read(name, content)
    return headers, below


def _read(name: str, content: bytes) -> tuple[str, int, list[str], Iterator[Row]]:
    """Its form, the line of its titles, these titles, and the rows below; rows sent as JSON have no such line."""
    if len(content) > MOST_BYTES:
        raise too_heavy(len(content))
    if is_json(name):
        return JSON, 0, *json_rows(content)
    form, rows = _opened(name, content)
    return form, *_headed(rows)


def _opened(name: str, content: bytes) -> tuple[str, Iterator[Row]]:
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\r\n\t ;,"):
        raise nothing_in_it()
    if content.startswith(b"PK"):
        ending = PurePath(name).suffix.lower()
        return ("ODS" if ending == ".ods" else "XLSX"), workbook_rows(content)
    if content.startswith(_OLD_EXCEL):
        raise FileRefused(
            "Old or encrypted Excel",
            "Ce classeur est à l'ancien format XLS, ou protégé par un mot de passe : enregistrez-le en XLSX ou en CSV.",
        )
    if content.startswith(b"%PDF"):
        raise FileRefused(
            "A PDF", "C'est un PDF, il ne se lit pas comme un tableau : exportez en CSV ou XLSX."
        )
    text, encoding = decoded(content)
    check_lines(text)
    separator = separator_of(text)
    return f"CSV, {encoding}, {_SEPARATORS[separator]}", text_rows(text, separator)


def too_heavy(size: int) -> FileRefused:
    """The refusal of a file over 50 MB, said before it is read."""
    return FileRefused(
        f"{size} bytes",
        f"Le fichier pèse {size // 1024 // 1024} Mo ; {MOST_BYTES // 1024 // 1024} Mo au plus."
        " Déposez l'export du personnel seul, sans les images ni les autres feuilles.",
    )


def _headed(rows: Iterator[Row]) -> tuple[int, list[str], Iterator[Row]]:
    """The line of titles is the one where the most names are known, else the first; what stands above is left out."""
    first = list(itertools.islice(rows, _SOUGHT))
    if not first:
        raise nothing_in_it()
    scores = [len({column_of(cell) for cell in cells} - {""}) for _, cells in first]
    best = scores.index(max(scores))
    number, cells = first[best]
    headers = _named(cells)
    if len(headers) > MOST_COLUMNS:
        raise FileRefused(
            f"{len(headers)} columns",
            f"Le fichier compte {len(headers)} colonnes ; {MOST_COLUMNS} au plus. Gardez celles du modèle.",
        )
    if max(scores) < 2 and not _looks_like_titles(cells):
        raise FileRefused(
            "No line of titles",
            f"Aucune ligne de titres n'a été trouvée dans les {len(first)} premières lignes."
            " Ajoutez une première ligne qui nomme les colonnes, comme dans le modèle.",
        )
    return number, headers, itertools.chain(first[best + 1 :], rows)


def _looks_like_titles(cells: list[str]) -> bool:
    """Words that we do not know, but words: they are told one by one on the screen."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= 4 and not any(character.isdigit() for cell in filled for character in cell)


def _named(cells: list[str]) -> list[str]:
    """Titles as typed; one that comes twice, or an empty one, is told apart by its rank."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    seen: set[str] = set()
    headers = []
    for rank, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split())[:100]
        if not search_key(name) or search_key(name) in seen:
            name = f"{name or 'Colonne'} ({rank})"
        seen.add(search_key(name))
        headers.append(name)
    return headers
