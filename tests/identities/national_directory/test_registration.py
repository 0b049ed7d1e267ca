"""Who registers whom on which day, what a civil status is worth, and records made from a number."""

import csv
from datetime import date

import pytest

from identities.national_directory.authorities import (
    DOOR_LABELS,
    WHAT_TO_DO,
    doors_of_functions,
    registrations,
)
from identities.national_directory.certification import CIVIL_STATUSES, Certification, certification_of
from identities.national_directory.deriving import derive_person, found_by_number
from identities.national_directory.models import DirectoryLink, RegistrationAuthority
from identities.national_directory.operations import note_civil_status
from identities.national_directory.queries import link_of
from identities.national_directory.rules import still_to_check
from identities.people.models import Person
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.national_directory import main_row
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.fixtures import make_group
from tests.identities.national_directory.test_links import OTHER, RPPS, at_work, load, someone
from tests.shared import shared

__all__ = ["load"]
AFTER, BEFORE = date(2026, 11, 23), date(2025, 6, 1)
with_files = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def group(db):
    return make_group()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "door", "said"),
    [
        ("G15-60", "ordre", "l'Ordre des infirmiers"),
        ("G15-10", "ordre", "l'Ordre des médecins"),
        ("R95-93", "ars", "par eRPPS"),
        ("R94-41", "ars", "l'agence régionale de santé"),
        ("R85-313", "employeur", "portail RPPS+"),
        ("R85-323", "employeur", "fermé depuis le 22/12/2025"),
        ("R85-318", "employeur", "Accompagnant éducatif et social (328)"),
        ("R85-346", "", "aucune autorité"),
    ],
)
def test_each_function_has_its_door_and_its_reason(code, door, said):
    (found,) = registrations([code], AFTER)
    assert found.door == door
    assert said in found.sentence
    assert found.why
    assert doors_of_functions(AFTER).get(code, "") == door


@pytest.mark.django_db
def test_a_closed_code_was_open_before_its_day_and_a_new_one_was_not():
    assert "fermé" not in registrations(["R85-323"], BEFORE)[0].sentence
    assert registrations(["R85-374"], BEFORE)[0].door == ""
    assert registrations(["R85-374"], AFTER)[0].door == "employeur"
    assert RegistrationAuthority.objects.filter(source="").count() == 0


def test_each_door_is_named_and_says_what_to_do():
    assert DOOR_LABELS.keys() == WHAT_TO_DO.keys()


@pytest.mark.django_db
def test_the_table_is_that_of_the_professions_and_roles():
    published = shared("nomenclatures")
    doors = doors_of_functions(AFTER)
    with (published / "tre_r85_role_prise_charge.csv").open(encoding="utf-8") as stream:
        roles = [
            f"R85-{one['code']}"
            for one in csv.DictReader(stream)
            if one["selectable_in_rpps_plus_J121"] == "yes"
        ]
    assert len(roles) == 60
    assert {doors.get(one) for one in roles} == {"employeur"}
    with (published / "professions.csv").open(encoding="utf-8") as stream:
        for one in csv.DictReader(stream):
            code = f"{one['terminology'].split('_')[1].split('-')[0]}-{one['code']}"
            if one["registration_authority"] == "ARS":
                assert doors[code] == "ars", code
            elif one["registration_authority"] not in ("", "ENREG"):
                assert doors[code] == "ordre", code


def test_what_a_civil_status_is_worth():
    worth = {
        code: certification_of(code) for code in ("C", "FC", "FCP", "DI", "AC", "NCI", "NC", "AN", "", "ZZ")
    }
    certified = {code for code, one in worth.items() if one == Certification.CERTIFIED}
    assert certified == {"C", "FC", "FCP"}
    assert worth["DI"] == worth["AC"] == Certification.PENDING
    assert worth["NC"] == Certification.NOT_CERTIFIABLE
    assert worth[""] == worth["ZZ"] == Certification.UNKNOWN


def test_each_civil_status_is_worth_what_the_nomenclature_says():
    with shared("nomenclatures/tre_r31_statut_etat_civil.csv").open(encoding="utf-8") as stream:
        published = {one["code"]: one["usable_as_certified_ours"] == "yes" for one in csv.DictReader(stream)}
    assert {code: one == Certification.CERTIFIED for code, one in CIVIL_STATUSES.items()} == published


@with_files
def test_a_civil_status_is_kept_with_its_line(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = derive_person(actor=administrator, rpps=RPPS)
        assert note_civil_status(actor=administrator, person=person, code="FCP").civil_status == "FCP"
        note_civil_status(actor=administrator, person=person, code="FCP")
        assert "certifié" in Line.objects.get(act="directory_civil_status_told").sentence
        with pytest.raises(DomainError):
            note_civil_status(actor=administrator, person=person, code="X")
        with pytest.raises(DomainError):
            note_civil_status(actor=administrator, person=PersonFactory(), code="C")


@with_files
def test_a_derived_record_keeps_the_exercise_names_as_they_are(group, load, administrator):
    load(at_work(group))
    with tenant(group.id):
        person = derive_person(actor=administrator, rpps=f"8{RPPS}")
        assert (person.birth_name, person.first_names, person.usage_name) == ("LEFEVRE", ["ZOE"], "")
        link = link_of(person)
        assert (link.source, link.seen["jobs"]) == ("derived", ["Aide-soignant"])
        assert link.seen["file_date"]
        assert len(still_to_check(person, is_derived=True, was_seen=False)) == 5
        person.sex, person.birth_date, person.birth_commune_code = "F", "1980-01-01", "01053"
        assert len(still_to_check(person, is_derived=True, was_seen=False)) == 2
        assert still_to_check(person, is_derived=True, was_seen=True) == []
        assert still_to_check(PersonFactory(bare=True), is_derived=False, was_seen=False) == []


@with_files
def test_a_birth_name_that_is_typed_makes_the_exercise_name_the_usage_name(group, load, administrator):
    load(main_row(RPPS, "LEFEVRE", ""))
    with tenant(group.id):
        person = derive_person(actor=administrator, rpps=RPPS, birth_name="Martin")
        assert (person.birth_name, person.usage_name, person.first_names) == ("Martin", "LEFEVRE", [])
        assert link_of(person).rpps == RPPS


@with_files
@pytest.mark.parametrize(
    ("number", "said"), [(OTHER, "n'est pas dans l'Annuaire"), ("12", "11 chiffres"), (RPPS, "déjà porté")]
)
def test_nothing_is_written_when_a_record_cannot_be_made(group, load, administrator, number, said):
    load(at_work(group))
    with tenant(group.id):
        PersonIdentifierFactory(kind="rpps", value=RPPS)
        before = Person.objects.count()
        with pytest.raises(DomainError) as caught:
            derive_person(actor=administrator, rpps=number)
        assert said in caught.value.french
        assert Person.objects.count() == before
        assert not DirectoryLink.objects.exists()


@with_files
def test_a_name_that_no_register_holds_leaves_nothing_behind(group, load, administrator):
    load(main_row(RPPS, "DUPRE 2", "ZOE"))
    with tenant(group.id):
        with pytest.raises(DomainError):
            derive_person(actor=administrator, rpps=RPPS)
        assert not Person.objects.exists()


@with_files
def test_doubles_of_the_group_are_found_before(group, load):
    load(at_work(group))
    with tenant(group.id):
        assert found_by_number(RPPS).doubles == ()
        person = someone(group)
        assert [one.person_id for one in found_by_number(RPPS).doubles] == [person.pk]
        PersonIdentifierFactory(person=person, kind="rpps", value=RPPS)
        assert found_by_number(RPPS).holder == person
