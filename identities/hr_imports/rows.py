"""Lines of a file become rows to compare: each cell understood, each refusal told with its column."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from identities.assignments.models import AssignmentKind, ContractKind
from identities.assignments.rules import check_place_open
from identities.hr_imports import cells as cell
from identities.hr_imports.columns import COLUMNS
from identities.hr_imports.files import Row
from identities.hr_imports.job_titles import JobTitles
from identities.people.birth_places import BirthPlace, understand_birth_place
from identities.people.rules import check_phone, trait_problems
from identities.people.traits import PersonTraits
from portal.foundation.clock import end_of_day, start_of_day
from portal.foundation.errors import DomainError
from portal.foundation.identifiers import check_rpps
from portal.foundation.names import search_key, split_first_names
from tenants.groups.queries import NumberedPlace

BLOCK = 2000
# Of the temporary table `hr_row`, in the order of the COPY.
ROW_COLUMNS = (
    "number int", "key text", "matricule text", "rpps text", "birth_name text", "usage_name text", "first_names text[]",
    "sex text", "birth_date text", "birth_commune_code text", "birth_country_code text", "birth_place text", "phone text",
    "email text", "name_key text", "usage_key text", "first_key text", "all_first_key text", "establishment_id uuid",
    "function_id text", "contract text", "kind text", "starts_at timestamptz", "ends_at timestamptz", "agency text",
    "problems jsonb", "cells jsonb",
)  # fmt: skip
_CODE = re.compile(r"(.*?)[\s,(]*\b((?:\d{2}|2[AB])\d{3})\b\s*\)?", re.I)
_FIELD_COLUMNS = {"birth_commune_code": "birth_place", "birth_country_code": "birth_place"}


class RowReader:
    """Reads the lines of one file with what its group and its source know. Counts what it does not know."""

    def __init__(
        self, headers: Sequence[str], mapping: Mapping[str, str], places: Sequence[NumberedPlace]
    ) -> None:
        names = [mapping.get(search_key(header), "") for header in headers]
        self.columns = {name: rank for rank, name in enumerate(names) if name}
        self._headers = {name: headers[rank] for name, rank in self.columns.items()}
        self.titles = JobTitles()
        self._places: dict[str, NumberedPlace] = {}
        for one in places:
            self._places.setdefault(one.key, one)
        self._places |= {one.finess.lower(): one for one in places}
        self._by_id = {one.id: one for one in places}
        self._births: dict[str, BirthPlace | None] = {}
        self.unknown: dict[str, Counter[str]] = {"site": Counter(), "function": Counter()}
        self.filled: Counter[str] = Counter()

    def know_sites(self, codes: Mapping[str, str]) -> None:
        """What the source was told of its own codes: search key → id of the establishment."""
        self._places |= {
            key: self._by_id[UUID(one)] for key, one in codes.items() if UUID(one) in self._by_id
        }

    def read(self, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
        """One tuple per line, as ROW_COLUMNS; refused ones too, with their problems."""
        rows = iter(rows)
        while block := list(islice(rows, BLOCK)):
            rank = self.columns.get("function")
            if rank is not None:
                self.titles.learn(" ".join(row[rank].split()) for _, row in block if rank < len(row))
            yield from (self._one(number, row) for number, row in block)

    def _one(self, number: int, row: list[str]) -> tuple[Any, ...]:
        line = _Line(self, row)
        matricule = line.take("matricule", cell.read_matricule)
        rpps = line.take("rpps", lambda text: check_rpps(text).number if text else "")
        traits = self._traits(line)
        period = self._period(line)
        first_key = search_key(traits.first_names[0]) if traits.first_names else ""
        name_key, all_key = search_key(traits.birth_name), search_key(" ".join(traits.first_names))
        key = (
            f"m {matricule}"
            if matricule
            else f"r {rpps}"
            if rpps
            else f"n {name_key}|{all_key}|{traits.birth_date}"
        )
        return (
            number, key, matricule, rpps, traits.birth_name, traits.usage_name, list(traits.first_names), traits.sex,
            traits.birth_date, traits.birth_commune_code, traits.birth_country_code, traits.birth_place, traits.phone,
            traits.email, name_key, search_key(traits.usage_name), first_key, all_key, *period,
            json.dumps(line.problems, ensure_ascii=False) if line.problems else None,
            json.dumps(row, ensure_ascii=False),
        )  # fmt: skip

    def _traits(self, line: "_Line") -> PersonTraits:
        place = line.take("birth_place", self._birth_place)
        traits = PersonTraits(
            birth_name=line.take("birth_name", _needed("Indiquez le nom de naissance.")),
            first_names=split_first_names(line.take("first_names", str)),
            usage_name=line.take("usage_name", str),
            sex=line.take("sex", cell.read_sex),
            birth_date=line.take("birth_date", cell.read_birth_date),
            phone=line.take("phone", check_phone),
            email=line.take("email", str),
            **(place or {}),
        ).tidied()
        for problem in trait_problems(traits) if not line.problems else ():
            line.refuse(
                _FIELD_COLUMNS.get(problem.field or "", problem.field or "birth_name"), problem.french
            )
        return traits

    def _birth_place(self, text: str) -> dict[str, str]:
        """A code is taken as written; a name that is not understood stays a name."""
        if not text:
            return {}
        if found := _CODE.fullmatch(text):
            place = BirthPlace(found[2].upper(), found[1].strip(" ,("), "")
            return place.as_traits("" if place.is_country else found[1])
        if text not in self._births:
            try:
                self._births[text] = understand_birth_place(text)
            except DomainError:
                self._births[text] = None
        known = self._births[text]
        return known.as_traits() if known else {"birth_place": text[:100]}

    def _period(self, line: "_Line") -> tuple[Any, ...]:
        site = line.take("site", self._site)
        function = line.take("function", self._function)
        contract = line.take("contract", cell.read_contract)
        starts_on = line.take("starts_on", _start)
        ends_on: date | None = line.take("ends_on", cell.read_end)
        is_mission = contract == ContractKind.TEMP and ends_on is not None
        kind = AssignmentKind.MISSION if is_mission else AssignmentKind.AFFECTATION
        starts_at = start_of_day(starts_on) if starts_on else None
        ends_at = end_of_day(ends_on) if ends_on else None
        if starts_on and ends_on and ends_on < starts_on:
            line.refuse("ends_on", f"La fin ({ends_on:%d/%m/%Y}) est avant le début ({starts_on:%d/%m/%Y}).")
        elif contract == ContractKind.TEMP and ends_on is None and "ends_on" in self.columns:
            line.refuse("ends_on", "Une mission d'intérim a toujours une fin : indiquez-la.")
        if site and starts_at:
            try:
                check_place_open(site, starts_at, ends_at)
            except DomainError as error:
                line.refuse("site", error.french)
        agency = line.take("agency", str)[:120]
        return site and site.id, function, contract, kind, starts_at, ends_at, agency

    def _site(self, text: str) -> NumberedPlace:
        if not text:
            raise DomainError("No site", "Indiquez l'établissement, par son FINESS ou son nom.")
        found = self._places.get(cell.site_key(text)) or self._places.get(search_key(text))
        if found is None:
            self.unknown["site"][text] += 1
            raise DomainError(
                "Unknown site",
                f"« {text} » n'est pas un établissement du groupe : dites lequel c'est, ou corrigez le fichier.",
            )
        return found

    def _function(self, text: str) -> str:
        if not text:
            raise DomainError("No function", "Indiquez la fonction.")
        code = self.titles.code_of(text)
        if not code:
            self.unknown["function"][text] += 1
            raise DomainError(
                "Unknown function",
                f"« {text} » ne correspond à aucune fonction nationale connue : dites laquelle, une fois pour toutes.",
            )
        return code

    def header_of(self, column: str) -> str:
        """The title of the file for a column of ours; its label when the file has none."""
        return self._headers.get(column) or COLUMNS[column].label


class _Line:
    """One line while it is read: its cells by column, and what is wrong with them."""

    def __init__(self, reader: RowReader, row: list[str]) -> None:
        self.reader, self.row = reader, row
        self.problems: list[dict[str, str]] = []

    def take(self, column: str, understand: Callable[[str], Any]) -> Any:
        """What the cell means; a refusal is kept, and the meaning of an empty cell stands in when there is one."""
        rank = self.reader.columns.get(column)
        text = self.row[rank] if rank is not None and rank < len(self.row) else ""
        try:
            clean = cell.check_cell(text)
            if clean:
                self.reader.filled[column] += 1
            return understand(clean)
        except DomainError as error:
            self.refuse(column, error.french)
            return {"birth_place": {}, "site": None, "starts_on": None, "ends_on": None}.get(column, "")

    def refuse(self, column: str, french: str) -> None:
        self.problems.append({"column": self.reader.header_of(column), "message": french})


def _needed(french: str) -> Callable[[str], str]:
    def understand(text: str) -> str:
        if not text:
            raise DomainError("Needed cell empty", french)
        return text

    return understand


def _start(text: str) -> date:
    value = cell.read_day(text)
    if value is None:
        raise DomainError("No start", "Indiquez la date de début, JJ/MM/AAAA.")
    return value
