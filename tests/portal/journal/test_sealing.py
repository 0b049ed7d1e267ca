"""Lines are sealed once, in order, by one sealer at a time, and writers wait for nobody."""

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from portal.foundation.keys import uuid7
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line, Seal
from portal.journal.operations import Act, Entry, Machine, record, record_set
from portal.journal.sealing import seal_group
from portal.journal.tasks import seal_journals

ACT = Act("test", "{actor} a classé {object}.")
ROBOT = Machine("l'archiviste")


def write(count: int, **values) -> None:
    record_set(ROBOT, ACT, [Entry("file", uuid7(), {"object": rank}, **values) for rank in range(count)])


@pytest.mark.django_db
def test_seals_follow_each_other_from_the_genesis_of_the_group():
    group_id = uuid7()
    for count in (3, 2):
        with tenant(group_id):
            write(count)
        assert seal_group(group_id) == count
    with tenant(group_id):
        first, second = Seal.objects.order_by("number")
        assert (first.number, first.line_count, second.number, second.line_count) == (1, 3, 2, 2)
        assert second.previous_hash == first.hash
        with connection.cursor() as cursor:
            cursor.execute("SELECT app.journal_genesis(%s)", [group_id])
            assert first.previous_hash == cursor.fetchone()[0]
        assert Line.objects.filter(seal_number=None).count() == 0


@pytest.mark.django_db
def test_a_large_backlog_is_sealed_by_batches_in_order():
    group_id = uuid7()
    with tenant(group_id):
        write(25)
    assert seal_group(group_id, batch=10) == 25
    with tenant(group_id):
        assert [one.line_count for one in Seal.objects.order_by("number")] == [10, 10, 5]
        given = list(Line.objects.order_by("number").values_list("seal_number", flat=True))
    assert given == sorted(given)


@pytest.mark.django_db
def test_the_task_seals_every_group_and_the_platform():
    groups = [uuid7(), PLATFORM]
    for group_id in groups:
        with tenant(group_id):
            write(2)
    assert seal_journals() == 4
    for group_id in groups:
        with tenant(group_id):
            assert Seal.objects.count() == 1
    assert seal_journals() == 0


@pytest.mark.django_db
def test_nothing_of_a_line_changes_but_its_seal_and_that_once():
    group_id = uuid7()
    with tenant(group_id):
        write(1)
        for change in ({"sentence": "autre"}, {"number": 1}, {"actor_name": "autre"}):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                Line.objects.update(**change)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Line.objects.all().delete()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Seal.objects.update(line_count=2)
    seal_group(group_id)
    with tenant(group_id):
        assert Line.objects.update(seal_number=7) == 0
        assert Line.objects.get().seal_number == 1


@pytest.mark.django_db
def test_an_act_without_an_actor_is_refused():
    from portal.journal.operations import AnonymousActError

    with tenant(uuid7()), pytest.raises(AnonymousActError):
        record(Machine(""), ACT, object_kind="file", object_id=None, object="x")


def insert_line(link: psycopg.Connection, group_id) -> None:
    link.execute(
        "SELECT set_config('role', 'portal_group', true), set_config('app.group_id', %s, true)",
        [str(group_id)],
    )
    link.execute(
        "INSERT INTO journal_line (id, group_id, at, actor_name, act, object_kind, sentence, request_id)"
        " VALUES (gen_random_uuid(), %s, now(), 'x', 'test', 'file', 'x', '')",
        [group_id],
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_writers_wait_neither_for_each_other_nor_for_the_sealer(services):
    group_id = uuid7()
    url = services.environment()["DATABASE_URL"]
    with psycopg.connect(url) as first, psycopg.connect(url) as second:
        for link in (first, second):
            link.execute("SET lock_timeout = '500ms'")
            link.commit()
            insert_line(link, group_id)
            insert_line(link, group_id)
        insert_line(first, group_id)  # both transactions are open
        assert seal_group(group_id) == 0
        second.commit()
        assert seal_group(group_id) == 2
        insert_line(second, group_id)  # while the first, with older numbers, is still open
        first.commit()
        second.commit()
    assert seal_group(group_id) == 4
    with tenant(group_id):
        assert [one.line_count for one in Seal.objects.order_by("number")] == [2, 4]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_sealers_of_one_group_do_not_meet(services):
    group_id = uuid7()
    with tenant(group_id):
        write(1)
    with psycopg.connect(services.environment()["DATABASE_URL"]) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('journal ' || %s, 0))", [str(group_id)])
        assert seal_group(group_id) == 0
    assert seal_group(group_id) == 1
