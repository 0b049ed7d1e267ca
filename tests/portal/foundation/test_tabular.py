"""No exported cell can run, and every file opens."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from portal.foundation.tabular import csv_cell, safe_text, spreadsheet, write_csv, write_xlsx

DANGEROUS = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://exemple.invalid","cliquez")',
    "+33612345678",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\x00=1+1",
    "\x01@SUM(1)",
    "＝1+1",
    "＠SUM(1)",
    "\ufeff=1+1",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_an_apostrophe_stops_a_formula(text):
    assert safe_text(text).startswith("'")


@pytest.mark.parametrize("text", ["Le Goff", "d'Arc", "Aide-soignant", "12/11", "a=b", "", "É", "1 = 2"])
def test_ordinary_text_is_left_alone(text):
    assert safe_text(text) == text


def test_cells_are_written_the_french_way():
    assert csv_cell(date(2026, 11, 22)) == "22/11/2026"
    assert csv_cell(datetime(2026, 11, 22, 13, 32, tzinfo=UTC)) == "22/11/2026 14:32"
    assert [csv_cell(one) for one in (True, False, None, 3, -3)] == ["oui", "non", "", "3", "-3"]


def test_csv_opens_in_french_excel():
    stream = io.BytesIO()
    assert write_csv(stream, ["Nom", "Note"], [["Éloïse; née", 'dit "Lo"'], ["=1+1", None]]) == 2
    raw = stream.getvalue()
    assert raw.startswith(b"\xef\xbb\xbfNom;Note\r\n")
    assert list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))[1:] == [
        ["Éloïse; née", 'dit "Lo"'],
        ["'=1+1", ""],
    ]


def test_xlsx_keeps_dates_as_dates_and_formulas_as_text():
    stream = io.BytesIO()
    moment = datetime(2026, 11, 22, 13, 32, tzinfo=UTC)
    write_xlsx(stream, ["Nom", "Le", "À", "N"], [["=1+1", date(2026, 11, 22), moment, 4]])
    sheet = load_workbook(stream).active
    cells = list(sheet.iter_rows(min_row=2))[0]
    assert [one.value for one in cells] == [
        "'=1+1",
        datetime(2026, 11, 22),
        datetime(2026, 11, 22, 14, 32),
        4,
    ]
    assert cells[0].data_type == "s"
    assert sheet.freeze_panes == "A2"


@pytest.mark.slow
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_makes_a_file_that_opens_and_runs_nothing(texts):
    book, sheet = io.BytesIO(), io.BytesIO()
    write_xlsx(book, ["x"] * len(texts), [texts])
    write_csv(sheet, ["x"] * len(texts), [texts])
    for cell in list(load_workbook(book).active.iter_rows(min_row=2))[0]:
        assert cell.data_type != "f"
        assert not str(cell.value or "").lstrip().startswith(("=", "+", "-", "@"))
    for row in list(csv.reader(io.StringIO(sheet.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))[
        1:
    ]:
        assert not any(one.lstrip().startswith(("=", "+", "-", "@")) for one in row)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_download_is_read_whole_before_it_leaves(kind):
    rows = iter([["Anne"], ["Jeanne"]])
    response, count = spreadsheet(kind, "liste", ["Nom"], rows)
    assert count == 2
    assert list(rows) == []
    assert response.headers["Content-Disposition"] == f'attachment; filename="liste.{kind}"'
    assert response.headers["Cache-Control"] == "no-store"
    assert len(response.content) > 10
