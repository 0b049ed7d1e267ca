"""Pairs kept fresh: written by set, once; decisions stand; newcomers are found; each search is told once."""

from datetime import timedelta

import pytest

from identities.duplicates import tasks
from identities.duplicates.finding import find_pairs
from identities.duplicates.merge_operations import merge_pair
from identities.duplicates.models import Pair, PairSearch
from identities.duplicates.operations import (
    put_off_pair,
    refresh_pairs,
    rule_homonyms,
    search_everybody,
    search_newcomers,
)
from identities.duplicates.queries import search_due
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.duplicates import pair_of
from tests.factories.people import PersonFactory


@pytest.fixture
def twice(door):
    """Somebody typed twice, with a typing error."""
    return [PersonFactory(birth_name=name, first_names=["Jeanne"]) for name in ("Lefebvre", "Lefevre")]


def test_a_search_keeps_what_it_finds_once(twice, settler):
    assert refresh_pairs(actor=settler).new == 1
    pair = Pair.objects.get()
    assert {pair.person_id, pair.other_id} == {one.pk for one in twice}
    assert pair.score == find_pairs()[0].score
    again = refresh_pairs(actor=settler)
    assert not again.changed
    assert Line.objects.filter(act="duplicates_searched").count() == 1, "nothing new, nothing said"


def test_what_nobody_decided_goes_away_when_nothing_looks_alike(twice, settler):
    refresh_pairs(actor=settler)
    asked = pair_of(twice[0], PersonFactory(birth_date="1950-01-01"), proposed_by_name="Camille")
    twice[1].birth_name, twice[1].birth_date = "Martin", "1960-05-05"
    twice[1].save()
    assert refresh_pairs(actor=settler).gone == 1
    assert Pair.objects.get() == asked, "somebody asked for it"


def test_a_decision_is_never_proposed_again(twice, settler):
    refresh_pairs(actor=settler)
    rule_homonyms(actor=settler, pair=Pair.objects.get(), reason="Deux cousines")
    assert not refresh_pairs(actor=settler).changed
    assert Pair.objects.get().state == "homonym"


def test_a_merged_record_is_not_compared(twice, settler):
    refresh_pairs(actor=settler)
    merge_pair(actor=settler, pair=Pair.objects.get(), kept_id=twice[0].pk)
    assert not refresh_pairs(actor=settler).changed
    assert find_pairs() == []


def test_what_was_put_off_comes_back_on_its_date(twice, settler):
    refresh_pairs(actor=settler)
    put_off_pair(actor=settler, pair=Pair.objects.get(), until=today() + timedelta(days=1))
    assert not refresh_pairs(actor=settler).changed
    Pair.objects.update(later_until=today())
    assert refresh_pairs(actor=settler).back == 1
    assert Pair.objects.get().state == "to_settle"


def test_newcomers_are_compared_with_everybody(twice, settler):
    search_everybody(actor=settler)
    PairSearch.objects.update(searched_at=now() + timedelta(minutes=10))
    assert search_due() is None
    PairSearch.objects.update(searched_at=now() - timedelta(minutes=1))
    assert search_due() is False
    PersonFactory(birth_name="Lefebvre", first_names=["Jeanne"])
    assert search_newcomers(actor=settler).new == 2


@pytest.mark.django_db(transaction=True)
def test_each_group_is_searched_in_its_own_door(group, monkeypatch):
    """The sweep of every ten minutes, then the one of the night."""
    with tenant(group.id):
        for name in ("Lefebvre", "Lefevre"):
            PersonFactory(birth_name=name, first_names=["Jeanne"])
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda group_id, is_whole: rung.append((group_id, is_whole)))
    assert tasks.search_new() == 1
    assert tasks.search_all() == 1
    assert rung == [(group.id, True)] * 2
    assert tasks.search(group_id=str(group.id), is_whole=True) == 1
    assert tasks.search(group_id=str(group.id), is_whole=False) == 0


def test_very_long_names_do_not_stop_the_search_of_a_group(door, settler):
    names = [letter * 49 for letter in "ABCD"]
    for first_names in (names, list(reversed(names))):
        PersonFactory(birth_name="Fictif", first_names=first_names, birth_date="1980-02-03")
    assert refresh_pairs(actor=settler).new == 1
