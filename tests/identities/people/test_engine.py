"""The engine on named cases: who is proposed as the same person, who never is, and what may be linked without anybody."""

import csv
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identities.people.date_likeness import compare_places, near_dates
from identities.people.matching import PROPOSED_FROM, SHOWN_FROM, Comparable, compare, is_certain, likeness
from identities.people.name_likeness import diminutives, is_typing_error
from identities.people.traits import PersonTraits
from portal.foundation.names import search_key, split_first_names
from tests.shared import shared

BORN_IN_BOURG = {
    "birth_commune_code": "01053",
    "birth_country_code": "99100",
    "birth_place": "Bourg-en-Bresse",
}
KNOWN = PersonTraits(
    "Lefèvre-Dœuil", ("Marie-Claude", "Jeanne"), usage_name="N'Diaye", sex="F", birth_date="1980-02-01",
    phone="+33612345678", email="marie@tilleuls.example", **BORN_IN_BOURG,
)  # fmt: skip
BARE = replace(KNOWN, birth_commune_code="", birth_country_code="", birth_place="", phone="", email="")


def but(known=BARE, **values):
    return replace(known, **values)


@pytest.mark.parametrize(
    "line",
    [
        but(birth_name="LEFEVRE DOEUIL"),
        but(birth_name="Lefevredoeuil"),
        but(birth_name="Dœuil-Lefèvre"),
        but(birth_name="Lefèvre", usage_name=""),
        but(birth_name="Lefbvre-Dœuil"),
        but(birth_name="N Diaye", usage_name=""),
        but(birth_name="N’Diaye", usage_name="Lefèvre-Dœuil"),
        but(birth_name="Lefèvre-Dœuil N'Diaye", usage_name=""),
        but(birth_name="Marie-Claude", first_names=("Lefèvre-Dœuil",), usage_name=""),
        but(first_names=()),
        but(first_names=("Jeanne", "Marie-Claude")),
        but(first_names=("Jeanne",)),
        but(first_names=("Marie", "Claude", "Jeanne")),
        but(first_names=("Claude",)),
        but(first_names=("M",)),
        but(first_names=("Marie-Claud",)),
        but(birth_date="1980-01-02"),
        but(birth_date="1980-02-07"),
        but(birth_date="1980-00-00"),
        but(birth_date=""),
        but(sex="M"),
        but(KNOWN, birth_commune_code="75056", birth_place="Paris"),
        but(birth_name="Lefevr", birth_date="1989-02-01"),
        but(KNOWN, birth_name="Moreau", usage_name="", first_names=("Marie-Claude",), phone="", email=""),
        but(birth_name="Moreau", usage_name="", first_names=("Marie-Claude",), phone="+33612345678"),
        but(birth_name="Moreau", usage_name=""),
    ],
)
def test_the_same_person_is_proposed(line):
    alike = likeness(line, KNOWN)
    assert alike.score >= PROPOSED_FROM, alike
    assert alike.sentence.endswith(".")


@pytest.mark.parametrize(
    "line",
    [
        but(KNOWN, first_names=("Louise",), phone="", email=""),  # her twin sister
        but(KNOWN, first_names=("Louis",), sex="M", phone="", email=""),
        but(birth_date="1991-11-24"),  # a homonym
        but(KNOWN, birth_date="1991-11-24", phone="", email=""),  # another one, born in the same town
        but(
            KNOWN, first_names=("Louise",), birth_date="1951-06-30", email=""
        ),  # her mother, who lent her mobile
        but(birth_name="Moreau", usage_name="Lefèvre-Dœuil", first_names=("Paul",), birth_date="1979-07-13"),
        but(birth_name="Moreau", usage_name="", first_names=("Louise",)),  # born the same day
        but(birth_name="Moreau", usage_name="", first_names=("Marie-Claude",)),
        but(first_names=(), birth_date=""),  # a name alone
    ],
)
def test_somebody_else_is_not_proposed(line):
    assert likeness(line, KNOWN).score < PROPOSED_FROM


def test_twins_and_homonyms_are_still_said_to_whoever_types_them():
    for line in (but(first_names=("Louise",)), but(birth_date="1991-11-24")):
        assert likeness(line, KNOWN).score >= SHOWN_FROM


def test_another_number_speaks_against_and_a_near_one_says_so():
    mine, same = Comparable(KNOWN, "10001234567"), Comparable(BARE, "10987654321")
    assert "RPPS différents" in compare(mine, same).reasons
    assert compare(mine, same).score < compare(mine, Comparable(BARE)).score
    assert "RPPS proches" in compare(mine, Comparable(BARE, "10001234576")).reasons


def test_the_reasons_make_one_sentence():
    alike = likeness(
        PersonTraits("Moreau", ("Zoé",), birth_date="1980-02-01"), PersonTraits("Moreau", ("Zoé",))
    )
    assert alike.sentence == "Même nom de naissance et même prénom."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (but(), True),
        (but(birth_name="Moreau", usage_name=""), True),  # the surname changed, all the rest is the same
        (but(birth_date="1980-01-02"), True),
        (but(birth_date=""), True),
        (but(first_names=("Louise",)), False),  # the twin: the number is typed wrong
        (but(first_names=("Louise", "Jeanne")), False),
        (but(first_names=()), False),
        (but(sex="M"), False),
        (but(birth_date="1991-11-24"), False),
        (but(birth_name="Moreau", usage_name="", birth_date="1980-02-07"), False),
        (PersonTraits("Petit", ("Paul",), birth_date="1991-11-24"), False),
    ],
)
def test_a_number_links_alone_when_the_traits_agree(line, expected):
    assert is_certain(Comparable(line), Comparable(KNOWN)) is expected


def test_diminutives_are_weak_hints():
    assert diminutives(search_key("Fanny")) >= {"stephanie", "francoise"}
    known = PersonTraits("Moreau", ("Stéphanie",), birth_date="1980-02-01")
    line = PersonTraits("Moreau", ("Fanny",), birth_date="1980-02-01")
    assert PROPOSED_FROM <= likeness(line, known).score < likeness(known, known).score
    assert "diminutif possible : Fanny / Stéphanie" in likeness(line, known).reasons


def test_typing_errors_are_few_letters():
    assert is_typing_error("zoee", "zoe")
    assert is_typing_error("stephnaie", "stephanie")
    assert not is_typing_error("lea", "leo")
    assert not is_typing_error("marie", "nadia")


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (("01053", "99100", "Bourg-en-Bresse"), ("01053", "", ""), 1),
        (("01033", "99100", "Bellegarde"), ("01004", "99100", "Ambérieu"), None),  # of one department
        (("01053", "99100", "Bourg-en-Bresse"), ("38185", "99100", "Grenoble"), 0),
        (("2B033", "99100", "Bastia"), ("20033", "99100", "Bastia"), 1),
        (("", "99350", "Casablanca"), ("", "99350", "Cassablanca"), 1),
        (("", "99350", "Casablanca"), ("", "99352", "Oran"), 0),
        (("", "", ""), ("01053", "99100", "Bourg-en-Bresse"), None),
    ],
)
def test_places_of_birth(mine, theirs, expected):
    assert compare_places(mine, theirs).value == expected


names = st.sampled_from(
    ["Lefèvre", "d'Estrées", "de La Roche", "El Amrani", "Öztürk", "Martin-Durand", "Ô", "Xu"]
)
firsts = st.lists(st.sampled_from(["Zoé", "Marie-Claude", "Fanny", "Mohamed", "Li", "J"]), max_size=3).map(
    tuple
)
dates = st.sampled_from(["", "1980-02-01", "1980-01-02", "1980-00-00", "1991-12-24"])
people = st.builds(
    PersonTraits, names, firsts, usage_name=st.one_of(st.just(""), names), sex=st.sampled_from(["F", "M", ""]),
    birth_date=dates, birth_commune_code=st.sampled_from(["", "01053", "38185"]),
    phone=st.sampled_from(["", "+33612345678"]),
)  # fmt: skip


@given(people, people)
@settings(max_examples=60)
def test_the_order_of_the_two_changes_nothing(mine, theirs):
    assert likeness(mine, theirs).score == likeness(theirs, mine).score
    assert is_certain(Comparable(mine), Comparable(theirs)) == is_certain(
        Comparable(theirs), Comparable(mine)
    )


@given(people, people)
@settings(max_examples=60)
def test_accents_and_capitals_change_nothing(mine, theirs):
    plain = replace(
        mine, **{name: search_key(getattr(mine, name)).upper() for name in ("birth_name", "usage_name")}
    )
    assert likeness(plain, theirs).score == likeness(mine, theirs).score


@given(people, people)
@settings(max_examples=60)
def test_a_score_always_has_reasons_and_bounds(mine, theirs):
    alike = likeness(mine, theirs)
    assert 0 <= alike.score <= 100
    assert alike.reasons or alike.score < SHOWN_FROM


@given(people)
def test_a_date_is_near_its_exchange(mine):
    if mine.birth_date and not mine.birth_date.endswith("-00"):
        year, month, day = mine.birth_date.split("-")
        if day <= "12":
            assert f"{year}-{day}-{month}" in near_dates(mine.birth_date)


@pytest.fixture
def test_persons():
    with shared("specs/psi/test-persons.csv").open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["nom"]]
    return [
        PersonTraits(
            row["nom"], split_first_names(row["prenoms"]), sex=row["sexe"], birth_date=row["datenaissance"][:10],
            birth_commune_code="" if row["codelieunaissance"].startswith("99") else row["codelieunaissance"],
            birth_country_code=row["codelieunaissance"] if row["codelieunaissance"].startswith("99") else "99100",
            birth_place=row["lieunaissance"],
        )
        for row in rows
    ]  # fmt: skip


def test_the_shapes_of_the_psi_test_persons_are_found_in_capitals_cut_and_with_one_first_name(test_persons):
    assert len(test_persons) > 20
    for one in test_persons:
        as_a_payroll = replace(
            one, birth_name=search_key(one.birth_name).upper()[:30], first_names=one.first_names[:1], birth_place="",
            birth_commune_code="", birth_country_code="",
        )  # fmt: skip
        assert likeness(as_a_payroll, one).score >= PROPOSED_FROM, one


def test_of_the_psi_test_persons_only_those_whose_surname_alone_differs_are_proposed(test_persons):
    pairs = [(one, other) for rank, one in enumerate(test_persons) for other in test_persons[:rank]]
    proposed = [pair for pair in pairs if likeness(*pair).score >= PROPOSED_FROM]
    assert all(
        one.birth_date == other.birth_date and one.first_names == other.first_names for one, other in proposed
    )
    assert len(proposed) <= 3
