"""Dates of birth: what people type is understood or refused with words; partial dates keep their 00."""

from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.errors import DomainError
from portal.foundation.partial_dates import (
    age_on,
    birth_date_warning,
    french_birth_date,
    parse_birth_date,
)

pytestmark = pytest.mark.usefixtures("autumn")


@pytest.fixture
def autumn():
    with time_machine.travel("2026-11-22 12:00", tick=False):
        yield


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("01/02/1980", "1980-02-01"),
        ("1/2/1980", "1980-02-01"),
        ("01.02.1980", "1980-02-01"),
        ("01-02-1980", "1980-02-01"),
        ("01 02 1980", "1980-02-01"),
        ("01021980", "1980-02-01"),
        ("010280", "1980-02-01"),
        ("1/2/80", "1980-02-01"),
        ("1/2/05", "2005-02-01"),
        ("1980-02-01", "1980-02-01"),
        ("1980-02-01 00:00:00", "1980-02-01"),
        ("00/00/1950", "1950-00-00"),
        ("00/02/1950", "1950-02-00"),
        ("02/1950", "1950-02-00"),
        ("1950", "1950-00-00"),
        ("1er février 1950", "1950-02-01"),
        ("Août 1950", "1950-08-00"),
        ("29/02/2008", "2008-02-29"),
        ("22/11/2012", "2012-11-22"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_understands_what_people_type(typed, stored):
    assert parse_birth_date(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "31/02/1980",
        "29/02/2007",
        "12/13/1980",
        "01/00/1950",
        "23/11/2026",
        "23/11/2012",
        "2015",
        "01/01/1899",
        "0000",
        "80",
        "02/80/1",
        "1/2/20",
        "hier",
        "1er brumaire 1950",
        "1980/02/01/1",
    ],
)
def test_refuses_with_words_and_the_field(typed):
    with pytest.raises(DomainError) as refused:
        parse_birth_date(typed)
    assert refused.value.field == "birth_date"
    assert refused.value.french.endswith((".", "inconnu."))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("1950-00-00", "1950"), ("1950-02-00", "février 1950"), ("1980-02-01", "01/02/1980"), ("", "")],
)
def test_shows_a_date_as_french_people_read_it(stored, shown):
    assert french_birth_date(stored) == shown


def test_an_unlikely_age_warns_and_does_not_refuse():
    assert parse_birth_date("13/05/1907") == "1907-05-13"
    assert "119 ans" in birth_date_warning("1907-05-13")
    assert birth_date_warning("1980-02-01") == ""
    assert birth_date_warning("") == ""


def test_the_age_of_a_partial_date_is_the_greatest_it_allows():
    assert age_on("1950-00-00", date(2026, 1, 1)) == 76
    assert age_on("1980-02-02", date(2026, 2, 1)) == 45


@given(st.dates(date(1927, 1, 1), date(2012, 1, 1)))
def test_a_date_shown_is_understood_again(day):
    stored = day.isoformat()
    assert parse_birth_date(french_birth_date(stored)) == stored
    assert parse_birth_date(f"{day:%d%m%y}") == stored


@given(st.integers(1927, 2011), st.integers(0, 12))
def test_a_partial_date_shown_is_understood_again(year, month):
    stored = f"{year}-{month:02}-00"
    assert parse_birth_date(french_birth_date(stored)) == stored


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_a_refusal(text):
    try:
        found = parse_birth_date(text)
    except DomainError:
        return
    assert found == "" or len(found) == 10
