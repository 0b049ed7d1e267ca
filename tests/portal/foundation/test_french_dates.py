"""Dates and times typed the way French people type them."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.exceptions import ValidationError

from portal.foundation.forms import FrenchDateField, FrenchDateTimeField, read_date, read_time

IN_2026 = time_machine.travel("2026-11-22T12:00:00+01:00", tick=False)


@pytest.mark.parametrize(
    "typed",
    [
        "01/02/1980",
        "1/2/1980",
        "1/2/80",
        "01.02.1980",
        "01-02-1980",
        "01 02 1980",
        " 01/02/1980 ",
        "01021980",
        "010280",
        "1980-02-01",
    ],
)
@IN_2026
def test_reads_every_usual_way_of_typing_a_day(typed):
    assert read_date(typed) == date(1980, 2, 1)


@IN_2026
def test_two_digits_of_year_stay_near_today():
    assert read_date("1/2/30") == date(2030, 2, 1)
    assert read_date("1/2/30", past=True) == date(1930, 2, 1)
    assert read_date("1/2/37") == date(1937, 2, 1)
    assert read_date("1/2/26", past=True) == date(2026, 2, 1)


@pytest.mark.parametrize("typed", ["hier", "02/1980", "1980/02/01", "1", "01/02/198", "٠١/٠٢/١٩٨٠x"])
def test_says_which_shape_is_expected(typed):
    with pytest.raises(ValidationError, match="JJ/MM/AAAA"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["01/01/0001", "31/12/1899", "01/01/2200", "31/12/9999"])
def test_refuses_a_year_out_of_any_life(typed):
    with pytest.raises(ValidationError, match="vérifiez-la"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["31/02/2026", "29/02/2025", "32/01/2026", "01/13/2026", "00000000"])
def test_says_that_a_day_does_not_exist(typed):
    with pytest.raises(ValidationError, match="n'existe pas"):
        read_date(typed)


def test_a_date_of_the_past_is_not_to_come():
    with pytest.raises(ValidationError, match="futur"):
        FrenchDateField(past=True).clean("01/01/2199")


def test_an_empty_optional_date_is_none():
    assert FrenchDateField(required=False).clean("") is None


@pytest.mark.parametrize("typed", ["19:30", "19h30", "19 h 30", "19H30"])
def test_reads_an_hour(typed):
    assert read_time(typed) == time(19, 30)


@pytest.mark.parametrize("typed", ["25:00", "12:75", "soir", ""])
def test_refuses_an_hour_that_does_not_exist(typed):
    with pytest.raises(ValidationError, match="HH:MM"):
        read_time(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "01/02/2026 19:30",
        "1/2/26 19h30",
        "01/02/2026 à 19 h 30",
        "01022026 19:30",
        "2026-02-01T19:30",
        "2026-02-01 19:30:00",
    ],
)
@IN_2026
def test_reads_a_moment_in_paris(typed):
    assert FrenchDateTimeField().clean(typed) == datetime(2026, 2, 1, 18, 30, tzinfo=UTC)


def test_a_moment_asks_for_its_hour():
    with pytest.raises(ValidationError, match="Ajoutez l'heure"):
        FrenchDateTimeField().clean("01/02/2026")


def test_a_moment_completes_a_day_typed_alone():
    found = FrenchDateTimeField(default_time=time(8)).clean("01/07/2026")
    assert found == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_the_hour_skipped_in_spring_is_refused():
    with pytest.raises(ValidationError, match="les horloges avancent"):
        FrenchDateTimeField().clean("29/03/2026 02:30")


def test_the_hour_told_twice_in_autumn_is_the_first():
    found = FrenchDateTimeField().clean("25/10/2026 02:30")
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_what_is_shown_can_be_read_again():
    field = FrenchDateTimeField()
    moment = datetime(2026, 7, 1, 6, 5, tzinfo=UTC)
    shown = field.widget.format_value(field.prepare_value(moment))
    assert shown == "01/07/2026 08:05"
    assert field.clean(shown) == moment
