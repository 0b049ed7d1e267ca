"""What the walls cost: the hottest statements as the product runs them, against the same with the group written in them.

The explicit statements run as the tables' owner, whose only policy is `true`: PostgreSQL drops it while planning.
"""

import random
import re
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from portal.demo.bench.hot import Statement, hottest
from portal.demo.bench.places import SEED, Place, places, rows, sign_in
from portal.foundation.tenancy import Tenant
from portal.foundation.tenancy.context import GROUP_ROLE, SITE_ROLE

PLACES = 8
MANY_SITES = 50


def tenant_tables() -> dict[str, str]:
    """Table → its column that names the group."""
    found = rows("SELECT tablename, qual FROM pg_policies WHERE policyname = 'tenant_group'")
    return {table: "group_id" if "group_id" in clause else "id" for table, clause in found}


def explicit(sql: str, group: UUID, tables: dict[str, str]) -> str:
    """The statement with `group_id = '…'` on each of its tenant tables: the planner joins such subqueries in."""

    def filtered(found: re.Match[str]) -> str:
        verb, table, alias = found[1], found[2], found[3] or f'"{found[2]}"'
        if table not in tables:
            return found[0]
        return f"{verb} (SELECT * FROM \"{table}\" WHERE {tables[table]} = '{group}'::uuid) {alias}"

    return re.sub(r'\b(FROM|JOIN) "([a-z_]+)"(?: (U\d+|T\d+)\b)?', filtered, sql)


def _timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _behind(statement: Statement, door: Tenant) -> Callable[[], float]:
    def act() -> float:
        with statement.inside(door):
            return _timed(statement.run)

    return act


def _explicit(statement: Statement, tables: dict[str, str]) -> Callable[[], float]:
    assert statement.door.group_id is not None  # noqa: S101  `statements_of` keeps no other
    sql = explicit(statement.sql, statement.door.group_id, tables)

    def run() -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(sql, statement.values)
            cursor.fetchall()

    def act() -> float:
        with transaction.atomic(using="owner"):  # as a door is: neither pays for opening it
            rows("SELECT 1")
            return _timed(run)

    return act


def open_to_sites() -> set[str]:
    """Tables that a site's door may read at all."""
    return {
        table
        for (table,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege('portal_site', oid, 'SELECT')"
        )
    }


def _doors(statement: Statement, place: Place) -> dict[str, Tenant]:
    """The group's, one site's, and fifty sites'."""
    sites = [site for (site,) in rows("SELECT id FROM groups_establishment WHERE group_id = %s", place.group)]
    many = {place.site, *sorted(sites)[:MANY_SITES]}
    return {
        "group": Tenant(GROUP_ROLE, place.group),
        "site": Tenant(SITE_ROLE, place.group, (place.site,)),
        "sites": Tenant(SITE_ROLE, place.group, tuple(sorted(many))),
    }


def _measure(group: list[Statement], everywhere: list[Place], turns: int, tables: dict[str, str]) -> dict:
    """Medians in ms of one statement at every place: variants in another order each turn."""
    took: dict[str, list[float]] = {"explicit": [], "group": [], "site": [], "sites": []}
    acts = []
    for statement, place in zip(group, everywhere, strict=True):
        behind = {name: _behind(statement, door) for name, door in _doors(statement, place).items()}
        acts.append({"explicit": _explicit(statement, tables), **behind})
    draw = random.Random(SEED)  # noqa: S311  nothing secret
    for turn in range(turns * len(acts)):
        variants = list(acts[turn % len(acts)].items())
        draw.shuffle(variants)
        for name, act in variants:
            found = act()
            if turn >= len(acts):
                took[name].append(found)
    return {name: statistics.median(values) for name, values in took.items()}


def cost_of_walls(turns: int, *, small: bool) -> list[dict[str, Any]]:
    """One line per statement and a last one for their sum; « x » figures are against the explicit filters."""
    tables = tenant_tables()
    everywhere = places(PLACES, small=small)
    clients = sign_in(everywhere)
    lines, sums = [], dict.fromkeys(("explicit", "group", "site", "sites"), 0.0)
    for group in hottest(everywhere, clients, set(tables) & open_to_sites()):
        medians = _measure(group, everywhere, turns, tables)
        sums = {name: sums[name] + medians[name] for name in sums}
        lines.append({"name": group[0].title, "door": group[0].door.role, **_said(medians)})
    return [*lines, {"name": "ensemble", **_said(sums)}]


def _said(medians: dict[str, float]) -> dict[str, float]:
    ratios = {f"x_{name}": round(medians[name] / medians["explicit"], 2) for name in _variants(medians)}
    return {"explicit_ms": round(medians["explicit"], 3), **ratios}


def _variants(medians: dict[str, float]) -> Iterable[str]:
    return (name for name in medians if name != "explicit")
