"""Children die with their parent, and come back when they die alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.demo.processes import process_ids
from portal.demo.supervisor import MARK, Child, Supervisor, end_orphans
from tests.services import ROOT

pytestmark = pytest.mark.slow

SLEEPS = "import time; time.sleep(60)"
SLEEPS_WITH_A_CHILD = (
    "import subprocess, sys, pathlib, time;"
    "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "pathlib.Path('grandchild').write_text(str(one.pid)); time.sleep(60)"
)


@pytest.fixture
def supervise(tmp_path: Path):
    """Supervises one program; `said` is what the person reads."""
    started: list[Supervisor] = []

    def supervise(code: str) -> Supervisor:
        child = Child("L'essai", [sys.executable, "-c", code], tmp_path / "child.log")
        said: list[str] = []
        one = Supervisor([child], tmp_path, {**os.environ, MARK: str(tmp_path)}, said.append)
        one.said = said
        one.start()
        started.append(one)
        return one

    yield supervise
    for one in started:
        one.stop()


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_restarts_a_child_that_is_killed_and_says_why(supervise):
    one = supervise(SLEEPS)
    first = one.children[0].process
    first.kill()
    wait_for(lambda: one.watch() or one.said)
    assert "L'essai s'est arrêté (signal SIGKILL) : relance dans 1 s" in one.said[0]
    wait_for(lambda: one.watch() or one.children[0].process is not None)
    assert one.children[0].process.pid != first.pid


def test_waits_longer_each_time_and_shows_the_last_words(supervise):
    one = supervise("print('panne au départ'); raise SystemExit(3)")
    wait_for(lambda: one.watch() or len(one.said) >= 3)
    assert "(code 3) : relance dans 1 s" in one.said[0]
    assert "(code 3) : relance dans 2 s" in one.said[1]
    assert "panne au départ" in one.said[2]


def test_stopping_ends_the_children_of_the_children(supervise, tmp_path):
    one = supervise(SLEEPS_WITH_A_CHILD)
    wait_for(lambda: (tmp_path / "grandchild").exists() and (tmp_path / "grandchild").read_text())
    grandchild = int((tmp_path / "grandchild").read_text())
    one.stop()
    wait_for(lambda: not alive(grandchild))


def test_a_killed_launcher_takes_its_children_along(tmp_path):
    code = (
        "import os, sys, pathlib, time;"
        "from portal.demo.supervisor import Child, Supervisor, MARK;"
        f"folder = pathlib.Path({str(tmp_path)!r});"
        f"child = Child('essai', [sys.executable, '-c', {SLEEPS!r}], folder / 'log');"
        "one = Supervisor([child], folder, dict(os.environ), print); one.start();"
        "(folder / 'pid').write_text(str(child.process.pid)); time.sleep(60)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child = int((tmp_path / "pid").read_text())
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    wait_for(lambda: not alive(child))


def test_orphans_of_this_home_are_ended_and_no_other(tmp_path):
    ours, others = (
        subprocess.Popen([sys.executable, "-c", SLEEPS], env={**os.environ, MARK: mark})
        for mark in (str(tmp_path), f"{tmp_path}-other")
    )
    try:
        wait_for(lambda: {ours.pid, others.pid} <= set(process_ids()))
        wait_for(lambda: end_orphans(tmp_path) == 1)
        assert ours.wait(5) == -signal.SIGKILL
        assert others.poll() is None
    finally:
        others.kill()
        others.wait()
