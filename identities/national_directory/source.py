"""A directory file on disk: its header, which file it is, and its blocks, checked for what COPY would misread."""

import gzip
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from identities.national_directory.layouts import LAYOUTS, SIGNS, Layout
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key
from portal.foundation.national_files import BLOCK, NationalFile

LONGEST_HEADER = 1 << 16
LONGEST_LINE = BLOCK  # bytes; a real one has about 350
ZIP = b"PK\x03\x04"
QUOTE = b"\x01"  # what COPY takes for a quotation mark: names hold the usual ones
ASK_AGAIN = "Téléchargez-le de nouveau depuis data.gouv.fr (« Annuaire Santé – extractions en libre accès »)."


class DirectoryFileError(DomainError):
    """A file that is not loaded; what was loaded before stays."""


@dataclass(frozen=True)
class Header:
    """The first line. `fields`: name of each field of a row, in order (ours, or x_N for what is not used)."""

    layout: Layout
    fields: tuple[str, ...]
    size: int  # bytes, with its end of line
    closed: bool  # every line ends with a separator: COPY then counts the fields of a cut line


@dataclass(frozen=True)
class Source(NationalFile):
    """One file of the directory."""

    error = DirectoryFileError


def read_header(stream: BinaryIO, name: str) -> Header:
    """Reads the first line. Refuses (DirectoryFileError) an empty file, another file, a missing or doubled column."""
    line = stream.readline(LONGEST_HEADER)
    if not line.strip():
        raise DirectoryFileError("Empty file", f"Le fichier « {name} » est vide. {ASK_AGAIN}")
    if line.startswith(ZIP):
        raise _not_ours(name, line)
    if not line.endswith(b"\n"):
        raise _not_ours(name, line) if len(line) == LONGEST_HEADER or b"|" not in line else _no_row(name)
    titles = _titles(line, name)
    keys = [search_key(one) for one in titles]
    layout = _layout_of(set(keys))
    if layout is None:
        raise _not_ours(name, line)
    ours = {search_key(title): ours for ours, title in layout.columns.items()}
    _check_columns(name, layout, keys, ours)
    fields = tuple(ours.get(key, f"x_{rank}") for rank, key in enumerate(keys))
    return Header(layout, fields, len(line), not titles[-1])


def _titles(line: bytes, name: str) -> list[str]:
    try:
        return [one.strip() for one in line.decode().rstrip("\r\n").split("|")]
    except UnicodeDecodeError as error:
        if line.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"|" not in line:
            raise _not_ours(name, line) from error
        raise DirectoryFileError(
            "Header not in UTF-8",
            f"La première ligne de « {name} » n'est pas en UTF-8 : le fichier a été enregistré par un autre"
            f" programme. {ASK_AGAIN}",
        ) from error


def _layout_of(keys: set[str]) -> Layout | None:
    for layout in (one for kind in SIGNS for one in LAYOUTS if one.kind == kind):
        if sum(search_key(sign) in keys for sign in SIGNS[layout.kind]) >= 2:
            return layout
    return None


def _not_ours(name: str, line: bytes) -> DirectoryFileError:
    looks = ""
    if line.startswith(ZIP):
        looks = " : c'est une archive ZIP ou un classeur, donnez le fichier .txt qu'elle contient"
    elif line.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        looks = " lisible : un tableur l'a enregistré en « texte Unicode »"
    elif line.lstrip()[:1] == b"<":
        looks = " : c'est une page web, sans doute un message d'erreur enregistré à la place du fichier"
    elif b"|" not in line and (b";" in line or b"\t" in line):
        looks = " lisible : ses colonnes ne sont plus séparées par « | », un tableur l'a enregistré"
    return DirectoryFileError(
        "Not a directory file",
        f"« {name} » n'est pas un fichier d'extraction de l'Annuaire Santé{looks}. {ASK_AGAIN}",
    )


def _no_row(name: str) -> DirectoryFileError:
    return DirectoryFileError(
        "Header only", f"Le fichier « {name} » n'a que sa ligne de titres, aucune donnée. {ASK_AGAIN}"
    )


def _check_columns(name: str, layout: Layout, keys: list[str], ours: dict[str, str]) -> None:
    missing = [
        title
        for key, title in ((search_key(title), title) for title in layout.columns.values())
        if key not in keys and ours[key] not in layout.optional
    ]
    if missing:
        raise DirectoryFileError(
            f"Missing columns {missing}",
            f"Dans « {name} » ({layout.kind.label}), il manque : {', '.join(f'« {one} »' for one in missing)}."
            f" {ASK_AGAIN}",
        )
    doubled = sorted({one for one in keys if one in ours and keys.count(one) > 1})
    if doubled:
        titles = ", ".join(f"« {layout.columns[ours[one]]} »" for one in doubled)
        raise DirectoryFileError(
            f"Doubled columns {doubled}",
            f"Dans « {name} », deux colonnes portent le même titre : {titles}. {ASK_AGAIN}",
        )


def blocks(stream: BinaryIO, header: Header, name: str) -> Iterator[bytes]:
    """What follows the header, in blocks of at most 1 MB.

    Refuses (DirectoryFileError) NUL bytes, the byte that COPY takes for a quotation mark, a line without end, a file
    without rows, and one cut in its last line.
    """
    line, tail = 2, b""
    while block := stream.read(BLOCK):
        for byte, said in ((b"\0", "un octet nul"), (QUOTE, "un caractère de contrôle (01)")):
            if byte in block:
                at = line + block.count(b"\n", 0, block.index(byte))
                raise DirectoryFileError(
                    f"Byte {byte!r} on line {at}",
                    f"La ligne {at} de « {name} » contient {said} : le fichier est abîmé. {ASK_AGAIN}",
                )
        if len(block) == BLOCK and b"\n" not in block:
            raise DirectoryFileError(
                f"Line {line} is too long",
                f"La ligne {line} de « {name} » dépasse 1 Mo : ce n'est pas un fichier d'extraction. {ASK_AGAIN}",
            )
        line += block.count(b"\n")
        tail = block
        yield block
    if not tail:
        raise _no_row(name)
    if not tail.endswith(b"\n") and not header.closed:
        raise cut(name, line)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Says in French (DirectoryFileError) that a gz is broken, wherever the reader stands in it."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DirectoryFileError(
            f"Broken gz: {error}", f"L'archive « {name} » est abîmée ou incomplète. {ASK_AGAIN}"
        ) from error


def cut(name: str, line: int) -> DirectoryFileError:
    """The refusal of a line with too few fields."""
    return DirectoryFileError(
        f"Cut on line {line}",
        f"La ligne {line} de « {name} » n'a pas toutes ses colonnes : le fichier est tronqué. {ASK_AGAIN}",
    )
