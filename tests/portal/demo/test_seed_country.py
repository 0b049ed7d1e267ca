"""Several fictitious groups by the path of the demo: whole, different, walled, sealed, and never written twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.db import connection

from identities.assignments.models import Assignment, AssignmentChange
from identities.people.models import IdentityCheck, Person, PersonIdentifier, Visibility
from portal.demo.accounts import ACCOUNTS, PASSWORD, accounts_of
from portal.demo.processes import process_ids
from portal.demo.seed.country import (
    SeedError,
    demo_sizes,
    further_sizes,
    missing,
    seed_demo_groups,
    seed_further,
)
from portal.demo.seed.doubles import SPOILED
from portal.demo.seed.writing import group_id_of
from portal.foundation.identifiers import check_finess, check_siret
from portal.foundation.tenancy import operator, tenant
from portal.journal.models import Line
from portal.journal.queries import groups_to_seal
from portal.journal.verification import verify_group
from tenants.groups.models import Establishment, Group
from tenants.memberships.models import Membership, User
from tests.services import ROOT

SEED, SITES, PEOPLE = 7, 3, 60
TABLES = (
    Establishment,
    Person,
    Assignment,
    AssignmentChange,
    PersonIdentifier,
    IdentityCheck,
    Visibility,
    Line,
)


def three_sizes():
    return [*demo_sizes(SITES, PEOPLE), *further_sizes(3, SITES, PEOPLE)]


def quiet(text):
    return None


def counts(group_id):
    with tenant(group_id):
        return {model.__name__: model.objects.count() for model in TABLES}


@pytest.fixture
def three_groups(db):
    seed_demo_groups(SITES, PEOPLE, seed=SEED, progress=quiet)
    for size in further_sizes(3, SITES, PEOPLE):
        seed_further(size, seed=SEED)
    return three_sizes()


def test_a_country_has_the_establishments_and_people_asked_for():
    sizes = [*demo_sizes(50, 3500), *further_sizes(500, 50, 3500)]
    assert len(sizes) == len({one.slug for one in sizes}) == len({one.rank for one in sizes}) == 500
    assert sum(one.sites for one in sizes) == 25_000
    assert sum(one.people for one in sizes) == 1_750_000
    assert [one.slug for one in sizes[:3]] == ["rives", "albarine", "groupe-001"]
    assert min(one.sites for one in sizes[2:]) < 25
    assert max(one.sites for one in sizes[2:]) > 75


def test_every_group_is_whole(three_groups):
    for size in three_groups:
        with tenant(group_id_of(size, SEED)):
            assert Establishment.objects.count() == size.sites
            assert Assignment.objects.filter(state="running").count() == size.people
            assert Person.objects.count() == size.people + size.people // 4 + size.people // 120
            seen = Assignment.objects.exclude(state="cancelled").values("establishment_id", "person_id")
            assert Visibility.objects.count() == seen.distinct().count()
            assert AssignmentChange.objects.count() == Line.objects.count() > 0
            for finess, siret in Establishment.objects.values_list("finess", "siret"):
                check_finess(finess)
                check_siret(siret)


def test_groups_differ(three_groups):
    names = []
    for size in three_groups:
        with tenant(group_id_of(size, SEED)):
            names.append(Counter(Person.objects.values_list("birth_name", flat=True)))
            assert Person.objects.filter(email="").exists()
    assert names[0] != names[1] != names[2]
    assert not set(names[2]) <= set(names[0])


def test_one_group_sees_nothing_of_another(three_groups):
    ids = [group_id_of(size, SEED) for size in three_groups]
    for group_id in ids:
        with tenant(group_id):
            for model in TABLES:
                assert set(model.objects.values_list("group_id", flat=True)) == {group_id}
            assert list(Group.objects.values_list("pk", flat=True)) == [group_id]


def test_their_journals_are_sealed_and_verify(three_groups):
    assert groups_to_seal() == []
    for size in three_groups:
        report = verify_group(group_id_of(size, SEED))
        assert report.findings == []
        assert (report.seals, report.lines > 0) == (1, True)


def test_the_accounts_of_a_further_group_sign_in(three_groups):
    size = three_groups[2]
    for account in accounts_of(size.slug):
        assert authenticate(None, email=account.email, password=PASSWORD)
    rights = Membership.objects.filter(group_id=group_id_of(size, SEED))
    assert [len(one.establishment_ids or []) for one in rights.order_by("pk")] == [
        0,
        1,
        min(3, size.sites),
        0,
    ]


def test_written_again_nothing_doubles(three_groups):
    before = [counts(group_id_of(size, SEED)) for size in three_groups], User.objects.count()
    assert missing(three_groups, SEED) == []
    seed_demo_groups(SITES, PEOPLE, seed=SEED, progress=quiet)
    seed_further(three_groups[2], seed=SEED)
    assert before == ([counts(group_id_of(size, SEED)) for size in three_groups], User.objects.count())


def test_another_seed_is_refused_on_the_same_base(three_groups):
    with pytest.raises(SeedError, match="reprenez le même --seed"):
        missing(three_groups, SEED + 1)


def _seed_command(*options):
    return subprocess.Popen(
        [sys.executable, "manage.py", "seed_demo", *options],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _children(pid):
    for one in process_ids():
        with suppress(OSError):
            if f"\nPPid:\t{pid}\n" in Path(f"/proc/{one}/status").read_text():
                yield one


def _writers_left():
    """Sessions in which somebody still writes a group."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'people_person'::regclass")
        return cursor.fetchone()[0]


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("writers_too", [False, True])
def test_killed_and_started_again_it_goes_on_with_the_missing_groups(services, writers_too):
    options = ("--groups=8", "--sites=4", "--people=250", f"--seed={SEED}", "--writers=2")
    sizes = [*demo_sizes(4, 250), *further_sizes(8, 4, 250)]
    doomed = _seed_command(*options)
    for line in doomed.stdout:
        if " sur 6" in line:
            break
    for writer in _children(doomed.pid) if writers_too else ():
        os.kill(writer, signal.SIGKILL)  # in the middle of a group, most likely
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.communicate()
    with operator():
        written = Group.objects.count()
    assert written < len(sizes), "killed too late to prove anything"
    again = _seed_command(*options)
    said = again.communicate(timeout=120)[0]
    assert again.returncode == 0, said
    deadline = time.monotonic() + 30
    while _writers_left() and time.monotonic() < deadline:
        time.sleep(0.1)
    with operator():
        assert set(Group.objects.values_list("slug", flat=True)) == {one.slug for one in sizes}
    for size in sizes:
        found = counts(group_id_of(size, SEED))
        assert found["Establishment"] == size.sites
        drawn = size.people + size.people // 4 + size.people // 120
        assert found["Person"] == drawn + (len(SPOILED) if size is sizes[0] else 0)
        assert verify_group(group_id_of(size, SEED)).findings == []
    assert User.objects.filter(email__endswith="invalid").count() == len(ACCOUNTS) + 4 * 6
