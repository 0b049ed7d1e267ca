"""Search and doubles through the walls: found by everything people type, disclosed as little as a site needs."""

import pytest

from identities.people.queries import find_people, probable_doubles, returning_people
from identities.people.traits import PersonTraits
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory


@pytest.fixture
def jeanne(group):
    """Jeanne works at the second site; Paul, near her by name, at the first."""
    with tenant(group.id):
        person = PersonFactory(
            birth_name="D’Hérouville-Lefèvre",
            first_names=["Jeanne", "Marie-Anne"],
            usage_name="Œuvrard",
            birth_date="1980-02-01",
            reachable=True,
        )
        PersonIdentifierFactory(person=person, value="MAT042")
        PersonIdentifierFactory(person=person, kind="rpps", value="10009781080")
        AssignmentFactory(person=person, establishment=group.second)
        paul = PersonFactory(birth_name="Morel", first_names=["Paul"], birth_date="1950-00-00")
        AssignmentFactory(person=paul, establishment=group.first)
    return person


@pytest.mark.parametrize(
    "typed",
    [
        "herouville",
        "HÉROUVILLE jeanne",
        "jeanne d'herouville",
        "marie-anne lefevre",
        "oeuvrard",
        "lefe",
        "lefevbre",
        "herouvile jane",
        "MAT042",
        "mat042",
        "10009781080",
        "810009781080",
        "8 10009781080",
        "01/02/1980",
        "010280",
        "1980-02-01",
        "02/1980",
        "1980",
        "février 1980",
        "lefevre 1980",
        "jeanne 01/02/1980",
        "06 12 34 56 78",
        "Camille@tilleuls.example",
    ],
)
def test_finds_a_person_by_everything_people_type(group, jeanne, typed):
    with tenant(group.id):
        assert [one.pk for one in find_people(typed)] == [jeanne.pk]


@pytest.mark.parametrize("typed", ["", "   ", "?", "zz", "jeanne 1981", "MAT0", "durand", "paule 1980"])
def test_finds_nobody(group, jeanne, typed):
    with tenant(group.id):
        assert find_people(typed) == []


def test_finds_no_more_than_asked_best_first(group):
    with tenant(group.id):
        PersonFactory.create_batch(5, birth_name="Bernard")
        assert len(find_people("bernard", limit=3)) == 3


def test_the_name_itself_comes_before_what_begins_like_it(group):
    with tenant(group.id):
        for name, first, usage in (
            ("Adam", "Martine", ""),
            ("Martinez", "Paul", ""),
            ("Martin", "Zoé", ""),
            ("Abel", "Luc", "Martin"),
        ):
            PersonFactory(birth_name=name, first_names=[first], usage_name=usage)
        assert [one.birth_name for one in find_people("martin")] == ["Abel", "Martin", "Martinez", "Adam"]


def test_a_site_searches_behind_its_wall(group, jeanne):
    with tenant(group.id, [group.first.pk]):
        for typed in ("jeanne", "MAT042", "01/02/1980", "lefevbre"):
            assert find_people(typed) == []
    with tenant(group.id, [group.second.pk]):
        assert [one.pk for one in find_people("jeanne")] == [jeanne.pk]


def test_a_site_recognises_a_person_of_another_site_and_learns_only_what_it_needs(group, jeanne):
    with tenant(group.id, [group.first.pk]):
        (found,) = returning_people("jeanne lefevre")
    assert found.person_id == jeanne.pk
    assert not found.is_visible_here
    assert vars(found) == {
        "person_id": jeanne.pk,
        "display_name": "D’HÉROUVILLE-LEFÈVRE (usage ŒUVRARD) Jeanne",
        "birth_date": "01/02/1980",
        "birth_place": "Bourg-en-Bresse",
        "score": 100,
        "reasons": (),
        "is_visible_here": False,
        "other_sites": (),
    }
    with tenant(group.id, [group.second.pk]):
        assert returning_people("jeanne lefevre")[0].is_visible_here
        assert returning_people("je") == []


def test_the_other_sites_are_named_only_when_the_group_says_so(group, jeanne):
    typed = PersonTraits.of(jeanne)
    for allowed, named in ((False, ()), (True, (group.second.name,))):
        with tenant(group.id):
            type(group.group).objects.filter(pk=group.id).update(sites_see_other_sites=allowed)
        with tenant(group.id, [group.first.pk]):
            assert probable_doubles(typed)[0].other_sites == named
            assert returning_people("jeanne lefevre")[0].other_sites == named
        with tenant(group.id, [group.second.pk]):
            assert probable_doubles(typed)[0].other_sites == ()


def test_doubles_of_another_site_are_proposed_with_their_reasons(group, jeanne):
    typed = PersonTraits("Lefebvre", ("Jeanne",), birth_date="1980-01-02", phone="0612345678")
    with tenant(group.id, [group.first.pk]):
        (found,) = probable_doubles(typed)
    assert found.person_id == jeanne.pk
    assert not found.is_visible_here
    assert found.reasons[0] == "même mobile"
    assert "jour et mois de naissance inversés : 02/01/1980 / 01/02/1980" in found.reasons
    with tenant(group.id):
        assert probable_doubles(typed)[0].is_visible_here


@pytest.mark.parametrize(
    "traits",
    [
        PersonTraits("", ()),
        PersonTraits("Lefèvre", ()),
        PersonTraits("", ("Jeanne",), phone="06"),
        PersonTraits("Morel", ("Louis",), birth_date="1999-09-09"),
        PersonTraits("Petit", ("Paul",), birth_date="1960-06-06", email="personne@tilleuls.example"),
    ],
)
def test_proposes_nobody(group, jeanne, traits):
    with tenant(group.id):
        assert probable_doubles(traits) == []


@pytest.mark.parametrize(
    ("traits", "identifiers"),
    [
        (PersonTraits("Oeuvrard", ("Jeanne",)), []),
        (PersonTraits("Jeanne", ("Oeuvrard",), birth_date="1980-02-01"), []),
        (PersonTraits("Petit", ("Jeanne",), birth_date="1980-02-01"), []),
        (PersonTraits("", (), email="camille@tilleuls.example"), []),
        (PersonTraits("Petit", ("Zoé",)), ["MAT042"]),
    ],
)
def test_proposes_by_name_date_contact_or_identifier(group, jeanne, traits, identifiers):
    with tenant(group.id, [group.first.pk]):
        assert [one.person_id for one in probable_doubles(traits, identifiers=identifiers)] == [jeanne.pk]


def test_another_groups_people_are_never_proposed(group, jeanne):
    from tests.fixtures import make_group

    other = make_group()
    with tenant(other.id):
        assert probable_doubles(PersonTraits.of(jeanne)) == []
        assert returning_people("jeanne") == []
