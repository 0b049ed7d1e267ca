"""A file on disk: gz or not, which of the three formats by its content, the day it speaks of."""

import gzip
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from tenants.groups.finess.rows import FinessFileError

BLOCK = 1 << 20
_SECTIONS = (b"finess", b"structureet", b"structureej", b"geolocalisation", b"nofiness")
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")
ASK_AGAIN = "Téléchargez de nouveau le fichier FINESS depuis data.gouv.fr ou demandez-le à nouveau à qui vous l'a transmis."


@dataclass(frozen=True)
class Source:
    """One file to read, as often as needed."""

    path: Path

    def open(self) -> BinaryIO:
        """The bytes, decompressed, without a byte order mark. Refuses (FinessFileError) a file that is not there."""
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise FinessFileError(
                f"Cannot open: {error.strerror}",
                f"Le fichier « {self.path} » ne s'ouvre pas : vérifiez son nom et vos droits de lecture.",
            ) from error
        if stream.peek(2)[:2] == b"\x1f\x8b":
            stream.close()
            stream = io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(self.path, "rb")), BLOCK)
        if stream.peek(3)[:3] == BOM_UTF8:
            stream.read(3)
        return stream

    def head(self) -> bytes:
        """The first bytes of the content, at most 64 kB."""
        with self.open() as stream:
            return stream.read(1 << 16)

    def day_in_name(self) -> date | None:
        """The day written in the name of the file (`…_stock_20211214-0336.xml`)."""
        found = _DAY_IN_NAME.search(self.path.name)
        return day_or_none("-".join(found.groups())) if found else None


def day_or_none(text: str) -> date | None:
    """A day written AAAA-MM-JJ; None for anything else, since the day of a file is only told, never relied on."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def detect_format(source: Source) -> str:
    """`json`, `semicolon` or `xml`, from the content. Refuses (FinessFileError) the rest, naming what it looks like."""
    start = source.head().lstrip()
    if not start:
        raise FinessFileError("Empty file", f"Le fichier « {source.path.name} » est vide. {ASK_AGAIN}")
    if start[:1] == b"{":
        return "json"
    if start[:1] == b"<" and b"<html" not in start[:2000].lower():
        return "xml"
    first_line = start.split(b"\n", 1)[0].lower().replace(b'"', b"")
    if first_line.startswith(_SECTIONS) and b";" in first_line:
        return "semicolon"
    raise FinessFileError(
        "Not a FINESS file",
        f"« {source.path.name} » n'est pas un fichier FINESS{_looks_like(start)}. {ASK_AGAIN}",
    )


def _looks_like(start: bytes) -> str:
    if start.startswith(b"PK\x03\x04"):
        return " : c'est un classeur de tableur ou une archive ZIP. Donnez le fichier d'origine (.csv, .json ou .xml)"
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return " lisible : un tableur l'a enregistré en « texte Unicode ». Donnez le fichier d'origine"
    if start[:1] == b"<":
        return " : c'est une page web, sans doute un message d'erreur enregistré à la place du fichier"
    if start.lower().replace(b'"', b"").startswith((b"structureet,", b"finess,", b"structureej,")):
        return " lisible : un tableur l'a enregistré avec des virgules. Donnez le fichier d'origine"
    return ""
