"""XLSX and ODS: weighed before they are opened, then read by calamine; every cell becomes the text that a CSV would hold."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from identities.hr_imports.refusals import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    FileRefused,
    too_many_rows,
    was_cut,
)

_BLOCK = 1 << 20
_OVERLAP = 512  # a tag may straddle two blocks
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_REPEATED_COLUMNS = re.compile(
    rb'<table:table-cell\b(?=[^>]*office:value-type)[^>]*number-columns-repeated="(\d+)"'
)
_REPEATED_ROWS = re.compile(
    rb'number-rows-repeated="(\d{4,})"[^>]*>(?:<table:table-cell\b[^>]*/>)*<table:table-cell\b[^>]*office:value-type'
)


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number of the line and cells of the first sheet that holds something, empty lines left out.

    Refuses (FileRefused) a damaged or cut workbook, one under a password, and one that unpacks to more than 250 MB or to
    cells far away from each other (« zip bombs »), before anything of it is kept in memory.
    """
    _weigh(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                break
        else:
            return
        first = sheet.start[0] if sheet.start else 0
        rows = sheet.iter_rows()
    except (CalamineError, ValueError) as error:
        raise _damaged() from error
    count = 0
    for number, row in enumerate(rows, first + 1):
        cells = [cell_text(value) for value in row]
        if any(cells):
            count += 1
            too_many_rows(count)
            if max(map(len, cells)) > LONGEST_CELL:
                raise _cell_too_long(number)
            yield number, cells


def cell_text(value: Any) -> str:
    """Dates as 22/11/2026, whole numbers without « .0 », the rest as written."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time.min else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time | timedelta):
        return str(value)
    return "" if value is None else str(value).strip()


def _weigh(content: bytes) -> None:
    """Unpacks each part to nowhere, block by block: what the archive says of its own size is not believed."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise _bomb()
            for part in archive.infolist():
                left -= _unpacked(archive, part, left)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged() from error
    except zlib.error as error:
        raise _damaged() from error


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    size, tail = 0, b""
    is_sheet = part.filename.startswith("xl/worksheets/") or part.filename == "content.xml"
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                raise _bomb()
            if is_sheet:
                _check_spread(tail + block)
                tail = block[-_OVERLAP:]
    return size


def _check_spread(block: bytes) -> None:
    """A cell in the last column of the last row makes a reader hold everything between."""
    for letters, row in _far_cells(block):
        rank = 0
        for letter in letters:
            rank = rank * 26 + letter - 64
        if rank > MOST_COLUMNS or row > MOST_ROWS + 1000:
            raise FileRefused(
                "Cells too far apart",
                f"Le classeur contient une cellule en {letters.decode()}{row}, très loin du tableau."
                " Supprimez les lignes et colonnes en trop, ou enregistrez-le en CSV.",
            )
    repeated = [*_REPEATED_COLUMNS.findall(block), *_REPEATED_ROWS.findall(block)]
    if any(int(one) > 1000 for one in repeated):
        raise _bomb()


def _far_cells(block: bytes) -> Iterator[tuple[bytes, int]]:
    return ((letters, int(row)) for letters, row in _CELL.findall(block))


def _bomb() -> FileRefused:
    return FileRefused(
        "Workbook too large once unpacked",
        f"Une fois ouvert, ce classeur dépasse {MOST_UNPACKED // 1024 // 1024} Mo : il n'est pas lu."
        " Enregistrez la feuille du personnel seule, en CSV.",
    )


def _damaged() -> FileRefused:
    french = was_cut().french
    return FileRefused(
        "Workbook that does not open",
        f"Ce classeur ne s'ouvre pas. {french} S'il est protégé par un mot de passe, retirez-le d'abord.",
    )


def _cell_too_long(line: int) -> FileRefused:
    return FileRefused(
        f"Cell too long at line {line}",
        f"Ligne {line} : une cellule compte plus de {LONGEST_CELL} caractères. Videz-la, puis déposez le fichier.",
    )
