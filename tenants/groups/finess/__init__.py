"""Readers of the national FINESS files: streamed, the format found from the content, gz or not. No database here."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenants.groups.finess import json_flux, semicolon, xml_flux
from tenants.groups.finess.rows import FinessEJ, FinessET, FinessFileError, Refusal, Row
from tenants.groups.finess.source import ASK_AGAIN, Source, detect_format

__all__ = ["FinessEJ", "FinessET", "FinessFile", "FinessFileError", "Refusal", "Row", "open_finess"]

_READERS: dict[str, tuple[Callable[[Source], date | None], Callable[[Source], Iterator[Row]]]] = {
    "json": (json_flux.file_day, json_flux.read_json),
    "semicolon": (semicolon.file_day, semicolon.read_semicolon),
    "xml": (xml_flux.file_day, xml_flux.read_xml),
}


@dataclass(frozen=True)
class FinessFile:
    """A file recognised: its format (`json`, `semicolon`, `xml`), the day it speaks of, and its rows, read as asked."""

    name: str
    file_format: str
    day: date | None
    rows: Iterator[Row]


def open_finess(path: Path) -> FinessFile:
    """Recognises a FINESS file. Its rows come one by one, memory stays flat.

    Refuses (FinessFileError), here or while the rows are read: a file that is not there, empty, of another kind,
    cut, damaged by a spreadsheet, or without one row to keep. One bad row is a `Refusal` among the rows.
    """
    source = Source(path)
    try:
        file_format = detect_format(source)
        day = _READERS[file_format][0](source)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _broken_archive(error) from error
    return FinessFile(path.name, file_format, day, _rows(source, _READERS[file_format][1]))


def _rows(source: Source, read: Callable[[Source], Iterator[Row]]) -> Iterator[Row]:
    kept, why = False, "il n'y en a pas une seule."
    try:
        for row in read(source):
            if isinstance(row, Refusal):
                why = row.reason
            else:
                kept = True
            yield row
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _broken_archive(error) from error
    if not kept:
        raise FinessFileError(
            "No structure kept",
            f"« {source.path.name} » ne contient aucune structure FINESS lisible : {why} {ASK_AGAIN}",
        )


def _broken_archive(error: Exception) -> FinessFileError:
    return FinessFileError(f"Broken gzip: {error}", f"L'archive .gz est incomplète ou abîmée. {ASK_AGAIN}")
