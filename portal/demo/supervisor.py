"""The children of `manage.py demo`: started, watched, restarted with back-off, stopped; they die with their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.demo.processes import environment_of, process_ids

MARK = (
    "TROUSSEAU_LAUNCHED_FROM"  # in the environment of every child: how a killed launcher's orphans are known
)
CALM_SECONDS = 60
LONGEST_WAIT_SECONDS = 30
STOP_SECONDS = 15
LOG_LIMIT_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """In the child, before its program starts (`preexec_fn`): it is asked to end when whoever started it dies."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One program of the product; `label` is what the person reads."""

    label: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    failures: int = 0
    due_at: float = 0

    def last_words(self) -> str:
        with suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()
            return "\n".join(f"    {line[:300]}" for line in lines[-4:])
        return ""


@dataclass
class Supervisor:
    """Keeps `children` running in `folder` with `environment`; what happens is said by `say`."""

    children: list[Child]
    folder: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    stopping: bool = field(default=False)

    def start(self) -> None:
        for child in self.children:
            self._start(child)

    def watch(self) -> None:
        """One look at every child, to be called a few times a second."""
        for child in self.children:
            if child.process is None:
                if time.monotonic() >= child.due_at and not self.stopping:
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                self._bury(child, code)

    def stop(self) -> None:
        """Asks all to end, then kills what stays; their own children go with them."""
        self.stopping = True
        alive = [child for child in self.children if child.process is not None]
        for child in alive:
            _signal_group(child, signal.SIGTERM, whole=False)
        deadline = time.monotonic() + STOP_SECONDS
        for child in alive:
            assert child.process is not None
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _signal_group(child, signal.SIGKILL, whole=True)
            child.process.wait()

    def _start(self, child: Child) -> None:
        if child.log.exists() and child.log.stat().st_size > LOG_LIMIT_BYTES:
            child.log.replace(child.log.with_suffix(".previous.log"))
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        child.started_at = time.monotonic()

    def _bury(self, child: Child, code: int) -> None:
        """Ends what the dead one left behind and sets the hour of its restart: 1, 2, 4… 30 seconds."""
        _signal_group(child, signal.SIGKILL, whole=True)
        calm = time.monotonic() - child.started_at > CALM_SECONDS
        child.failures = 1 if calm else child.failures + 1
        wait = min(LONGEST_WAIT_SECONDS, 2 ** (child.failures - 1))
        child.process, child.due_at = None, time.monotonic() + wait
        self.say(
            f"{child.label} s'est arrêté ({_cause(code)}) : relance dans {wait} s. Son journal : {child.log}"
        )
        if child.failures > 1 and child.last_words():
            self.say(child.last_words())


def end_orphans(home: Path) -> int:
    """Kills the children of a launcher that was itself killed; returns how many. Call with the launcher's lock held."""
    mark = f"{MARK}={home}".encode()
    ours = {os.getpid(), os.getppid()}
    orphans = [pid for pid in process_ids() if pid not in ours and mark in environment_of(pid)]
    for pid in orphans:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(orphans)


def _cause(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"


def _signal_group(child: Child, number: int, *, whole: bool) -> None:
    """Each child leads its own process group; `whole` reaches the processes it started too."""
    assert child.process is not None
    with suppress(ProcessLookupError):
        if whole:
            os.killpg(child.process.pid, number)
        else:
            os.kill(child.process.pid, number)
