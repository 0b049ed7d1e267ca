"""Many people at once: the rules, the lines and the refusals of one by one."""

import pytest
from django.db import IntegrityError, transaction

from identities.people.models import IdentityCheck, Person, PersonIdentifier
from identities.people.queries import identity_standing
from identities.people.set_operations import (
    NewIdentifier,
    change_people,
    identify_people,
    register_people,
    release_identifiers,
)
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from portal.journal.models import Line
from portal.journal.operations import Machine
from tests.factories.people import IdentityCheckFactory, PersonFactory

RH = Machine("Camille RH")


def lines(act: str) -> int:
    return Line.objects.filter(act=act).count()


def test_registers_people_with_their_numbers_in_one_line_each(door):
    ids = [uuid7(), uuid7()]
    found = register_people(
        actor=RH,
        newcomers={one: PersonTraits("  Fictif ", ("Zoé",), phone="06 12 34 56 78") for one in ids},
        identifiers=[NewIdentifier(ids[0], "matricule", "0421", "paie")],
    )
    assert found[ids[0]].phone == "+33612345678"
    assert Person.objects.get(pk=ids[1]).birth_name == "Fictif"
    assert PersonIdentifier.objects.get().person_id == ids[0]
    assert lines("person_registered") == 2
    with pytest.raises(DomainError):
        register_people(actor=RH, newcomers={uuid7(): PersonTraits("", ("Zoé",))})


def test_a_changed_civil_trait_leaves_the_check_to_be_redone(door):
    person, same = PersonFactory(), PersonFactory(sex="F")
    IdentityCheckFactory(person=person, level="low")
    changes = {person.pk: {"birth_date": "1985-03-13"}, same.pk: {"sex": "F"}}
    assert change_people(actor=RH, changes=changes) == {}
    person.refresh_from_db()
    assert person.birth_date == "1985-03-13"
    assert identity_standing(person).is_to_redo
    assert IdentityCheck.objects.count() == lines("person_updated") == 1


def test_the_civil_traits_of_a_verified_identity_are_held_back_and_the_rest_is_written(door):
    person, other = PersonFactory(), PersonFactory()
    IdentityCheckFactory(person=person)
    asked = {"first_names": ("Zoé",), "phone": "+33612345678", "sex": "F"}
    held = change_people(actor=RH, changes={person.pk: asked, other.pk: {"first_names": ("Zoé",)}})
    assert held == {person.pk: ("first_names",)}
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.first_names, person.phone) == (["Camille", "Dominique"], "+33612345678")
    assert other.first_names == ["Zoé"]
    assert not identity_standing(person).is_to_redo


def test_a_number_has_one_holder_and_may_be_released(door):
    first, second = PersonFactory(), PersonFactory()
    people = {one.pk: one for one in (first, second)}
    asked = [NewIdentifier(first.pk, "matricule", "0421", "paie")]
    (held,) = identify_people(actor=RH, identifiers=asked, people=people)
    with pytest.raises(IntegrityError), transaction.atomic():
        identify_people(
            actor=RH, identifiers=[NewIdentifier(second.pk, "matricule", "0421", "paie")], people=people
        )
    assert release_identifiers(actor=RH, identifier_ids=[held.pk]) == 1
    assert release_identifiers(actor=RH, identifier_ids=[held.pk]) == 0
    assert lines("identifier_released") == 1
