"""The bench of matching keeps its goals at a small size, and leaves nothing behind."""

import csv
from io import StringIO

import pytest
from django.core.management import call_command

from identities.people.models import Person
from portal.demo.bench.matching import measure_matching
from portal.demo.seed.labelled_errors import CHANGES
from portal.demo.seed.labelled_people import TRAPS, labelled_set

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_goals_hold_at_a_small_size(services):
    group, typed, file = measure_matching(400, seed=7)
    for one in (group, file):
        assert one["recall"] >= 0.98
        assert one["precision"] >= 0.95
    assert file["automatic"] > 0
    assert file["automatic_precision"] == 1
    assert group["pairs_per_s"] > 0
    assert group["to_bare_sql"] > 1
    assert set(group["recall_by_kind"]) <= set(CHANGES)
    assert typed["median_ms"] > 0
    with services.administrator(services.database) as admin:
        assert admin.execute(f"SELECT count(*) FROM {Person._meta.db_table}").fetchone() == (0,)


def test_a_seed_gives_one_set_with_every_error_and_every_trap():
    found = labelled_set(2000)
    assert found == labelled_set(2000)
    assert found.known != labelled_set(2000, seed=1).known
    kinds = {one.kind for one in found.lines if one.same_as is not None}
    assert kinds == set(CHANGES)
    assert {one.kind for one in found.lines if one.same_as is None} == set(TRAPS)
    named = [one.same_as for one in found.lines if one.same_as is not None]
    assert len(named) == len(set(named)) == 1200


def test_the_set_is_written_as_two_files(tmp_path):
    call_command("make_labelled_people", out=tmp_path, people=300, stdout=StringIO())
    with (tmp_path / "lignes.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len((tmp_path / "connues.csv").read_text(encoding="utf-8").splitlines()) - 1 == 300
    assert {row["kind"] for row in rows if not row["same_as"]} <= set(TRAPS)
