"""The small form of `manage.py bench registrations --faults`: real workers killed, broker emptied, database restarted."""

import json
import os
import subprocess
import sys

import pytest

from portal.sandbox.psi.breakdowns import EVERY
from tests.services import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_no_request_is_lost_nor_made_twice_while_everything_breaks():
    environment = {name: value for name, value in os.environ.items() if name != "TROUSSEAU_HOME"}
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "registrations", "--faults", "--small", "--json"],
        cwd=ROOT, env={**environment, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [found] = json.loads(done.stdout)["results"]
    assert found["sent"] == 120
    assert (found["lost"], found["double"], found["unreconciled"]) == (0, 0, 0)
    assert set(found["breakdowns"]) == set(EVERY)
    assert (found["kills"], found["broker_flushes"], found["database_restarts"]) == (2, 2, 1)
    assert found["unknown_outcomes"] > 0
