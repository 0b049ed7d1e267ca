"""CSV as payrolls write it: which encoding, which separator, and every line with its number in the file."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from identities.hr_imports.refusals import LONGEST_CELL, LONGEST_LINE, FileRefused, too_many_rows

csv.field_size_limit(LONGEST_LINE * 2)
_SEPARATORS = ";\t,"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters of ISO-8859-15 that Windows-1252 writes between 0x80 and 0x9f: € Š š Ž ž Œ œ Ÿ.
_OF_LATIN_9 = re.compile(
    rb"[\xa6\xa8\xb4\xb8\xbc\xbd\xbe](?=[A-Za-z\xc0-\xff])|(?<=[A-Za-z\xc0-\xff])[\xbc\xbd\xbe]"
)
_OF_WINDOWS = re.compile(rb"[\x80-\x9f]")
_NOTHING_IN_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ENCODINGS = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252", "iso-8859-15": "ISO-8859-15",
}  # fmt: skip


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding. Refuses (FileRefused, with the line) NUL bytes and mixed encodings."""
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "") or _guessed(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _mixed(content.count(b"\n", 0, error.start) + 1) from error
    if "\x00" in text:
        raise _holds_nul(text.count("\n", 0, text.index("\x00")) + 1)
    return text, _ENCODINGS[encoding]


def _guessed(content: bytes) -> str:
    if b"\x00" in content:
        return _utf_16(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _one_byte(content)
    return "utf-8"


def _utf_16(content: bytes) -> str:
    """Without a mark, every second byte of a Latin text is NUL; any other NUL is an accident."""
    sample = content[:4000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > half * 0.8 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.8 and odd < half * 0.1:
        return "utf-16-be"
    raise _holds_nul(content.count(b"\n", 0, content.index(b"\x00")) + 1)


def _one_byte(content: bytes) -> str:
    """Windows-1252 or ISO-8859-15. Refuses a file where some lines are UTF-8: part of it would be read wrong."""
    in_utf_8 = first_other = 0
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            in_utf_8 = in_utf_8 or number
        except UnicodeDecodeError:
            first_other = first_other or number
        if in_utf_8 and first_other:
            raise _mixed(max(in_utf_8, first_other))
    if _OF_WINDOWS.search(content):
        wrong = _NOTHING_IN_WINDOWS.search(content)
        if wrong:
            raise _mixed(content.count(b"\n", 0, wrong.start()) + 1)
        return "cp1252"
    return "iso-8859-15" if _OF_LATIN_9.search(content) else "cp1252"


def _holds_nul(line: int) -> FileRefused:
    return FileRefused(
        f"NUL at line {line}",
        f"Ligne {line} : le fichier contient des caractères nuls, il est abîmé ou n'est pas un tableau."
        " Exportez-le de nouveau depuis le logiciel de paie.",
    )


def _mixed(line: int) -> FileRefused:
    return FileRefused(
        f"Two encodings, seen at line {line}",
        f"Ligne {line} : cette ligne n'a pas le même encodage que les autres, les accents y seraient faux."
        " Exportez le fichier en une seule fois, en UTF-8 (« CSV UTF-8 » dans Excel).",
    )


def separator_of(text: str) -> str:
    """The one of `;`, tab and `,` that parts the first lines into the most cells, as often in each."""
    lines = [line for line in text[:65536].splitlines()[:20] if line.strip()]
    if not lines:
        return ";"

    def parts(mark: str) -> tuple[int, int]:
        counts = sorted(len(row) for row in csv.reader(lines, delimiter=mark))
        return counts[len(counts) // 2], -_SEPARATORS.index(mark)

    return max(_SEPARATORS, key=parts)


def check_lines(text: str) -> None:
    """Refuses (FileRefused, with its number) a line longer than any row of people."""
    begin, number = 0, 1
    while begin <= len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        if end - begin > LONGEST_LINE:
            raise FileRefused(
                f"Line {number} of {end - begin} characters",
                f"Ligne {number} : elle compte {end - begin} caractères, ce n'est pas une ligne de personnel."
                " Vérifiez que le fichier est bien l'export attendu, avec une personne par ligne.",
            )
        begin, number = end + 1, number + 1


def text_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Number of the line and cells, empty lines left out. Refuses (FileRefused) a quote that is never closed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number, count = 1, 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _open_quote(number) from error
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise _open_quote(number)
        if any(cell.strip() for cell in row):
            count += 1
            too_many_rows(count)
            yield number, row
        number = reader.line_num + 1


def _open_quote(line: int) -> FileRefused:
    return FileRefused(
        f"Cell too long from line {line}",
        f'Ligne {line} : une cellule est trop longue, un guillemet « " » y est sans doute ouvert et jamais refermé.'
        " Retirez-le, puis déposez le fichier de nouveau.",
    )


def is_cut(text: str, width: int, last_width: int) -> bool:
    """The last line has no end and fewer cells than the header: the file was cut on its way."""
    return bool(text) and not text.endswith(("\n", "\r")) and last_width < width
