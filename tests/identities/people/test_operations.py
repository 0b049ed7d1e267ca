"""Writes on people: what is kept, what the journal says, what is refused."""

from datetime import date

import pytest

from identities.people import operations
from identities.people.check_rules import VerifiedIdentityError
from identities.people.models import HomonymDecision, Person
from identities.people.operations import (
    add_identifier,
    keep_apart,
    record_identity_check,
    register_person,
    update_traits,
)
from identities.people.queries import holder_of, identity_standing, probable_doubles
from identities.people.traits import PersonTraits
from portal.foundation.clock import now, start_of_day
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.journal.queries import lines_about
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory, PersonIdentifierFactory

JEANNE = PersonTraits(
    "Lefèvre",
    ("Jeanne", "Marie"),
    sex="F",
    birth_date="1980-02-01",
    birth_commune_code="01053",
    birth_country_code="99100",
    birth_place="Bourg-en-Bresse",
    phone="06 12 34 56 78",
)


def said(person) -> str:
    return lines_about(person.pk)[0].sentence


def test_registers_from_a_sites_door_a_person_that_no_site_sees_yet(group, administrator):
    with tenant(group.id, [group.first.pk]):
        person = register_person(actor=administrator, traits=JEANNE, establishment_id=group.first.pk)
        assert said(person) == f"{administrator.full_name} a enregistré LEFÈVRE Jeanne."
        assert not Person.objects.filter(pk=person.pk).exists()
    with tenant(group.id):
        kept = Person.objects.get(pk=person.pk)
        assert (kept.phone, kept.birth_name, kept.created_by) == ("+33612345678", "Lefèvre", administrator.pk)


def test_refuses_a_person_without_a_birth_name(door, administrator):
    with pytest.raises(DomainError) as refused:
        register_person(actor=administrator, traits=PersonTraits("", ("Jeanne",)))
    assert refused.value.field == "birth_name"
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "names",
    [
        ("RÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒ", ("Tàâäçéèêëîïôöùûüÿæœ",)),
        ("HUC--GOUJON", ("Anaïs",)),
        ("D’Hondt de la Tour", ("Marie-Louise", "Godelieve")),
        ("Soosairaj", ()),
        ("x" * 100, ("y" * 60,)),
        (
            "MARIE ANTOINE JOSEPH DIT MARIE ANTOINE JOSEPH ALIAS SOOSAIRAJ DIT AUSSI MARIE JOSEPH ANTOINE SOOSAIR",
            ("Mevlut",),
        ),
    ],
)
def test_keeps_names_of_every_shape(door, administrator, names):
    person = register_person(actor=administrator, traits=PersonTraits(*names))
    person.refresh_from_db()
    assert (person.birth_name, tuple(person.first_names)) == names
    assert person.display_name.startswith(names[0].upper())


def test_an_edit_is_journalled_field_by_field_before_and_after(door, administrator):
    person = register_person(actor=administrator, traits=JEANNE)
    changed = PersonTraits(
        **vars(JEANNE)
        | {"birth_name": "Lefebvre", "birth_date": "1980-02-00", "phone": "", "usage_name": "Roy"}
    )
    update_traits(actor=administrator, person=person, traits=changed)
    assert said(person) == (
        f"{administrator.full_name} a modifié LEFÈVRE Jeanne : nom de naissance : Lefèvre → Lefebvre ;"
        " nom d'usage : non renseigné → Roy ; date de naissance : 01/02/1980 → février 1980 ;"
        " mobile : +33612345678 → non renseigné."
    )
    line = lines_about(person.pk)[0]
    assert line.before["birth_name"] == "Lefèvre"
    assert line.after["birth_name"] == "Lefebvre"
    person.refresh_from_db()
    assert person.name_key == "lefebvre roy jeanne marie"


def test_an_edit_that_changes_nothing_leaves_no_line(door, administrator):
    person = register_person(actor=administrator, traits=JEANNE)
    update_traits(actor=administrator, person=person, traits=JEANNE)
    assert len(lines_about(person.pk)) == 1


def test_a_new_contact_is_no_longer_verified_and_the_identity_check_holds(door, administrator):
    person = PersonFactory(reachable=True, phone_verified_at=now(), email_verified_at=now())
    IdentityCheckFactory(person=person)
    traits = PersonTraits.of(person)
    update_traits(
        actor=administrator, person=person, traits=PersonTraits(**vars(traits) | {"phone": "0698765432"})
    )
    person.refresh_from_db()
    assert person.phone_verified_at is None
    assert person.email_verified_at is not None
    assert not identity_standing(person).is_to_redo


def test_a_civil_trait_of_a_verified_identity_does_not_change_at_once(door, administrator):
    person = PersonFactory()
    IdentityCheckFactory(person=person)
    traits = PersonTraits(**vars(PersonTraits.of(person)) | {"sex": "M"})
    with pytest.raises(VerifiedIdentityError, match="verified"):
        update_traits(actor=administrator, person=person, traits=traits)
    person.refresh_from_db()
    assert person.sex == "F"
    assert lines_about(person.pk) == []


def test_a_civil_trait_that_changes_leaves_a_low_check_to_redo(door, administrator):
    person = PersonFactory()
    IdentityCheckFactory(person=person, level="low")
    traits = PersonTraits.of(person)
    update_traits(actor=administrator, person=person, traits=PersonTraits(**vars(traits) | {"sex": "M"}))
    assert identity_standing(person).is_to_redo
    record_identity_check(actor=administrator, person=person, method="face_to_face", document_kind="passport")
    assert not identity_standing(person).is_to_redo


def test_an_earlier_check_keeps_its_own_date_and_place(door, administrator):
    person = PersonFactory()
    check = record_identity_check(
        actor=administrator,
        person=person,
        method="carried_over",
        document_kind="passport",
        carried_from=" EHPAD des Lilas ",
        checked_on=date(2024, 5, 2),
    )
    assert check.checked_at == start_of_day(date(2024, 5, 2))
    assert (check.level, check.how) == ("low", "contrôle antérieur repris, EHPAD des Lilas, passeport")


def test_an_identity_check_says_who_saw_what_and_at_which_level(door, administrator):
    person = PersonFactory(birth_name="Martin", first_names=["Paul"])
    check = record_identity_check(
        actor=administrator, person=person, method="face_to_face", document_kind="passport"
    )
    assert (check.level, check.checked_by_name) == ("substantial", administrator.full_name)
    assert said(person) == (
        f"{administrator.full_name} a contrôlé l'identité de MARTIN Paul : vu en face à face, passeport,"
        " niveau substantiel."
    )
    with pytest.raises(DomainError):
        record_identity_check(actor=administrator, person=person, method="face_to_face", document_kind="none")


def test_a_homonym_decision_is_kept_once_with_its_reason_and_excludes_the_pair(door, administrator):
    first, second = PersonFactory.create_batch(2, birth_name="Martin", first_names=["Paul"])
    traits = PersonTraits.of(first)
    assert [one.person_id for one in probable_doubles(traits, person_id=first.pk)] == [second.pk]
    keep_apart(actor=administrator, person=first, other=second, reason="Vus tous les deux le même jour")
    keep_apart(actor=administrator, person=second, other=first, reason="Encore")
    assert [one.reason for one in HomonymDecision.objects.all()] == ["Vus tous les deux le même jour"]
    assert probable_doubles(traits, person_id=first.pk) == []
    assert probable_doubles(traits, person_id=second.pk) == []
    for other, reason in ((first, "x"), (second, "  ")):
        with pytest.raises(DomainError):
            keep_apart(actor=administrator, person=first, other=other, reason=reason)


def test_an_identifier_has_one_holder_in_the_group(group, administrator):
    with tenant(group.id):
        elsewhere, here = PersonFactory(), PersonFactory()
        AssignmentFactory(person=here, establishment=group.first)
        PersonIdentifierFactory(person=elsewhere, kind="matricule", value="M1")
    with tenant(group.id, [group.first.pk]):
        with pytest.raises(DomainError) as refused:
            add_identifier(actor=administrator, person=here, kind="matricule", value="M1")
        assert refused.value.field == "value"
        assert elsewhere.birth_name not in refused.value.french
        mine = add_identifier(
            actor=administrator, person=here, kind="matricule", value=" M2 ", issuer="Paie B"
        )
        assert (
            add_identifier(actor=administrator, person=here, kind="matricule", value="M2", issuer="Paie B")
            == mine
        )
        assert (
            add_identifier(
                actor=administrator, person=here, kind="matricule", value="M1", issuer="Paie B"
            ).value
            == "M1"
        )


@pytest.mark.parametrize("kind", ["matricule", "local", "login"])
def test_never_keeps_a_social_security_number(group, administrator, kind):
    with tenant(group.id):
        person = PersonFactory()
        with pytest.raises(DomainError) as refused:
            add_identifier(actor=administrator, person=person, kind=kind, value="1 84 12 75 123 456 48")
        assert "184" not in refused.value.french.replace(" ", "")
        assert not person.identifiers.exists()


def test_two_who_add_the_same_identifier_at_once_add_it_once(group, administrator, monkeypatch):
    with tenant(group.id):
        here, elsewhere = PersonFactory(), PersonFactory()
        PersonIdentifierFactory(person=here, kind="matricule", value="M1")
        PersonIdentifierFactory(person=elsewhere, kind="matricule", value="M2")
        looked = iter([None])  # the other's row is not committed yet at the first look
        monkeypatch.setattr(operations, "holder_of", lambda *values: next(looked, holder_of(*values)))
        assert add_identifier(actor=administrator, person=here, kind="matricule", value="M1").person == here
        looked = iter([None])
        with pytest.raises(DomainError) as refused:
            add_identifier(actor=administrator, person=here, kind="matricule", value="M2")
    assert refused.value.field == "value"


def test_every_write_leaves_a_line_of_its_site(group, administrator):
    with tenant(group.id):
        person = PersonFactory()
        AssignmentFactory(person=person, establishment=group.first)
        record_identity_check(
            actor=administrator,
            person=person,
            method="psc",
            document_kind="none",
            establishment_id=group.second.pk,
        )
        assert Line.objects.get(object_id=person.pk).establishment_id == group.second.pk
    with tenant(group.id, [group.first.pk]):
        assert not lines_about(person.pk)
