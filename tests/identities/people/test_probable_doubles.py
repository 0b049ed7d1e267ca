"""One person typed: found by dates known in part and by crossed names, never among those of another group."""

import pytest

from identities.people import queries
from identities.people.queries import probable_doubles
from identities.people.traits import PersonTraits
from portal.foundation.tenancy import tenant
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.fixtures import make_group


def typed(**values) -> PersonTraits:
    return PersonTraits(
        **{"birth_name": "Lefèvre", "first_names": ("Jeanne",), "birth_date": "1980-02-01", **values}
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"birth_date": "1980-00-00", "birth_name": "Lefebvre"},
        {"birth_date": "1980-02-00", "birth_name": "Lefebvre"},
        {"birth_date": ""},
        {"birth_name": "Jeanne", "first_names": ("Lefèvre",)},
        {"birth_name": "Moreau"},
        {"birth_date": "1991-12-24"},
        {"first_names": ("Louise",)},
    ],
)
def test_whoever_may_be_the_one_typed_is_shown(door, values):
    known = PersonFactory(birth_name="Lefèvre", first_names=["Jeanne", "Marie"], birth_date="1980-02-01")
    (found,) = probable_doubles(typed(**values))
    assert found.person_id == known.pk
    assert found.reasons


def test_a_homonym_is_only_possible_and_the_same_person_very_probable(door):
    PersonFactory(birth_name="Lefèvre", first_names=["Jeanne"], birth_date="1980-02-01")
    assert probable_doubles(typed())[0].likelihood == "très probable"
    assert probable_doubles(typed(birth_date="1991-12-24"))[0].likelihood == "possible"


def test_the_same_person_is_not_lost_among_namesakes(door, monkeypatch):
    monkeypatch.setattr(queries, "BLOCK_LIMIT", 3)
    for rank in range(6):
        PersonFactory(birth_name="Lefèvre", first_names=["Louis"], birth_date=f"195{rank}-06-07")
    known = PersonFactory(birth_name="Lefèvre", first_names=["Jeanne"], birth_date="1980-02-11")
    assert probable_doubles(typed())[0].person_id == known.pk
    assert probable_doubles(typed(birth_date=""))[0].person_id == known.pk
    other = PersonFactory(birth_name="Zola", first_names=["Ida"], birth_date="1970-01-01")
    PersonIdentifierFactory(person=other, kind="rpps", value="99900000011")
    found = probable_doubles(typed(), identifiers=["99900000011"])
    assert {one.person_id for one in found} == {known.pk, other.pk}


def test_nobody_of_another_group_is_compared(group):
    other = make_group()
    with tenant(other.id):
        stranger = PersonFactory(
            birth_name="Lefèvre",
            first_names=["Jeanne"],
            birth_date="1980-02-01",
            email="jeanne@tilleuls.example",
        )
        PersonIdentifierFactory(person=stranger, value="M0421")
    with tenant(group.id):
        assert probable_doubles(typed(email="jeanne@tilleuls.example"), identifiers=["M0421"]) == []
