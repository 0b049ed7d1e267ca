"""Timing of whole pages, in turn with their bare SQL and their reference page: this machine is noisy, ratios are not."""

import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.demo.bench.places import Place, count_groups, places, sign_in
from portal.demo.bench.reference import bare_rows
from portal.foundation.addresses import address

NOT_COUNTED = 3  # turns that fill what processes keep


@dataclass(frozen=True)
class Page:
    """One page to time: its route and what stands after its address. `at_site`: of one site, else of the group.
    `form` makes it a POST, undone each time."""

    name: str
    route: str
    at_site: bool = True
    of_person: bool = False
    query: str = ""
    form: Callable[[], dict[str, str]] | None = None

    def address(self, place: Place) -> str:
        """At that place."""
        names: dict[str, Any] = {"group_slug": place.slug}
        if self.at_site:
            names["establishment_id"] = place.site
        if self.of_person:
            names["person_id"] = place.person
        return address(self.route, **names) + self.query


def _arrival_form() -> dict[str, str]:
    """A newcomer who resembles nobody: the doubles are looked for, and none is found."""
    return {
        "submission_key": str(uuid4()),
        "person": "new",
        "birth_name": "Banc-Essai",
        "first_names": "Camille",
        "birth_date": "12/04/1990",
        "sex": "F",
        "birth_place": "01053",
        "phone": "0699999999",
        "function": "R85-313",
        "contract": "temp",
        "starts_at": timezone.localtime().strftime("%d/%m/%Y %H:%M"),
        "end_choice": "three_days",
        "document_kind": "identity_card",
        "seen_by_me": "on",
    }


PAGES = (
    Page("accueil_site", "shell:site_home"),
    Page("accueil_groupe", "shell:group_home", at_site=False),
    Page("professionnels_site", "assignments:people_of_site"),
    Page("professionnels_groupe", "assignments:people_in_group", at_site=False),
    Page("recherche", "people:search", at_site=False, query="?q=martin"),
    Page("fiche", "shell:person", of_person=True),
    Page("qualite", "data_quality:overview", at_site=False),
    Page("enregistrements", "registrations:desk", at_site=False),
    Page("a_enregistrer", "registrations:to_register", at_site=False),
    Page("arrivee", "shell:arrival", form=_arrival_form),
)


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


def _timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def ask(client: Client, page: Page, place: Place) -> None:
    """Refuses (PageFailedError) anything but the page itself, or the redirect that follows a form."""
    where = page.address(place)
    answer = client.get(where) if page.form is None else client.post(where, page.form())
    if answer.status_code != (200 if page.form is None else 302):
        raise PageFailedError(f"{page.name}: {where} answered {answer.status_code}")


def _ask_reference(client: Client, page: Page, place: Place) -> None:
    answer = client.get(f"/reference/{page.name}/", place.values)
    if answer.status_code != 200:
        raise PageFailedError(f"{page.name}: its reference answered {answer.status_code}")


def _one_turn(client: Client, page: Page, place: Place, turn: int) -> dict[str, float]:
    """The page first, then the reference first: the second finds the rows in memory."""
    writes, took = page.form is not None, {}
    acts = [
        ("page", "default", lambda: ask(client, page, place)),
        ("sql", "owner", lambda: bare_rows(page.name, place.values)),
        ("reference", "owner", lambda: _ask_reference(client, page, place)),
    ]
    for name, alias, act in acts if turn % 2 else reversed(acts):
        with _undone(alias, writes):
            took[name] = _timed(act)
    return took


def time_page(page: Page, everywhere: list[Place], clients: dict[Any, Client], turns: int) -> dict[str, Any]:
    """Median and 95th percentile in ms of `turns` turns, each at another place."""
    asked = [everywhere[turn % len(everywhere)] for turn in range(turns + NOT_COUNTED)]
    found = [_one_turn(clients[one.user.pk], page, one, turn) for turn, one in enumerate(asked)][NOT_COUNTED:]
    wholes = [one["page"] for one in found]
    reference = statistics.median(one["reference"] for one in found)
    return {
        "name": page.name,
        "median_ms": round(statistics.median(wholes), 2),
        "p95_ms": round(statistics.quantiles(wholes, n=20)[-1], 2),
        "sql_ms": round(statistics.median(one["sql"] for one in found), 2),
        "reference_ms": round(reference, 2),
        "ratio": round(statistics.median(wholes) / reference, 2),
        "queries": _count_queries(clients[asked[0].user.pk], page, asked[0]),
        "groups": count_groups(),
    }


def _count_queries(client: Client, page: Page, place: Place) -> int:
    with _undone("default", page.form is not None), CaptureQueriesContext(connection) as captured:
        ask(client, page, place)
    return len(captured.captured_queries)


def time_pages(turns: int, *, small: bool) -> list[dict[str, Any]]:
    """Every page. `small`: at random sites of the demo group; else each turn in another group, cold ones too."""
    everywhere = places(turns + NOT_COUNTED, small=small)
    clients = sign_in(everywhere)
    return [time_page(page, everywhere, clients, turns) for page in PAGES]
