"""The hottest statements of the product, taken from its real pages as they run: nothing is copied, nothing goes stale."""

import re
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.test import Client

from portal.demo.bench.pages import PAGES, Page, ask
from portal.demo.bench.places import Place
from portal.foundation.tenancy import Tenant, tenant
from portal.foundation.tenancy.context import GROUP_ROLE, SITE_ROLE, current_tenant

TIMES = 5
# What is looked at in an hour, against one arrival.
WEIGHTS = {
    "professionnels_site": 4,
    "fiche": 3,
    "accueil_site": 3,
    "recherche": 2,
    "professionnels_groupe": 2,
}
_TABLE = re.compile(r'\b(?:FROM|JOIN) "([a-z_]+)"')
_LIST = re.compile(r"%s(?:, %s)+")


@dataclass(frozen=True)
class Statement:
    """One read of tenant tables as a page made it: text, values, and the door it was made in."""

    page: str
    sql: str
    values: tuple[Any, ...]
    door: Tenant

    @property
    def shape(self) -> tuple[str, str, str]:
        """The same for the same statement with other values."""
        return self.page, _LIST.sub("%s…", self.sql), self.door.role

    @property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(_TABLE.findall(self.sql)))

    @property
    def title(self) -> str:
        """« fiche-assignments_assignment »: the page and the first table it reads."""
        return f"{self.page}-{self.tables[0]}"

    @contextmanager
    def inside(self, door: Tenant | None = None) -> Iterator[None]:
        """Stands in the statement's own door, or in another of the same group."""
        chosen = door or self.door
        assert chosen.group_id is not None  # noqa: S101  `statements_of` keeps no other
        with tenant(chosen.group_id, chosen.establishment_ids):
            yield

    def run(self) -> list[tuple]:
        """In the current door."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return cursor.fetchall()


class _Listening:
    """Keeps what goes through a door of a group."""

    def __init__(self, page: str, tables: set[str]) -> None:
        self.page, self.tables, self.heard = page, tables, list[Statement]()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")) and self.tables & set(_TABLE.findall(sql)):
            door = current_tenant()
            if door.role in {GROUP_ROLE, SITE_ROLE}:
                self.heard.append(Statement(self.page, sql, tuple(params or ()), door))
        return execute(sql, params, many, context)


def statements_of(page: Page, place: Place, client: Client, tables: set[str]) -> list[Statement]:
    """Every read of those tables that the page makes, in order; what a form writes is undone."""
    listening = _Listening(page.name, tables)
    with transaction.atomic(), connection.execute_wrapper(listening):
        ask(client, page, place)
        transaction.set_rollback(True)
    return listening.heard


def hottest(
    everywhere: Iterable[Place], clients: dict[Any, Client], tables: set[str], count: int = 10
) -> list[list[Statement]]:
    """The `count` statements that cost the product the most: time of one by how often its page is opened.

    Each comes once per place, with that place's values. A statement that some places do not make is left out.
    """
    found: dict[tuple[str, str, str], list[Statement]] = {}
    asked = list(everywhere)
    for place in asked:
        for page in PAGES:
            seen = {one.shape: one for one in statements_of(page, place, clients[place.user.pk], tables)}
            for shape, one in seen.items():
                found.setdefault(shape, []).append(one)
    always = [group for group in found.values() if len(group) == len(asked)]
    return sorted(always, key=_cost, reverse=True)[:count]


def _cost(group: list[Statement]) -> float:
    return WEIGHTS.get(group[0].page, 1) * statistics.median(_time(one) for one in group)


def _time(one: Statement) -> float:
    with one.inside():
        took = []
        for _ in range(TIMES):
            started = time.perf_counter()
            one.run()
            took.append(time.perf_counter() - started)
    return statistics.median(took)
