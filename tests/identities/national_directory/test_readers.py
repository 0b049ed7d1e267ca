"""Who reads while a file is loaded: whole tables only, old then new; and what a reader who stays does to the load."""

from threading import Event, Thread

import psycopg
import pytest

from identities.national_directory import swapping
from identities.national_directory.loading import load_directory_file
from identities.national_directory.models import DirectoryLoad, NationalPerson
from tests.factories.national_directory import main_row, write_main

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
COUNT = (
    "SELECT (SELECT count(*) FROM national_directory_nationalperson),"
    " (SELECT count(*) FROM national_directory_nationalactivity)"
)


@pytest.fixture
def files(tmp_path):
    """One person; three people."""
    numbers = ["99900000011", "99900000029", "99900000037"]
    return [
        write_main(tmp_path / f"{count}.txt", [main_row(one) for one in numbers[:count]]) for count in (1, 3)
    ]


@pytest.fixture
def reader(services):
    """A connection of the application's own, outside of Django."""
    with psycopg.connect(services.environment()["DATABASE_URL"], autocommit=True) as connected:
        yield connected


@pytest.mark.slow
def test_readers_see_the_old_tables_or_the_new_ones(files, reader):
    load_directory_file(files[0])
    seen, over = [], Event()

    def read():
        while not over.is_set():
            seen.append(reader.execute(COUNT).fetchone())

    reading = Thread(target=read)
    reading.start()
    for turn in range(6):
        load_directory_file(files[turn % 2 == 0], accept_shrink="essai")
    over.set()
    reading.join()
    assert set(seen) == {(1, 1), (3, 3)}


@pytest.mark.slow
def test_a_reader_who_stays_makes_the_load_give_up_and_nothing_changes(files, reader, monkeypatch):
    load_directory_file(files[0])
    monkeypatch.setattr(swapping, "TRIES", 2)
    monkeypatch.setattr(swapping, "PATIENCE", "50ms")
    with reader.transaction():
        reader.execute(COUNT)
        with pytest.raises(swapping.BusyTableError):
            load_directory_file(files[1])
    assert NationalPerson.objects.count() == 1
    assert DirectoryLoad.objects.count() == 1
    load_directory_file(files[1])
    assert NationalPerson.objects.count() == 3


def test_two_loads_at_once_are_refused(files, services):
    with psycopg.connect(services.environment()["DATABASE_OWNER_URL"]) as other:
        other.execute("SELECT pg_advisory_xact_lock(7270415)")
        with pytest.raises(Exception, match="Another load"):
            load_directory_file(files[0])
