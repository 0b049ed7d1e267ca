"""Lists that leave as spreadsheets: CSV as French Excel opens it, and XLSX. No cell can run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from portal.foundation.clock import PARIS

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What spreadsheets take for a formula, also after spaces and in its full-width form (OWASP, « CSV injection »).
_FORMULA = re.compile(r"[\s\x00-\x1f\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# Characters that XML 1.0 forbids: a workbook that holds one does not open.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Row = Sequence[Any]


def safe_text(text: str) -> str:
    """The text without control characters, and with an apostrophe in front when a spreadsheet would run it."""
    harmless = _FORBIDDEN.sub("", text)
    return f"'{harmless}" if _FORMULA.match(text) or _FORMULA.match(harmless) else harmless


def csv_cell(value: Any) -> str:
    """Dates as 22/11/2026, moments as 22/11/2026 14:32 in Paris, booleans as oui and non, nothing as an empty cell."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int | float):
        return str(value)
    return "" if value is None else safe_text(str(value))


def write_csv(stream: IO[bytes], header: Row, rows: Iterable[Row]) -> int:
    """UTF-8 with its mark, `;`, CRLF. Says how many rows it wrote."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([csv_cell(one) for one in header])
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        writer.writerow([csv_cell(one) for one in row])
    text.detach()
    return count


def write_xlsx(stream: IO[bytes], header: Row, rows: Iterable[Row], title: str = "Liste") -> int:
    """One sheet, its first line kept in sight; dates stay dates, texts are texts. Says how many rows it wrote."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, one, bold=True) for one in header])
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        sheet.append([_xlsx_cell(sheet, one) for one in row])
    book.save(stream)
    return count


def _xlsx_cell(sheet: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(PARIS).replace(tzinfo=None))
        cell.number_format = "dd/mm/yyyy hh:mm"
    elif isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "dd/mm/yyyy"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        cell = WriteOnlyCell(sheet, value)
    else:
        cell = WriteOnlyCell(sheet, csv_cell(value))
        cell.data_type = "s"  # never « f »: openpyxl reads a leading = as a formula
    if bold:
        cell.font = Font(bold=True)
    return cell


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}


def spreadsheet(kind: str, name: str, header: Row, rows: Iterable[Row]) -> tuple[HttpResponse, int]:
    """The whole file as a download, and its number of rows; `kind` is « csv » or « xlsx » (else KeyError).

    The rows are read to the last one before this returns, so inside the caller's tenant door: nothing is streamed after it.
    """
    stream = io.BytesIO()
    count = WRITERS[kind](stream, header, rows)
    response = HttpResponse(stream.getvalue(), content_type=TYPES[kind])
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}") or ""
    response.headers["Cache-Control"] = "no-store"
    return response, count
