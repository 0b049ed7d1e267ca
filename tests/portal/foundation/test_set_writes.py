"""Rows written as one document: every type comes back as it went, behind the same walls."""

from datetime import timedelta

import pytest

from identities.people.models import Person
from portal.foundation.clock import now
from portal.foundation.set_writes import insert_all, update_by_id
from portal.foundation.tenancy import tenant
from tests.factories.people import PersonFactory
from tests.fixtures import make_group


def test_inserts_arrays_nulls_and_moments_to_the_microsecond(door):
    people = PersonFactory.build_batch(3, first_names=["Zoé", 'd"Arc'], is_french=None)
    people[0].phone_verified_at = moment = now().replace(microsecond=123457)
    assert insert_all(people) == 3
    kept = Person.objects.get(pk=people[0].pk)
    assert (kept.first_names, kept.is_french, kept.phone_verified_at) == (["Zoé", 'd"Arc'], None, moment)
    assert kept.name_key.startswith("fictif")
    assert abs(kept.created_at - now()) < timedelta(minutes=1)


def test_updates_the_named_fields_and_no_other(door):
    person = PersonFactory(phone="+33612345678")
    person.first_names, person.phone, person.email = ["Anne", "Marie"], "", "a@b.example"
    assert update_by_id([person], ["first_names", "phone"]) == 1
    kept = Person.objects.get()
    assert (kept.first_names, kept.phone, kept.email) == (["Anne", "Marie"], "", "")


def test_nothing_for_no_row(door):
    assert insert_all([]) == update_by_id([], ["phone"]) == 0


@pytest.mark.django_db
def test_the_rows_of_another_group_are_out_of_reach(group):
    other = make_group()
    with tenant(other.id):
        person = PersonFactory()
    person.phone = "+33612345678"
    with tenant(group.id):
        assert update_by_id([person], ["phone"]) == 0
