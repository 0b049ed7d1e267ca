"""Likeness of two records: who is shown as a probable double, and the French reasons."""

import pytest

from identities.people.matching import PROPOSED_FROM, SHOWN_FROM, likeness, near_dates
from identities.people.traits import PersonTraits

KNOWN = PersonTraits(
    "Lefèvre", ("Jeanne", "Marie"), usage_name="Durand", birth_date="1980-02-01", phone="+33612345678"
)


def typed(**values) -> PersonTraits:
    return PersonTraits(
        **{"birth_name": "Lefèvre", "first_names": ("Jeanne",), "birth_date": "1980-02-01", **values}
    )


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        (typed(), "même nom de naissance"),
        (typed(), "même date de naissance"),
        (typed(), "même premier prénom : Jeanne"),
        (typed(first_names=("Jeanne", "Marie")), "mêmes prénoms"),
        (typed(birth_name="LEFEBVRE"), "nom de naissance proche : LEFEBVRE / LEFÈVRE"),
        (typed(birth_name="Le Fèvre"), "même nom de naissance"),
        (
            typed(birth_name="Durand", usage_name="Lefèvre"),
            "nom d'usage et nom de naissance inversés",
        ),
        (typed(birth_name="Durand"), "le nom de naissance DURAND est proche du nom d'usage connu, DURAND"),
        (typed(birth_name="Jeanne", first_names=("Lefèvre",)), "nom et prénom inversés"),
        (typed(birth_date="1980-01-02"), "jour et mois de naissance inversés : 02/01/1980 / 01/02/1980"),
        (
            typed(birth_date="1980-02-07"),
            "un chiffre de la date de naissance diffère : 07/02/1980 / 01/02/1980",
        ),
        (
            typed(birth_date="1980-00-00"),
            "date de naissance compatible, en partie inconnue : 1980 / 01/02/1980",
        ),
        (typed(first_names=("Jeane",)), "premier prénom proche : Jeane / Jeanne"),
        (
            typed(first_names=("Marie", "Jeanne")),
            "prénoms dans un autre ordre, ou en partie : Marie, Jeanne / Jeanne, Marie",
        ),
        (typed(birth_name="Moreau"), "même date de naissance"),
        (PersonTraits("Moreau", ("Léa",), phone="+33612345678"), "même mobile"),
    ],
)
def test_is_shown_with_its_reason(traits, reason):
    alike = likeness(traits, KNOWN)
    assert alike.score >= SHOWN_FROM
    assert reason in alike.reasons


def test_twins_are_shown_below_the_same_person_and_the_difference_is_said():
    twin = likeness(typed(first_names=("Louise",)), KNOWN)
    assert SHOWN_FROM <= twin.score < likeness(typed(), KNOWN).score - 15
    assert "prénoms différents : Louise / Jeanne, Marie" in twin.reasons


def test_a_homonym_is_shown_and_the_other_date_is_said():
    homonym = likeness(typed(birth_date="1991-12-24"), KNOWN)
    assert SHOWN_FROM <= homonym.score < 70
    assert "dates de naissance différentes : 24/12/1991 / 01/02/1980" in homonym.reasons


@pytest.mark.parametrize(
    "traits",
    [
        typed(first_names=("Louise",), birth_date="1991-12-24"),
        typed(birth_name="Moreau", first_names=("Paul",)),
        typed(birth_name="Moreau", birth_date="1991-12-24"),
        PersonTraits("de la Tour", ("Paul",), birth_date="1980-02-01"),
    ],
)
def test_is_not_shown(traits):
    assert likeness(traits, KNOWN).score < SHOWN_FROM


def test_a_common_particle_is_not_a_likeness():
    tour = PersonTraits("de la Tour", ("Jeanne",), birth_date="1991-12-24")
    roche = PersonTraits("de la Roche", ("Jeanne",), birth_date="1980-02-01")
    assert likeness(tour, roche).score < SHOWN_FROM


def test_a_shared_identifier_is_almost_proof():
    alike = likeness(PersonTraits("Moreau", ("Jeanne",)), KNOWN, ["M123"])
    assert alike.score >= 95
    assert alike.reasons[0] == "même identifiant : M123"


def test_an_identifier_shared_with_nothing_else_is_a_number_to_check():
    alike = likeness(PersonTraits("Moreau", ("Léa",), birth_date="1991-12-24"), KNOWN, ["M123"])
    assert SHOWN_FROM <= alike.score < PROPOSED_FROM
    assert "à vérifier" in alike.reasons[0]


def test_near_dates_are_real_and_few():
    found = near_dates("1980-02-01")
    assert {"1980-02-01", "1980-01-02", "1980-02-07", "1990-02-01", "1980-00-00", "1980-02-00"} <= set(found)
    assert "1980-02-31" not in found
    assert len(found) < 80
    assert near_dates("") == []
