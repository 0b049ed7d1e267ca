"""The budget of the API: several processes, one of them killed, seen from the server's log."""

import os
import subprocess
import sys
import time

import pytest

from identities.national_directory.fhir.budget import KEY, SharedPace
from portal.demo.bench.directory_campaign import most_in_any_second
from tests.services import ROOT

LIMIT = 17


@pytest.fixture
def pace():
    made = SharedPace()
    made._valkey.delete(KEY)
    yield made
    made._valkey.delete(KEY)
    made.close()


def test_the_eighteenth_call_waits_for_the_first_one(pace):
    begun = time.monotonic()
    for _ in range(LIMIT):
        pace.take()
    assert time.monotonic() - begun < 0.9
    pace.take()
    assert time.monotonic() - begun >= 1


def test_a_call_counts_from_when_it_was_received(pace):
    first = pace.take()
    time.sleep(0.2)
    pace.written(first)
    written = pace._valkey.zscore(KEY, first)
    pace.answered(first)
    assert pace._valkey.zscore(KEY, first) < written
    pace.answered("never taken")
    assert pace._valkey.zcard(KEY) == 1


def test_a_call_written_late_counts_all_the_same(pace):
    """Its worker slept for more than a second between the place and the last byte: the server still receives it now."""
    late = pace.take()
    pace._valkey.zrem(KEY, late)  # what another worker does with a place of more than a second ago
    pace.written(late)
    begun = time.monotonic()
    for _ in range(LIMIT):
        pace.take()
    assert time.monotonic() - begun >= 1


def test_a_clock_set_back_blocks_nobody(pace):
    now = time.time() * 1_000_000
    pace._valkey.zadd(KEY, {f"{rank}": now + 3_600_000_000 for rank in range(LIMIT)})
    begun = time.monotonic()
    pace.take()
    assert time.monotonic() - begun < 0.5


def test_windows_are_counted_wherever_they_begin():
    assert most_in_any_second([0.0, 0.5, 0.99, 1.0, 1.2]) == 4
    assert most_in_any_second([]) == 0


_WORKER = """
import threading, time
import django
django.setup()
from identities.national_directory.fhir.client import DirectoryClient
def ask(client, until):
    while time.monotonic() < until:
        client.people(["99900000011"])
with DirectoryClient() as client:
    until = time.monotonic() + 6
    threads = [threading.Thread(target=ask, args=(client, until)) for _ in range(6)]
    for one in threads: one.start()
    for one in threads: one.join()
"""


@pytest.mark.slow
def test_three_processes_share_it_and_a_killed_one_changes_nothing(directory_api):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
        "DIRECTORY_API_URL": directory_api.directory,
        "DIRECTORY_API_KEY": "cle-du-bac-a-sable",
    }

    def worker():
        return subprocess.Popen([sys.executable, "-c", _WORKER], cwd=ROOT, env=environment)

    first, second, killed = worker(), worker(), worker()
    time.sleep(4)
    killed.kill()
    killed.wait()
    restarted = worker()
    for one in (first, second, restarted):
        assert one.wait(60) == 0
    received = directory_api.log("/Practitioner/_search")
    moments = [one["at"] for one in received]
    assert most_in_any_second(moments) <= LIMIT
    assert {one["status"] for one in received} <= {200, None}
    assert len(moments) > 3 * LIMIT
