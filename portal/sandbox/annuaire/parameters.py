"""The documented search parameters as conditions of SQL: values of one parameter are alternatives, parameters add up."""

# ruff: noqa: S608  the only texts put together are our own

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from portal.sandbox.annuaire.ids import LEGAL, PREFIXES, business_of
from portal.sandbox.annuaire.outcomes import Refused
from portal.sandbox.annuaire.resources import FINESS, IDNPS, IDNST, RANK, RPPS
from portal.sandbox.annuaire.rows import among

Clause = tuple[str, list[object]]
Condition = Callable[[Sequence[str], str], Clause]
KEPT = timedelta(days=30)  # changes older than that are no longer told apart
# Published prefixes; a day is compared as its first instant (the real server's precision is not published).
_COMPARED = {
    "eq": "=",
    "ne": "<>",
    "gt": ">",
    "ge": ">=",
    "lt": "<",
    "le": "<=",
    "sa": ">",
    "eb": "<",
    "ap": ">=",
}


def split(value: str) -> list[str]:
    """Alternatives of one parameter: « a,b »."""
    return [one.strip() for one in value.split(",") if one.strip()]


def _token(value: str) -> tuple[str, str]:
    system, bar, code = value.rpartition("|")
    return (system, code) if bar else ("", value)


def _numbers(values: Sequence[str]) -> list[str]:
    """RPPS numbers meant by identifiers of a person, with and without their system."""
    found = []
    for system, code in map(_token, values):
        if system in ("", IDNPS) and len(code) == 12 and code.startswith("8"):
            found.append(code[1:])
        elif system in ("", RPPS):
            found.append(code)
    return found


def person_identifier(values: Sequence[str], modifier: str) -> Clause:
    numbers = _numbers(values)
    return among("p.number", numbers), list(numbers)


def structure_identifier(values: Sequence[str], modifier: str) -> Clause:
    finess, ids = [], []
    for system, code in map(_token, values):
        if system in ("", FINESS):
            finess.append(code)
        if system in ("", IDNST) and code.startswith("1"):
            finess.append(code[1:])
        if system in ("", RANK):
            ids.append(code)
    return f"({among('s.finess', finess)} OR {among('s.structure_id', ids)})", [*finess, *ids]


# The last ten digits, without « % » that one of the two databases reads as a value.
_SITUATION = "abs(a.key) - abs(a.key) / 10000000000 * 10000000000"


def situation_identifier(values: Sequence[str], modifier: str) -> Clause:
    numbers = [int(code) for _, code in map(_token, values) if code.isdecimal()]
    return among(_SITUATION, numbers), list(numbers)


def technical(prefix: str, column: str) -> Condition:
    """Ids of resources, or references to them (« Practitioner/003-… »)."""

    def condition(values: Sequence[str], modifier: str) -> Clause:
        found = [business_of(prefix, one.rpartition("/")[2]) for one in values]
        known = [int(one) if column == "a.key" else one for one in found if one]
        return among(column, known), list(known)

    return condition


def part_of(values: Sequence[str], modifier: str) -> Clause:
    known = [found for one in values if (found := business_of(LEGAL, one.rpartition("/")[2]))]
    return among("s.legal_finess", known), list(known)


def active(alias: str) -> Condition:
    def condition(values: Sequence[str], modifier: str) -> Clause:
        wanted = [1 if one == "true" else 0 for one in values]
        return among(f"{alias}.active", wanted), list(wanted)

    return condition


def text(*columns: str) -> Condition:
    """A string: its beginning without case or accents, all of it (:exact) or a part of it (:contains)."""

    def condition(values: Sequence[str], modifier: str) -> Clause:
        pattern = {"": "{}%", "contains": "%{}%", "exact": "{}"}[modifier]
        asked = [pattern.format(search_key(one)) for one in values for _ in columns]
        either = " OR ".join(f"{column} LIKE %s" for _ in values for column in columns)
        return f"({either or '1 = 0'})", list(asked)

    return condition


def beside(table: str, column: str, *, is_code: bool = False) -> Condition:
    """Something that a person has in another table: a mailbox, a card, a profession."""

    def condition(values: Sequence[str], modifier: str) -> Clause:
        asked = [_token(one)[1] for one in values] if is_code else list(values)
        return f"p.number IN (SELECT number FROM {table} WHERE {among(column, asked)})", list(asked)

    return condition


def role(values: Sequence[str], modifier: str) -> Clause:
    """Codes of R21, R85 and R96 (function), R22 (kind), R23 (mode)."""
    clauses, asked = [], []
    for system, code in map(_token, values):
        columns = [
            column
            for column, tables in {
                "role_code": ("R85", "R21", "R96"),
                "kind_code": ("R22",),
                "mode_code": ("R23",),
            }.items()
            if not system or any(f"TRE_{table}-" in system for table in tables)
        ]
        clauses += [f"a.{column} = %s" for column in columns]
        asked += [code] * len(columns)
    return f"({' OR '.join(clauses) or '1 = 0'})", list(asked)


def equal(column: str) -> Condition:
    def condition(values: Sequence[str], modifier: str) -> Clause:
        return among(column, values), list(values)

    return condition


def updated(moments: str) -> Condition:
    """`moments`: the SQL of when a row was last updated. Refuses (Refused) what is no date."""

    def condition(values: Sequence[str], modifier: str) -> Clause:
        clauses, asked = [], []
        for value in values:
            prefix, day = (value[:2], value[2:]) if value[:2] in _COMPARED else ("eq", value)
            try:
                at = datetime.fromisoformat(day if len(day) > 4 else f"{day}-01-01")
            except ValueError as error:
                raise Refused(400, "processing", f'HAPI-1882: Invalid date/time format: "{value}"') from error
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            clauses.append(f"{moments} {_COMPARED[prefix]} %s")
            asked.append(
                max(at, datetime.now(UTC) - KEPT).isoformat()
                if prefix in ("ge", "gt", "sa")
                else at.isoformat()
            )
        return f"({' OR '.join(clauses)})", list(asked)

    return condition


def search_key(value: str) -> str:
    """As the national tables keep names: no accents, lower case, one blank for whatever is no letter or figure."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in letters).split())


_LAST = """coalesce((SELECT max(l.loaded_at) FROM national_directory_directorychange c
JOIN national_directory_directoryload l ON l.id = c.load_id WHERE c.number = {}),
(SELECT min(loaded_at) FROM national_directory_directoryload))"""
UPDATED = {"p": _LAST.format("p.number"), "a": _LAST.format("a.number"), "s": _LAST.format("s.structure_id")}
_MAILS = "national_directory_mailbox"
CONDITIONS: dict[str, dict[str, Condition]] = {
    "Practitioner": {
        "_id": technical(PREFIXES["Practitioner"], "p.number"),
        "_lastUpdated": updated(UPDATED["p"]),
        "active": active("p"),
        "identifier": person_identifier,
        "family": text("p.name_key"),
        "given": text("p.first_name_key"),
        "name": text("p.name_key", "p.first_name_key"),
        "mailbox-mss": beside(_MAILS, "address"),
        "number-smartcard": beside("national_directory_card", "card_number"),
        "qualification-code": beside("national_directory_nationalactivity", "profession_code", is_code=True),
    },
    "PractitionerRole": {
        "_id": technical(PREFIXES["PractitionerRole"], "a.key"),
        "_lastUpdated": updated(UPDATED["a"]),
        "active": active("a"),
        "identifier": situation_identifier,
        "practitioner": technical(PREFIXES["Practitioner"], "a.number"),
        "organization": technical(PREFIXES["Organization"], "a.structure_id"),
        "role": role,
    },
    "Organization": {
        "_id": technical(PREFIXES["Organization"], "s.structure_id"),
        "_lastUpdated": updated(UPDATED["s"]),
        "active": active("s"),
        "identifier": structure_identifier,
        "name": text("lower(s.name)", "lower(s.trade_name)"),
        "address-city": text("lower(s.city)"),
        "address-postalcode": equal("s.postal_code"),
        "partof": part_of,
    },
}
