"""A national file on disk: gz or not, with or without a byte order mark, and the day that its name speaks of."""

import gzip
import io
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

from portal.foundation.errors import DomainError

BLOCK = 1 << 20  # bytes
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class NationalFile:
    """One file to read, as often as needed. `error` is what its room refuses files with."""

    path: Path
    error: ClassVar[type[DomainError]] = DomainError

    def open(self) -> BinaryIO:
        """The bytes, decompressed, without a byte order mark. Refuses (`error`) a file that is not there."""
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise self.error(
                f"Cannot open: {error.strerror}",
                f"Le fichier « {self.path} » ne s'ouvre pas : vérifiez son nom et vos droits de lecture.",
            ) from error
        if stream.peek(2)[:2] == b"\x1f\x8b":
            stream.close()
            stream = io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(self.path, "rb")), BLOCK)
        if stream.peek(3)[:3] == BOM_UTF8:
            stream.read(3)
        return stream

    def day_in_name(self) -> date | None:
        """The day written in the name of the file (`…_stock_20211214-0336.xml`, `…_202611230830.txt`)."""
        found = _DAY_IN_NAME.search(self.path.name)
        return day_or_none("-".join(found.groups())) if found else None


def day_or_none(text: str) -> date | None:
    """A day written AAAA-MM-JJ; None for anything else, since the day of a file is only told, never relied on."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
