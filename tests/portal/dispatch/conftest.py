"""Handlers that exist for one test."""

from collections.abc import Callable, Iterator

import pytest

from portal.dispatch import registry


@pytest.fixture
def handles(monkeypatch) -> Iterator[Callable]:
    """`handles(kind, effect=…)` or `handles(kind, send=…, reconcile=…)`."""
    monkeypatch.setattr(registry, "_HANDLERS", dict(registry._HANDLERS))

    def add(kind: str, **values) -> None:
        registry._HANDLERS[kind] = registry.Handler(label=f"essai {kind}", **values)

    return add
