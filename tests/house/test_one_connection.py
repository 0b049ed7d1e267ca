"""Two tenants in turn on one pooled connection never mix, whatever ends a door."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from identities.assignments.models import AssignmentChange
from identities.people.models import Person
from portal.foundation.tenancy import TenancyError, group_wide, tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import UnitFactory
from tests.factories.people import PersonFactory
from tests.fixtures import make_group


def context() -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_setting('app.group_id', true), current_setting('app.establishment_ids', true)"
        )
        return cursor.fetchone()


@pytest.fixture
def two(transactional_db):
    pair = [make_group(), make_group()]
    for number, group in enumerate(pair, 1):
        with tenant(group.id):
            PersonFactory.create_batch(number)
    return pair


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_tenants_in_turn_never_mix(two):
    for _ in range(20):
        for number, group in enumerate(two, 1):
            with tenant(group.id):
                assert Person.objects.count() == number
            assert context()[0] == "portal_app"
            assert not context()[1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_failure_leaves_nothing_behind(two):
    with pytest.raises(ZeroDivisionError):
        _lose_a_name(two[0].id)
    assert context()[0] == "portal_app"
    with tenant(two[1].id):
        assert Person.objects.count() == 2
    with tenant(two[0].id):
        assert not Person.objects.filter(birth_name="perdu").exists()


def _lose_a_name(group_id):
    with tenant(group_id):
        Person.objects.update(birth_name="perdu")
        raise ZeroDivisionError


@pytest.mark.django_db
def test_a_door_inside_another_groups_door_is_refused(group):
    other = make_group()
    with tenant(group.id), pytest.raises(TenancyError), tenant(other.id):
        pass


@pytest.mark.django_db
def test_a_site_door_gives_its_wall_back_after_a_look_at_the_group(group):
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
        AssignmentFactory(establishment=group.second)
    with tenant(group.id, [group.first.pk]):
        assert Person.objects.count() == 1
        with group_wide("test"):
            assert Person.objects.count() == 2
        assert Person.objects.count() == 1
        with pytest.raises(ZeroDivisionError), group_wide("test"):
            raise ZeroDivisionError
        assert Person.objects.count() == 1
        with transaction.atomic():
            assert Person.objects.count() == 1


@pytest.mark.django_db
def test_a_site_cannot_move_a_row_to_another_site_or_group(group):
    with tenant(group.id):
        assignment = AssignmentFactory(establishment=group.first)
    with (
        tenant(group.id, [group.first.pk]),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        type(assignment).objects.filter(pk=assignment.pk).update(establishment=group.second)


@pytest.mark.django_db
def test_a_stay_takes_no_unit_of_another_site(group):
    with tenant(group.id):
        stay, elsewhere = (
            AssignmentFactory(establishment=group.first),
            UnitFactory(establishment=group.second),
        )
    rows = type(stay).objects.filter(pk=stay.pk)
    refused = pytest.raises(IntegrityError, match="unit_same_site")
    with tenant(group.id, [group.first.pk]), refused, transaction.atomic():
        rows.update(unit=elsewhere.pk)


@pytest.mark.django_db
def test_a_site_writes_no_change_of_another_sites_stay(group):
    with tenant(group.id):
        stay = AssignmentFactory(establishment=group.second)
    change = AssignmentChange(
        group_id=group.id,
        assignment_id=stay.pk,
        establishment_id=group.first.pk,
        at=stay.starts_at,
        by_name="x",
        to_state="ended",
    )
    refused = pytest.raises(IntegrityError, match="same_site")
    with tenant(group.id, [group.first.pk]), refused, transaction.atomic():
        change.save(force_insert=True)
