"""Workers, relays and brokers that die at any moment, for real: nothing is lost, nothing is done twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection

from portal.dispatch.models import Message, Settlement
from portal.dispatch.operations import Letter, post_all
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from tests.services import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.django_db(transaction=True)]

TABLES = """
CREATE TABLE effect_of_test (serial bigserial, message_id uuid, key text);
CREATE TABLE wire_of_test (message_id uuid);
GRANT SELECT, INSERT ON effect_of_test, wire_of_test TO portal_group, portal_app;
GRANT USAGE ON SEQUENCE effect_of_test_serial_seq TO portal_group;
"""


@pytest.fixture
def effects(services):
    """The test's own tables, made and dropped by the administrator."""
    cache.clear()  # the broker's queue too: they share one number
    with services.administrator(services.database) as admin:
        admin.execute(TABLES)
        yield admin
        connection.close()
        admin.execute("DROP TABLE effect_of_test, wire_of_test")


@pytest.fixture
def worker(services, tmp_path):
    """Starts a worker in a process group of its own; all of them are killed at the end."""
    started = []

    def start(*options: str, beat: bool = True, **environment: str) -> subprocess.Popen:
        name = f"worker{len(started)}"
        clockwork = ["-B", "-s", str(tmp_path / f"{name}.beat")] if beat else []
        command = [
            sys.executable, "-m", "celery", "-A", "tests.portal.dispatch.worker", "worker", "-c", "2", "-n", name,
            "--without-gossip", "--without-mingle", "-l", "WARNING", *clockwork, *options,
        ]  # fmt: skip
        environment = {
            **os.environ, **services.environment(), "DJANGO_SETTINGS_MODULE": "portal.settings.test", **environment,
        }  # fmt: skip
        with (tmp_path / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)
    for log in tmp_path.glob("*.log"):
        sys.stdout.write(log.read_text())  # shown when the test fails


def kill(process: subprocess.Popen) -> None:
    """-9, its pool included."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def happens(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wait_until(condition, seconds: float = 60) -> None:
    assert happens(condition, seconds), "it did not happen in time"


def count(admin: psycopg.Connection, table: str) -> int:
    return admin.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def left(group_id) -> int:
    with tenant(group_id):
        return Message.objects.count()


def test_workers_killed_in_the_middle_lose_nothing_and_repeat_nothing(effects, worker):
    group_id, total = uuid7(), 400
    keys = [f"compte {rank % 3}" if rank % 2 else "" for rank in range(total)]
    with tenant(group_id):
        sent = post_all(Letter("killed_local", {"key": key}, ordering_key=key) for key in keys)
        order = list(Message.objects.order_by("number").values_list("pk", flat=True))
    assert order == [one.pk for one in sent]
    for _ in range(3):
        before = count(effects, "effect_of_test")
        doomed = worker()
        wait_until(lambda before=before: count(effects, "effect_of_test") > before + 10)
        time.sleep(random.uniform(0, 0.3))
        kill(doomed)
    assert 0 < left(group_id) < total, "killed too late to prove anything"
    worker()
    wait_until(lambda: left(group_id) == 0)
    done = effects.execute("SELECT message_id, key FROM effect_of_test ORDER BY serial").fetchall()
    assert Counter(message_id for message_id, _ in done) == Counter(order)
    for key in set(keys) - {""}:
        in_order = [pk for pk, its in zip(order, keys, strict=True) if its == key]
        assert [message_id for message_id, its in done if its == key] == in_order
    with tenant(group_id):
        assert Settlement.objects.filter(outcome=Outcome.DONE).count() == total


def test_pool_children_killed_alone_lose_and_repeat_nothing(effects, worker):
    """Celery replaces a killed child; now and then its pool stays stuck, and whoever watches the heart restarts it."""
    group_id, total = uuid7(), 200
    with tenant(group_id):
        post_all(Letter("killed_local", {"key": ""}) for _ in range(total))
    parent = worker()
    for _ in range(3):
        before = count(effects, "effect_of_test")
        wait_until(lambda before=before: count(effects, "effect_of_test") > before + 5)
        children = subprocess.run(
            ["pgrep", "-P", str(parent.pid)], capture_output=True, text=True
        ).stdout.split()
        os.kill(int(random.choice(children)), signal.SIGKILL)
    if not happens(lambda: left(group_id) == 0, 30):
        kill(parent)
        worker()
    wait_until(lambda: left(group_id) == 0)
    assert count(effects, "effect_of_test") == total


def test_a_relay_killed_between_commit_and_publish_is_made_good_by_the_sweep(effects, worker):
    group_id = uuid7()
    with tenant(group_id):
        post_all(Letter("killed_local", {"key": ""}) for _ in range(5))
    doomed = worker(KILLED_BETWEEN_COMMIT_AND_PUBLISH="1")

    def marked() -> bool:
        with tenant(group_id):
            return Message.objects.filter(sent_at__isnull=False).count() == 5

    wait_until(marked)
    kill(doomed)
    assert (left(group_id), count(effects, "effect_of_test")) == (5, 0)
    worker()
    wait_until(lambda: left(group_id) == 0)
    assert count(effects, "effect_of_test") == 5


def test_a_worker_killed_on_the_wire_leaves_an_unknown_outcome_to_a_person(effects, worker):
    group_id = uuid7()
    with tenant(group_id):
        post_all([Letter("killed_remote", {"seconds": 60})])
    doomed = worker()
    wait_until(lambda: count(effects, "wire_of_test") == 1)
    kill(doomed)
    worker()

    def handed_over() -> bool:
        with tenant(group_id):
            return Message.objects.get().state == MessageState.TO_HANDLE

    wait_until(handed_over)
    assert count(effects, "wire_of_test") == 1


POST_WITHOUT_BROKER = """
import sys, time, django
django.setup()
from uuid import UUID
from portal.dispatch.operations import Letter, post
from portal.foundation.tenancy import tenant
for _ in range(2):
    start = time.monotonic()
    with tenant(UUID(sys.argv[1])):
        post(Letter("killed_local", {"key": ""}))
    print(time.monotonic() - start)
"""


def test_without_a_broker_posting_works_and_the_message_waits(effects, worker, services):
    group_id = uuid7()
    away = {
        "REDIS_URL": "unix:///nonexistent/valkey.sock?db=0",
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
    done = subprocess.run(
        [sys.executable, "-c", POST_WITHOUT_BROKER, str(group_id)], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **services.environment(), **away}, check=True,
    )  # fmt: skip
    seconds = [float(line) for line in done.stdout.split() if line.replace(".", "").isdigit()]
    assert len(seconds) == 2, done.stdout + done.stderr
    assert max(seconds) < 3, seconds
    assert left(group_id) == 2
    worker()
    wait_until(lambda: left(group_id) == 0)
    assert count(effects, "effect_of_test") == 2
