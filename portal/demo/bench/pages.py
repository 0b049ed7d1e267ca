"""Timing of whole pages, in turn with their bare SQL and their reference page: this machine is noisy, ratios are not."""

import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.demo.bench.reference import bare_rows


@dataclass(frozen=True)
class Page:
    """One page to time. `values` fill the reference statements; `form` makes it a POST, undone each time."""

    name: str
    address: str
    values: dict[str, Any]
    form: Callable[[], dict[str, str]] | None = None


class PageFailedError(Exception):
    """A page did not answer 200 (or 302 for a form): its time means nothing."""


@contextmanager
def _undone(alias: str, wanted: bool):
    if not wanted:
        yield
        return
    with transaction.atomic(using=alias):
        yield
        transaction.set_rollback(True, using=alias)


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = act()
    return (time.perf_counter() - started) * 1000, answer


def _ask(client: Client, page: Page) -> None:
    answer = client.get(page.address) if page.form is None else client.post(page.address, page.form())
    if answer.status_code != (200 if page.form is None else 302):
        raise PageFailedError(f"{page.name}: {page.address} answered {answer.status_code}")


def _one_turn(client: Client, page: Page) -> tuple[float, float, float]:
    writes = page.form is not None
    with _undone("default", writes):
        whole, _ = _timed(lambda: _ask(client, page))
    with _undone("owner", writes):
        bare, _ = _timed(lambda: bare_rows(page.name, page.values))
    with _undone("owner", writes):
        reference, answer = _timed(lambda: client.get(f"/reference/{page.name}/", page.values))
    if answer.status_code != 200:
        raise PageFailedError(f"{page.name}: its reference answered {answer.status_code}")
    return whole, bare, reference


def time_page(client: Client, page: Page, turns: int) -> dict[str, Any]:
    """Median and 95th percentile in ms of `turns` turns after three that do not count."""
    for _ in range(3):
        _one_turn(client, page)
    with _undone("default", page.form is not None), CaptureQueriesContext(connection) as captured:
        _ask(client, page)
    queries = len(captured.captured_queries)  # now: a later request empties the log
    wholes, bares, references = zip(*(_one_turn(client, page) for _ in range(turns)), strict=True)
    return {
        "name": page.name,
        "median_ms": round(statistics.median(wholes), 2),
        "p95_ms": round(statistics.quantiles(wholes, n=20)[-1], 2),
        "sql_ms": round(statistics.median(bares), 2),
        "reference_ms": round(statistics.median(references), 2),
        "ratio": round(statistics.median(wholes) / statistics.median(references), 2),
        "queries": queries,
    }
