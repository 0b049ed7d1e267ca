"""A site sees a person while they have an affectation there, open, to come, or over for less than twelve months."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from identities.assignments.lists import PeopleFilter
from identities.assignments.minute_clock import end_and_start_due
from identities.assignments.models import Assignment
from identities.assignments.operations import cancel_assignment
from identities.assignments.queries import assignments_of, people_at, people_of_group
from identities.people.models import Person, Visibility
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory, many_missions
from tests.factories.people import PersonFactory
from tests.identities.assignments.acts import ACTOR

YEAR = timedelta(days=366)


@pytest.fixture
def seen_by(group):
    """Birth names that a site sees, behind its wall."""

    def names(establishment):
        with tenant(group.id, [establishment.pk]):
            return set(Person.objects.values_list("birth_name", flat=True))

    return names


def person(name):
    return PersonFactory(birth_name=name)


def test_a_site_sees_exactly_its_own_people(group, seen_by):
    moment = now()
    with tenant(group.id):
        here = {"establishment": group.first}
        AssignmentFactory(person=person("Présente"), **here)
        AssignmentFactory(person=person("En mission"), mission=True, **here)
        AssignmentFactory(person=person("À venir"), planned=True, **here)
        AssignmentFactory(person=person("Partie hier"), ended=True, **here)
        AssignmentFactory(
            person=person("Partie depuis longtemps"), ended=True, **here,
            starts_at=moment - 2 * YEAR, ends_at=moment - YEAR,
        )  # fmt: skip
        AssignmentFactory(person=person("Annulée"), cancelled=True, **here)
        AssignmentFactory(person=person("Voisine"), establishment=group.second)
        person("Sans affectation")
    assert seen_by(group.first) == {"Présente", "En mission", "À venir", "Partie hier"}
    assert seen_by(group.second) == {"Voisine"}
    with tenant(group.id):
        assert Person.objects.count() == 8


def test_a_person_who_moves_is_seen_by_both_sites_for_a_year(group, seen_by):
    with tenant(group.id):
        moved = person("Mutée")
        AssignmentFactory(person=moved, ended=True, establishment=group.first)
        AssignmentFactory(person=moved, establishment=group.second)
    assert seen_by(group.first) == seen_by(group.second) == {"Mutée"}
    with tenant(group.id, [group.first.pk]):
        assert [one.establishment_id for one in assignments_of(moved)] == [group.first.pk]


def test_the_last_of_several_stays_decides(group, seen_by):
    with tenant(group.id):
        back = person("Revenue")
        AssignmentFactory(
            person=back,
            ended=True,
            establishment=group.first,
            starts_at=now() - 3 * YEAR,
            ends_at=now() - 2 * YEAR,
        )
    assert seen_by(group.first) == set()
    with tenant(group.id):
        stay = AssignmentFactory(person=back, planned=True, establishment=group.first)
    assert seen_by(group.first) == {"Revenue"}
    with tenant(group.id):
        cancel_assignment(actor=ACTOR, assignment=stay)
    assert seen_by(group.first) == set()


def test_a_cancelled_only_stay_leaves_no_trace_of_the_person(group, seen_by):
    with tenant(group.id):
        stay = AssignmentFactory(person=person("Annulée"), planned=True, establishment=group.first)
        cancel_assignment(actor=ACTOR, assignment=stay)
        assert not Visibility.objects.exists()


def test_an_assignment_given_to_another_person_or_site_moves_the_sight(group, seen_by):
    """What a merge of two records does."""
    with tenant(group.id):
        stay = AssignmentFactory(person=person("Première"), establishment=group.first)
        second = person("Seconde")
        Assignment.objects.filter(pk=stay.pk).update(person=second)
    assert seen_by(group.first) == {"Seconde"}
    with tenant(group.id):
        Assignment.objects.filter(pk=stay.pk).update(establishment=group.second)
    assert (seen_by(group.first), seen_by(group.second)) == (set(), {"Seconde"})


def test_the_clock_keeps_the_sight_by_set(group, seen_by):
    with tenant(group.id):
        many_missions(30, group.first.pk, now() - timedelta(minutes=1))
        end_and_start_due()
        rows = Visibility.objects.filter(establishment_id=group.first.pk)
        assert rows.count() == 30
        assert not rows.filter(visible_until__lt=now() + timedelta(days=360)).exists()
    assert len(seen_by(group.first)) == 30


def test_only_the_triggers_write_the_sight(group):
    for wall in (None, [group.first.pk]):
        with tenant(group.id, wall), pytest.raises(ProgrammingError):
            Visibility.objects.create(
                establishment_id=group.second.pk, person_id=group.first.pk, group_id=group.id
            )


def test_a_wall_of_several_sites_sees_each_person_once(group):
    with tenant(group.id):
        both = person("Partagée")
        AssignmentFactory(person=both, establishment=group.first)
        AssignmentFactory(person=both, establishment=group.second)
    with tenant(group.id, [group.first.pk, group.second.pk]):
        assert Person.objects.count() == 1
        assert people_of_group().count() == 2
        assert people_at(group.first.pk, PeopleFilter(text="partag")).count() == 1


def test_the_visibility_table_reads_by_its_index(group):
    with tenant(group.id, [group.first.pk]), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT person_id FROM people_visibility")
        assert "Index" in "\n".join(line for (line,) in cursor.fetchall())
