"""Birth places: what is typed is understood, offered, or accepted with a warning; an unknown code is never refused."""

import pytest

from identities.people.birth_places import (
    AmbiguousBirthPlaceError,
    birth_place_words,
    birth_places,
    find_birth_place,
    understand_birth_place,
)
from portal.foundation.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("01053", "Bourg-en-Bresse (01053)"),
        ("Bourg-en-Bresse (01)", "Bourg-en-Bresse (01053)"),
        ("bourg en bresse", "Bourg-en-Bresse (01053)"),
        ("Bourg-en-Bresse (01053)", "Bourg-en-Bresse (01053)"),
        ("Saint-Denis 974", "Saint-Denis (97411)"),
        ("Maroc", "Maroc (99350)"),
        ("99350", "Maroc (99350)"),
        ("maroc (99350)", "Maroc (99350)"),
        ("Cote d'Ivoire", "Côte d’Ivoire (99326)"),
        ("CÔTE D’IVOIRE", "Côte d’Ivoire (99326)"),
        ("2b033", "Bastia (2B033)"),
        ("Ajaccio (2A)", "Ajaccio (2A004)"),
        ("Arbignieu (01015)", "Arbignieu (01015)"),
        ("01015", "Arboys en Bugey (01015)"),
        ("Nouméa", "Nouméa (98818)"),
        ("Paris 1er Arrondissement", "Paris 1er Arrondissement (75101)"),
    ],
)
def test_understands_what_is_typed(typed, label):
    place = understand_birth_place(typed)
    assert place.label == label
    assert understand_birth_place(place.label) == place
    assert not place.warning


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("20050", "Corse"),
        ("Calvi (20050)", "Corse"),
        ("12999", "commune ancienne"),
        ("99999", "commune ancienne"),
        ("Roubaix (57463)", "Metz"),
        ("Paris", "arrondissement"),
    ],
)
def test_accepts_with_a_warning(typed, part):
    assert part in understand_birth_place(typed).warning


def test_an_overseas_code_outside_the_table_is_known_by_its_collectivity():
    place = find_birth_place("98899")
    assert (place.detail, place.warning) == ("Nouvelle-Calédonie", "")


def test_several_places_of_one_name_are_offered():
    with pytest.raises(AmbiguousBirthPlaceError) as refused:
        understand_birth_place("Saint-Denis")
    labels = [one.label for one in refused.value.choices]
    assert "Saint-Denis (93066)" in labels
    assert len(labels) == len(set(labels))
    assert all(label in refused.value.french for label in labels)


def test_a_beginning_alone_is_not_taken_for_a_place():
    with pytest.raises(AmbiguousBirthPlaceError, match="Birth place"):
        understand_birth_place("Bourg-en-Bress")


@pytest.mark.parametrize("typed", ["Zzyzx", "?", "France", "99100", "0105"])
def test_refuses_what_is_nowhere_and_france_alone(typed):
    with pytest.raises(DomainError) as refused:
        understand_birth_place(typed)
    assert refused.value.field == "birth_place"


def test_offers_former_communes_with_what_they_became_and_ended_countries():
    (arbignieu,) = birth_places("arbignieu")
    assert arbignieu.detail == "commune déléguée, aujourd'hui Arboys en Bugey"
    assert birth_places("tchecoslo")[0].detail == "pays, jusqu'au 01/01/1993"


def test_offers_by_the_beginning_of_a_word_or_of_a_code_and_nothing_for_one_letter():
    assert birth_places("yeu")[0].label == "L'Île-d'Yeu (85113)"
    assert [one.code for one in birth_places("0105")][:2] == ["01050", "01051"]
    assert birth_places("b") == []
    assert len(birth_places("saint", limit=7)) == 7


def test_a_stored_place_is_shown_as_it_is_understood():
    assert birth_place_words("01053", "99100", "Bourg-en-Bresse") == "Bourg-en-Bresse (01053)"
    assert birth_place_words("", "99350", "Rabat") == "Maroc (99350)"
    assert birth_place_words("", "", "") == ""
    assert understand_birth_place("Maroc").as_traits(" Rabat ")["birth_place"] == "Rabat"
