"""One search: its page of resources, those that come with it, and where the next page begins."""

# ruff: noqa: S608  the only texts put together are our own

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.sandbox.annuaire import resources
from portal.sandbox.annuaire.outcomes import Refused, unknown_kind
from portal.sandbox.annuaire.parameters import CONDITIONS, UPDATED, split
from portal.sandbox.annuaire.rows import ACTIVITIES, PEOPLE, STRUCTURES, Row, among, directory

DEFAULT_COUNT, LARGEST_COUNT = (
    50,
    200,
)  # published: 50; at most 200 is what the ANS advises, the real cap is not published
_TABLES = {
    "Practitioner": (PEOPLE, "p.number"),
    "PractitionerRole": (ACTIVITIES, "a.key"),
    "Organization": (STRUCTURES, "s.structure_id"),
}
_INCLUDES: dict[str, dict[str, tuple[str, ...]]] = {
    "Practitioner": {"_include": (), "_revinclude": ("PractitionerRole:practitioner",)},
    "PractitionerRole": {
        "_include": ("PractitionerRole:practitioner", "PractitionerRole:organization", "*"),
        "_revinclude": (),
    },
    "Organization": {"_include": ("Organization:partof",), "_revinclude": ("PractitionerRole:organization",)},
}
_ALL = "1 = 1"
_MODIFIERS = ("", "exact", "contains")


@dataclass(frozen=True)
class Search:
    """What is asked. `after`: the key of the last resource of the page before."""

    kind: str
    parameters: tuple[tuple[str, str], ...]
    count: int
    after: Any = None

    @property
    def where(self) -> tuple[str, list[Any]]:
        clauses, values = [_ALL], []
        for name, value in self.parameters:
            if name.partition(":")[0] in _RESULT:
                continue
            clause, asked = _condition(self.kind, name, value)
            clauses.append(clause)
            values += asked
        return " AND ".join(clauses), values

    def values_of(self, name: str) -> list[str]:
        return [one for key, value in self.parameters if key == name for one in split(value)]


_RESULT = ("_count", "_include", "_revinclude", "_elements", "_total", "_format")


def read_search(kind: str, parameters: Iterable[tuple[str, str]]) -> Search:
    """Refuses (Refused) an unknown kind, parameter, modifier or inclusion: guessed, HAPI's own answer is a 400 too."""
    if kind not in CONDITIONS:
        raise unknown_kind(kind)
    asked = tuple(parameters)
    found = Search(kind, asked, DEFAULT_COUNT)
    for name in ("_include", "_revinclude"):
        for one in found.values_of(name):
            if one not in _INCLUDES[kind][name]:
                raise Refused(400, "processing", f'HAPI-0357: Invalid {name} parameter value: "{one}"')
    counts = found.values_of("_count")
    if counts and not counts[0].isdecimal():
        raise Refused(400, "processing", f"HAPI-0375: Invalid _count: {counts[0]}")
    count = min(int(counts[0]), LARGEST_COUNT) if counts else DEFAULT_COUNT
    return Search(kind, asked, max(1, count))


def _condition(kind: str, name: str, value: str) -> tuple[str, list[Any]]:
    plain, _, modifier = name.partition(":")
    if plain == "name" and modifier in ("family", "given"):  # the ANS writes its own examples so
        plain, modifier = modifier, ""
    known = CONDITIONS[kind].get(plain)
    if known is None or modifier not in _MODIFIERS:
        listed = ", ".join(sorted(CONDITIONS[kind]))
        text = (
            f'HAPI-0524: Unknown search parameter "{name}" for resource type "{kind}". Valid are: [{listed}]'
        )
        raise Refused(400, "processing", text)
    return known(split(value), modifier)


def page(search: Search) -> tuple[list[Row], int | None, Any]:
    """Rows of this page, how many there are in all (None: not counted), and the key after which the next one begins."""
    table, key = _TABLES[search.kind]
    where, values = search.where
    asked = list(values)
    following = f"{where} AND {key} > %s" if search.after is not None else where
    if search.after is not None:
        asked.append(search.after)
    rows = directory.read(
        f"SELECT *, {UPDATED[key[0]]} AS updated_at FROM {table} WHERE {following} ORDER BY {key} LIMIT {search.count + 1}",
        asked,
    )
    total = None
    if search.values_of("_total") == ["accurate"] or (
        where != _ALL and search.values_of("_total") != ["none"]
    ):
        total = directory.read(f"SELECT count(*) AS total FROM {table} WHERE {where}", values)[0]["total"]
    shown = rows[: search.count]
    more = shown[-1][key.partition(".")[2]] if len(rows) > search.count else None
    return shown, total, more


def resources_of(kind: str, rows: list[Row]) -> list[resources.Resource]:
    if kind == "PractitionerRole":
        return [resources.practitioner_role(one) for one in rows]
    if kind == "Organization":
        return [resources.organization(one) for one in rows]
    return _practitioners(rows)


def included(search: Search, rows: list[Row]) -> list[resources.Resource]:
    """What comes with a page, each once."""
    wanted = {*search.values_of("_include"), *search.values_of("_revinclude")}
    found: list[resources.Resource] = []
    if "PractitionerRole:practitioner" in wanted and search.kind == "Practitioner":
        found += _roles("a.number", [one["number"] for one in rows if one["active"]])
    if "PractitionerRole:organization" in wanted and search.kind == "Organization":
        found += _roles("a.structure_id", [one["structure_id"] for one in rows])
    if wanted & {"PractitionerRole:practitioner", "*"} and search.kind == "PractitionerRole":
        numbers = sorted({one["number"] for one in rows if one["active"]})
        found += _practitioners(_read(PEOPLE, "p.number", numbers))
    if wanted & {"PractitionerRole:organization", "*"} and search.kind == "PractitionerRole":
        ids = sorted({one["structure_id"] for one in rows if one["structure_id"]})
        found += resources_of("Organization", _read(STRUCTURES, "s.structure_id", ids))
    if "Organization:partof" in wanted:
        found += [resources.legal_entity(one) for one in sorted({one["legal_finess"] for one in rows} - {""})]
    return found


def _roles(column: str, values: list[str]) -> list[resources.Resource]:
    return [resources.practitioner_role(one) for one in _read(ACTIVITIES, column, values) if one["active"]]


def _read(table: str, column: str, values: list[str]) -> list[Row]:
    if not values:
        return []
    moment = UPDATED[column[0]]
    return directory.read(
        f"SELECT *, {moment} AS updated_at FROM {table} WHERE {among(column, values)} ORDER BY {column}",
        values,
    )


def _practitioners(people: list[Row]) -> list[resources.Resource]:
    numbers = [one["number"] for one in people if one["active"]]
    cards = _by_number("SELECT * FROM national_directory_card WHERE {} ORDER BY card_number", numbers)
    mails = _by_number(
        "SELECT * FROM national_directory_mailbox WHERE {} AND mailbox_type = 'PER' ORDER BY address", numbers
    )
    jobs = _by_number(
        "SELECT DISTINCT number, profession_code, category_code, authority FROM national_directory_nationalactivity"
        " WHERE {} ORDER BY profession_code",
        numbers,
    )
    found = []
    for one in people:
        own = jobs[one["number"]]
        pairs = list(dict.fromkeys((job["profession_code"], job["category_code"]) for job in own))
        authority = own[0]["authority"] if own else ""
        found.append(
            resources.practitioner(
                one | {"authority": authority}, pairs, cards[one["number"]], mails[one["number"]]
            )
        )
    return found


def _by_number(statement: str, numbers: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    if numbers:
        for row in directory.read(statement.format(among("number", numbers)), numbers):
            found[row["number"]].append(row)
    return found
