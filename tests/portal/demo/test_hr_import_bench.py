"""The bench of imports measures both moments and leaves nothing behind."""

import pytest

from portal.demo.bench.hr_import import measure_imports
from tests.house.rooms import our_models

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_measures_a_first_file_and_a_later_one(services):
    first, later = measure_imports([100])
    assert first["counts"] == {"created": 100}
    assert later["counts"] == {"created": 2, "changed": 5, "ended": 2, "unchanged": 93}
    assert first["sites"] == later["sites"] == ["applied"]
    assert first["dry_run_to_copy"] > 0
    table = next(one for one in our_models() if one.__name__ == "Line")
    with services.administrator(services.database) as admin:
        assert admin.execute(f"SELECT count(*) FROM {table._meta.db_table}").fetchone() == (0,)
