"""Homes of their own for the embedded services, where the servers' user can reach them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.demo.services import EmbeddedServices
from tests.services import ROOT, TestServices


@pytest.fixture
def home(services: TestServices, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty place; the binaries are those of the test cluster (as root they are copied once)."""
    monkeypatch.setenv("TROUSSEAU_HOME", str(services.home.parent))
    folder = services.home / f"home-{services.slot}"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def embedded(home: Path) -> Iterator[EmbeddedServices]:
    """Started, and stopped whatever happens."""
    one = EmbeddedServices(ROOT, progress=lambda text: None, home=home, durable=False)
    one.start()
    yield one
    one.stop()
