"""The FINESS XML flux (`structureej`, `structureet`), one structure in memory at a time, by expat.

Document types and entities are refused: the flux has none, and they are how an XML file attacks its reader.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from xml.parsers import expat

from portal.foundation.national_files import BLOCK, day_or_none
from tenants.groups.finess.old_fields import row
from tenants.groups.finess.rows import FinessFileError, Row
from tenants.groups.finess.source import ASK_AGAIN, Source

_STRUCTURES = ("structureej", "structureet")


class _Collector:
    """Expat's handlers: the fields of the structure being read, and those finished since the last block."""

    def __init__(self) -> None:
        self.finished: list[tuple[str, int, dict[str, str]]] = []
        self.day = ""
        self.elements: set[str] = set()
        self._depth = 0
        self._structure: tuple[str, int, dict[str, str]] | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_: Any) -> None:
        raise FinessFileError(
            "Document type or entity in the XML",
            f"Ce fichier XML déclare des entités : ce n'est pas un flux FINESS, il est refusé. {ASK_AGAIN}",
        )

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        self._text.clear()
        if self._depth == 1 and name != "fluxfiness":
            raise FinessFileError(
                f"Root element {name}", f"Ce fichier XML (« {name} ») n'est pas un flux FINESS. {ASK_AGAIN}"
            )
        if self._depth == 2:
            self.elements.add(name)
            if name in _STRUCTURES:
                self._structure = (name, self.parser.CurrentLineNumber, {})

    def _end(self, name: str) -> None:
        text = "".join(self._text)
        self._text.clear()
        if self._depth == 3 and self._structure:
            self._structure[2][name] = text
        elif self._depth == 3 and name == "datemaj":
            self.day = text.strip()
        elif self._depth == 2 and self._structure:
            self.finished.append(self._structure)
            self._structure = None
        self._depth -= 1


def file_day(source: Source) -> date | None:
    """The day of `horodatage` when the file has one, else that of its name."""
    collector = _Collector()
    try:
        collector.parser.Parse(source.head())
    except (expat.ExpatError, FinessFileError):
        return source.day_in_name()  # reading the rows will say what is wrong
    return day_or_none(collector.day) or source.day_in_name()


def read_xml(source: Source) -> Iterator[Row]:
    """Legal entities and establishments in the order of the file. Refuses (FinessFileError) a cut or wrong file."""
    collector = _Collector()
    try:
        with source.open() as stream:
            while block := stream.read(BLOCK):
                collector.parser.Parse(block)
                yield from (row(*one) for one in collector.finished)
                collector.finished.clear()
        collector.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FinessFileError(
            f"Broken XML: {error}",
            f"Le fichier XML est abîmé ou s'interrompt à la ligne {error.lineno}. {ASK_AGAIN}",
        ) from error
    if not collector.elements & set(_STRUCTURES):
        found = ", ".join(sorted(collector.elements)) or "rien"
        raise FinessFileError(
            f"No structure, but {found}",
            f"Ce flux FINESS ne contient ni entité juridique ni établissement (il contient : {found})."
            " Il faut le fichier des entités juridiques ou celui des établissements.",
        )
