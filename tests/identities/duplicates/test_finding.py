"""Pairs inside one group: who is proposed with whom, what is left out, and nobody of another group."""

import pytest

from identities.duplicates.finding import find_pairs, pairs_to_score
from identities.people.blocking import MOST_FOR_A_CONTACT
from identities.people.matching import PROPOSED_FROM
from identities.people.models import HomonymDecision
from portal.foundation.clock import today
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.fixtures import make_group

LEFEVRE = {"birth_name": "Lefèvre", "first_names": ["Jeanne", "Marie"], "birth_date": "1980-02-01"}
MOREAU = {"birth_name": "Moreau", "first_names": ["Louise"], "birth_date": "1991-11-24"}
ELSEWHERE = {"birth_commune_code": "38185", "birth_place": "Grenoble"}


def ids(pairs):
    return {(one.person_id, one.other_id) for one in pairs}


def in_order(*people):
    return tuple(sorted(one.pk for one in people))


@pytest.fixture
def jeanne(door):
    return PersonFactory(**LEFEVRE, phone="+33612345678")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"birth_name": "Le Fèvre"},
        {"birth_name": "Lefebvre", "birth_date": "1980-02-07"},
        {"birth_date": "1980-01-02"},
        {"birth_date": "1980-00-00", "birth_name": "Lefevr"},
        {"birth_date": ""},
        {"birth_name": "Jeanne", "first_names": ["Lefèvre"]},
        {"birth_name": "Jeanne", "first_names": ["Lefèvre"], "birth_date": ""},
        {"birth_name": "Martin", "usage_name": "Lefèvre", "birth_date": ""},
        {"birth_name": "Martin"},
        {
            "birth_name": "Martin",
            "first_names": ["Jeanne"],
            "birth_date": "1980-02-07",
            "phone": "+33612345678",
        },
        {"first_names": []},
    ],
)
def test_the_same_person_is_found_once_smaller_id_first(jeanne, values):
    other = PersonFactory(**LEFEVRE | values)
    (found,) = find_pairs()
    assert (found.person_id, found.other_id) == in_order(jeanne, other)
    assert found.score >= PROPOSED_FROM
    assert found.reasons
    assert find_pairs([other.pk]) == find_pairs([jeanne.pk]) == [found]


def test_twins_and_homonyms_are_not_proposed(jeanne):
    PersonFactory(**LEFEVRE | {"first_names": ["Louise"]})
    PersonFactory(**LEFEVRE | {"birth_date": "1971-12-24"})
    assert find_pairs() == []


def test_only_pairs_of_those_asked(jeanne):
    same, others = PersonFactory(**LEFEVRE), PersonFactory.create_batch(2, **MOREAU)
    assert ids(find_pairs()) == {in_order(jeanne, same), in_order(*others)}
    assert ids(find_pairs([jeanne.pk])) == {in_order(jeanne, same)}
    assert find_pairs([]) == []
    assert find_pairs([uuid7()]) == []


def test_a_merged_record_and_a_ruled_pair_are_left_out(jeanne):
    second, third = PersonFactory.create_batch(2, **LEFEVRE)
    assert len(find_pairs()) == 3
    second.merged_into = jeanne
    second.save(update_fields=["merged_into"])
    assert ids(find_pairs()) == {in_order(jeanne, third)}
    first, last = in_order(jeanne, third)
    HomonymDecision.objects.create(
        person_id=first,
        other_id=last,
        reason="Cousines",
        decided_by=uuid7(),
        decided_by_name="Camille Fictif",
    )
    assert find_pairs() == []


def test_a_number_of_the_past_brings_two_records_together(jeanne):
    other = PersonFactory(birth_name="Martin", first_names=["Jeanne"], birth_date="1980-02-07", **ELSEWHERE)
    assert find_pairs() == []
    PersonIdentifierFactory(person=other, kind="rpps", value="10001234567", valid_to=today())
    PersonIdentifierFactory(person=jeanne, kind="rpps", value="10001234567")
    (found,) = find_pairs()
    assert "même identifiant : 10001234567" in found.reasons


def test_two_numbers_in_force_speak_against(jeanne):
    other = PersonFactory(**LEFEVRE)
    before = find_pairs()[0].score
    PersonIdentifierFactory(person=jeanne, kind="rpps", value="10001234567")
    PersonIdentifierFactory(person=other, kind="rpps", value="10987654321")
    assert find_pairs()[0].score < before
    assert "RPPS différents" in find_pairs()[0].reasons


def test_the_mailbox_of_a_site_is_no_key(door):
    for rank in range(MOST_FOR_A_CONTACT + 1):
        PersonFactory(
            birth_name="ABCDEFGHIJ"[rank] * 6, first_names=["KLMNOPQRST"[rank] * 5], 
            birth_date=f"19{60 + rank}-0{rank + 1}-1{rank}",
            email="accueil@tilleuls.example",
        )  # fmt: skip
    assert pairs_to_score() == []


def test_never_with_somebody_of_another_group(group):
    other = make_group()
    with tenant(other.id):
        stranger = PersonFactory(**LEFEVRE, email="jeanne@tilleuls.example")
        PersonIdentifierFactory(person=stranger, kind="rpps", value="10001234567")
    with tenant(group.id):
        jeanne = PersonFactory(**LEFEVRE, email="jeanne@tilleuls.example")
        PersonIdentifierFactory(person=jeanne, kind="rpps", value="10001234567")
        assert pairs_to_score() == []
        assert find_pairs() == find_pairs([stranger.pk]) == []
