"""Two administrators at the same pair at the same time, on two connections: one merge, whole."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from identities.duplicates.merge_operations import merge_pair, undo_merge
from identities.duplicates.models import Merge, Pair
from identities.people.models import Person
from portal.dispatch.models import Message
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.duplicates import people_alike

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def alike(group):
    with tenant(group.id):
        found = people_alike()
        AssignmentFactory(person=found.two, establishment=group.first)
    return found


def at_once(*acts):
    """Each in its own thread and connection, started together; what each gave or refused."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_merges_of_one_pair_are_one(alike, group, settler):
    def merge_into(kept):
        def act():
            with tenant(group.id):
                return merge_pair(actor=settler, pair=Pair.objects.get(), kept_id=kept.pk)

        return act

    given = at_once(merge_into(alike.one), merge_into(alike.one), merge_into(alike.two))
    with tenant(group.id):
        merge = Merge.objects.get()
        absorbed = Person.objects.exclude(merged_into=None).get()
        assert absorbed.pk == merge.absorbed_id
        assert Message.objects.filter(kind="person.merged").count() == 1
    assert [one for one in given if isinstance(one, DomainError)], "the other way round is refused"


def test_two_undoings_of_one_merge_are_one(alike, group, settler):
    with tenant(group.id):
        merge = merge_pair(actor=settler, pair=alike.pair, kept_id=alike.one.pk)

    def undo():
        with tenant(group.id):
            return undo_merge(actor=settler, merge=Merge.objects.get(pk=merge.pk), reason="Erreur")

    at_once(undo, undo)
    with tenant(group.id):
        assert Message.objects.filter(kind="person.unmerged").count() == 1
        assert not Person.objects.exclude(merged_into=None).exists()
