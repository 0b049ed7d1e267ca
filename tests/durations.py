"""A test over half a second carries the `slow` (or `browser`) mark; those that do not are named at the end of the run."""

import pytest

LIMIT_SECONDS = 0.5
MARKS = ("slow", "browser", "smoke")
_unmarked = pytest.StashKey[dict[str, float]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_unmarked] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    report.user_properties = [
        *report.user_properties,
        ("marked_slow", any(map(item.get_closest_marker, MARKS))),
    ]
    return report


class _Collector:
    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if (
            report.when == "call"
            and report.duration > LIMIT_SECONDS
            and not dict(report.user_properties)["marked_slow"]
        ):
            self.config.stash[_unmarked][report.nodeid] = report.duration


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(_Collector(session.config))


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Told, not failed: on a busy machine a fast test may be slow once."""
    found = config.stash[_unmarked]
    if found:
        terminalreporter.section(f"over {LIMIT_SECONDS} s without the mark « slow »")
        for name, seconds in sorted(found.items(), key=lambda pair: -pair[1]):
            terminalreporter.line(f"{seconds:6.2f} s  {name}")
