"""What a record may hold, what is missing for the registration."""

import csv

import pytest

from identities.people.rules import (
    check_identifier,
    check_phone,
    check_traits,
    missing_for_registration,
    trait_problems,
)
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.names import split_first_names
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.shared import SHARED

ANS_PERSONS = SHARED / "specs/psi/test-persons.csv"


def traits(**values) -> PersonTraits:
    return PersonTraits(**{"birth_name": "Martin", "first_names": ("Jeanne",), **values})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"birth_name": "  "}, "birth_name"),
        ({"birth_name": "x" * 101}, "birth_name"),
        ({"birth_name": "Martin 2"}, "birth_name"),
        ({"usage_name": "Durand@"}, "usage_name"),
        ({"first_names": ("Jeanne", "x" * 61)}, "first_names"),
        ({"first_names": ("Jeanne-Marie",) * 20}, "first_names"),
        ({"email": f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.fr"}, "email"),
        ({"sex": "X"}, "sex"),
        ({"birth_date": "01/02/1980"}, "birth_date"),
        ({"birth_date": "1980-02-31"}, "birth_date"),
        ({"birth_commune_code": "1053"}, "birth_commune_code"),
        ({"birth_commune_code": "99350"}, "birth_commune_code"),
        ({"birth_country_code": "350"}, "birth_country_code"),
        ({"birth_commune_code": "01053", "birth_country_code": "99350"}, "birth_commune_code"),
        ({"birth_place": "x" * 101}, "birth_place"),
        ({"phone": "12"}, "phone"),
        ({"phone": "0612345678", "has_no_phone": True}, "phone"),
        ({"email": "camille"}, "email"),
    ],
)
def test_refuses_a_wrong_trait_and_names_its_field(values, field):
    problems = trait_problems(traits(**values))
    assert [one.field for one in problems] == [field]
    assert problems[0].french.rstrip(".!?").strip()
    with pytest.raises(DomainError):
        check_traits(traits(**values))


def test_tells_every_problem_at_once():
    problems = trait_problems(traits(birth_name="", sex="X", email="camille"))
    assert {one.field for one in problems} == {"birth_name", "sex", "email"}


def test_a_person_without_a_first_name_is_kept_only_on_purpose():
    alone = traits(first_names=())
    assert [one.field for one in trait_problems(alone, single_name_confirmed=False)] == ["first_names"]
    assert trait_problems(alone, single_name_confirmed=True) == []


def test_traits_are_tidied_and_names_stay_as_typed():
    kept = check_traits(
        traits(
            birth_name=" d’Hondt  ",
            first_names=(" Marie-Louise", ""),
            email=" Camille@Site.FR ",
            phone="06 12.34-56 78",
        )
    )
    assert kept.birth_name == "d’Hondt"
    assert kept.first_names == ("Marie-Louise",)
    assert kept.email == "camille@site.fr"
    assert kept.phone == "+33612345678"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0620000428", "+33620000428"),
        ("+33 6 20 00 04 28", "+33620000428"),
        ("+33 (0)6 20 00 04 28", "+33620000428"),
        ("0033620000428", "+33620000428"),
        ("0692 12 34 56", "+262692123456"),
        ("+32 470 12 34 56", "+32470123456"),
        ("", ""),
    ],
)
def test_reads_a_phone_as_people_write_it(typed, kept):
    assert check_phone(typed) == kept


@pytest.mark.parametrize("typed", ["06 12", "612345678", "+33 6 12", "zéro six", "0012"])
def test_refuses_what_is_no_phone(typed):
    with pytest.raises(DomainError):
        check_phone(typed)


def test_an_rpps_is_kept_on_eleven_digits(settings):
    settings.RPPS_CHECKSUM_STRICT = False
    assert check_identifier("rpps", "8 10009 781080") == "10009781080"
    settings.RPPS_CHECKSUM_STRICT = True
    for kind, value in (("rpps", "10009781081"), ("rpps", "12"), ("matricule", " "), ("nir", "1")):
        with pytest.raises(DomainError):
            check_identifier(kind, value)


@pytest.mark.usefixtures("door")
def test_says_what_the_national_registration_lacks():
    assert missing_for_registration(PersonFactory(reachable=True)) == []
    assert missing_for_registration(PersonFactory()) == ["un mobile", "un courriel"]
    bare = missing_for_registration(PersonFactory(bare=True, reachable=True))
    assert bare == [
        "au moins un prénom",
        "le sexe",
        "la date de naissance",
        "la commune ou le pays de naissance",
    ]
    abroad = PersonFactory(abroad=True, reachable=True, birth_place="")
    assert len(missing_for_registration(abroad)) == 2
    PersonIdentifierFactory(person=abroad, kind="rpps", value="10009781080")
    assert missing_for_registration(abroad) == ["la ville de naissance à l'étranger"]


@pytest.mark.skipif(not ANS_PERSONS.exists(), reason=f"ANS test persons absent: {ANS_PERSONS.name}")
def test_accepts_the_shape_of_every_ans_test_person():
    with ANS_PERSONS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["nom"]]
    assert len(rows) == 28
    for row in rows:
        code = row["codelieunaissance"]
        born = {"birth_country_code": code} if code.startswith("99") else {"birth_commune_code": code}
        kept = check_traits(
            PersonTraits(
                birth_name=row["nom"],
                first_names=split_first_names(row["prenoms"]),
                sex=row["sexe"],
                birth_date=row["datenaissance"][:10],
                birth_place=row["lieunaissance"],
                phone=row["telephone"],
                **born,
            )
        )
        assert kept.birth_name == row["nom"]
        assert " ".join(kept.first_names) == row["prenoms"]
