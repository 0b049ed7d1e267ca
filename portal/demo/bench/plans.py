"""How PostgreSQL reads for the hottest statements, and whether a plan ever looks at another group's rows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from portal.demo.bench.hot import Statement, hottest
from portal.demo.bench.places import places, sign_in
from portal.demo.bench.walls import open_to_sites, tenant_tables

PLACES = 3
_BY_KEY = re.compile(r"^\(+\w*\.?id = ")  # one row by its UUID, which nobody guesses
_GROUP = re.compile(r"\bgroup_id\b = ")


def explained(statement: Statement) -> list[dict[str, Any]]:
    """The plan as PostgreSQL ran it, in the statement's own door."""
    with statement.inside(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}", statement.values)
        answer = cursor.fetchone()[0]
    return json.loads(answer) if isinstance(answer, str) else answer


def written(statement: Statement) -> str:
    """The same for people to read."""
    with statement.inside(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement.sql}", statement.values)
        lines = "\n".join(line for (line,) in cursor.fetchall())
    return f"-- {statement.title}, as {statement.door.role}\n{statement.sql}\n\n{lines}\n"


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """Every node, from the top."""
    for part in plan if isinstance(plan, list) else [plan]:
        node = part.get("Plan", part)
        yield node
        for child in node.get("Plans", ()):
            yield from nodes(child)


def strays(plan: Any, tables: dict[str, str]) -> list[str]:
    """The reads of tenant tables that may meet another group's rows: neither by the group nor by a row's own key.

    A row found by its key belongs to the group, or the wall hides it: then it counts as a stray too.
    """
    found = []
    for node in nodes(plan):
        table = node.get("Relation Name", "")
        if table not in tables or node["Node Type"] == "Bitmap Heap Scan":
            continue  # the index scan below it says how the rows were found
        found += [f"{node['Node Type']} on {table}: {wrong}" for wrong in _wrong(node, tables[table])]
    found += [f"{node['Index Name']}: no group" for node in nodes(plan) if _bitmap_without_group(node)]
    return found


def _wrong(node: dict[str, Any], group_column: str) -> Iterator[str]:
    condition = node.get("Index Cond", "")
    if _GROUP.search(condition) or (group_column == "id" and _BY_KEY.match(condition)):
        return
    if not _BY_KEY.match(condition):
        yield f"condition {condition or 'none'}"
    elif node.get("Rows Removed by Filter", 0):
        yield "rows of another group met by their key"


def _bitmap_without_group(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Bitmap Index Scan" and not _GROUP.search(node.get("Index Cond", ""))


def keep_plans(folder: Path, *, small: bool) -> list[dict[str, Any]]:
    """Writes the plan of each of the hottest statements there, in place of the former ones; says which strays."""
    tables = tenant_tables()
    everywhere = places(PLACES, small=small)
    groups = hottest(everywhere, sign_in(everywhere), set(tables) & open_to_sites())
    folder.mkdir(exist_ok=True)
    for former in folder.glob("*.txt"):
        former.unlink()
    said = []
    for rank, group in enumerate(groups, 1):
        plan = explained(group[0])
        (folder / f"{rank:02}-{group[0].title}.txt").write_text(written(group[0]))
        wrong = "; ".join(strays(plan, tables)) or "none"
        said.append({"name": group[0].title, "ms": plan[0]["Execution Time"], "strays": wrong})
    return said
