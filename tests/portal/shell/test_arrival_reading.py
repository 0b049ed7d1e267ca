"""What is typed or pasted on the arrival pages is understood, or refused in French."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from portal.foundation.errors import DomainError
from portal.shell.arrivals.fields import BirthDateField, FirstNamesField, MomentField, split_name
from portal.shell.arrivals.pasted import COLUMNS, read_pasted
from portal.shell.arrivals.periods import (
    EndChoice,
    check_not_over,
    end_for,
    kind_for,
    offered_ends,
    questions_about,
)

SIX_IN_THE_MORNING = datetime(2026, 11, 22, 5, 12, tzinfo=UTC)  # 06:12 in Paris


@pytest.fixture
def dawn():
    with time_machine.travel(SIX_IN_THE_MORNING, tick=False):
        yield


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("MARTIN Julie", ("MARTIN", "Julie")),
        ("Julie MARTIN", ("MARTIN", "Julie")),
        ("martin julie anne", ("martin", "julie anne")),
        ("DE LA TOUR Marie-Ève", ("DE LA TOUR", "Marie-Ève")),
        ("M00042", ("", "")),
        ("", ("", "")),
    ],
)
def test_parts_a_searched_name(typed, expected):
    assert split_name(typed) == expected


def test_reads_a_birth_date_and_shows_it_again():
    field = BirthDateField()
    assert field.clean("12031985") == "1985-03-12"
    assert field.prepare_value("1985-03-12") == "12/03/1985"
    with pytest.raises(ValidationError, match="n'existe pas"):
        field.clean("31/02/1985")


def test_reads_first_names_in_order():
    assert FirstNamesField().clean("Marie-Ève, Anne") == ("Marie-Ève", "Anne")
    assert FirstNamesField().prepare_value(("Marie-Ève", "Anne")) == "Marie-Ève, Anne"


def moments(*texts):
    return [MomentField().clean(text).astimezone(UTC) for text in texts]


def test_reads_moments(dawn):
    expected = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
    assert moments("24/11/2026 14:30", "24/11 14h30", "24.11 à 14:30") == [expected] * 3
    assert moments("maintenant") == [SIX_IN_THE_MORNING]
    assert MomentField().clean("demain") == datetime.fromisoformat("2026-11-23T00:00:00+01:00")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (EndChoice.TONIGHT, "2026-11-23T00:00:00+01:00"),
        (EndChoice.MORNING, "2026-11-23T08:00:00+01:00"),
        (EndChoice.THREE_DAYS, "2026-11-25T00:00:00+01:00"),
        (EndChoice.SEVEN_DAYS, "2026-11-29T00:00:00+01:00"),
        (EndChoice.MONTH_END, "2026-12-01T00:00:00+01:00"),
    ],
)
def test_each_choice_of_end_is_an_instant(choice, expected):
    assert end_for(choice, SIX_IN_THE_MORNING) == datetime.fromisoformat(expected)


def test_no_end_is_for_a_cdi():
    assert end_for(EndChoice.NONE, SIX_IN_THE_MORNING) is None
    assert kind_for("cdi", None) == "affectation"
    assert kind_for("cdd", SIX_IN_THE_MORNING) == "affectation"
    assert kind_for("temp", SIX_IN_THE_MORNING) == "mission"
    with pytest.raises(DomainError, match="Only a CDI"):
        kind_for("temp", None)


def test_the_morning_after_is_offered_in_the_evening():
    assert EndChoice.MORNING not in dict(offered_ends(SIX_IN_THE_MORNING))
    assert EndChoice.MORNING in dict(offered_ends(datetime(2026, 11, 22, 19, 0, tzinfo=UTC)))


def test_refuses_an_end_gone_by(dawn):
    with pytest.raises(DomainError, match="Already over"):
        check_not_over(datetime(2026, 11, 2, tzinfo=UTC))
    check_not_over(None)


def test_asks_about_unusual_dates(dawn):
    far = datetime(2028, 1, 1, tzinfo=UTC)
    assert [one.code for one in questions_about("mission", SIX_IN_THE_MORNING, far)] == ["long"]
    assert questions_about("affectation", SIX_IN_THE_MORNING, far) == []
    assert [one.code for one in questions_about("affectation", datetime(2026, 11, 1, tzinfo=UTC), None)] == [
        "old"
    ]


def cells(**values):
    return {**dict.fromkeys(COLUMNS, ""), **values}


def test_reads_a_paste_in_the_announced_order():
    assert read_pasted("MARTIN\tJulie\t12/03/1985\tF\tNantes\t\tAS\t\tce soir\r\n\r\n") == [
        cells(
            birth_name="MARTIN",
            first_names="Julie",
            birth_date="12/03/1985",
            sex="F",
            birth_place="Nantes",
            function="AS",
            end="ce soir",
        )  # fmt: skip
    ]


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_reads_a_header_in_any_order(mark):
    text = (
        mark.join(["Prénom(s)", "NOM", "Colonne inconnue", "Poste"])
        + "\n"
        + mark.join(["Julie", "MARTIN", "x", "IDE"])
    )
    assert read_pasted(text) == [cells(birth_name="MARTIN", first_names="Julie", function="IDE")]


def test_reads_quotes_and_windows_line_ends():
    assert read_pasted('"D\'ARC; dite ""Jo""";Jeanne\r\nMARTIN;Julie\r\n') == [
        cells(birth_name='D\'ARC; dite "Jo"', first_names="Jeanne"),
        cells(birth_name="MARTIN", first_names="Julie"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  \n", "Aucune ligne"),
        ("Nom\tPrénoms\tFonction", "Aucune ligne"),
        ("MARTIN\tJulie\n" * 51, "51 lignes collées"),
        ("\t".join(["x"] * 12), "12 colonnes au lieu de 11"),
    ],
)
def test_refuses_a_paste_in_french(text, said):
    with pytest.raises(DomainError) as refusal:
        read_pasted(text)
    assert said in refusal.value.french
