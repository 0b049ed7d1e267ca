"""A file on disk: gz or not, which of the three formats by its content, the day it speaks of."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass

from portal.foundation.national_files import NationalFile
from tenants.groups.finess.rows import FinessFileError

_SECTIONS = (b"finess", b"structureet", b"structureej", b"geolocalisation", b"nofiness")
ASK_AGAIN = "Téléchargez de nouveau le fichier FINESS depuis data.gouv.fr ou demandez-le à nouveau à qui vous l'a transmis."


@dataclass(frozen=True)
class Source(NationalFile):
    """One file of FINESS."""

    error = FinessFileError

    def head(self) -> bytes:
        """The first bytes of the content, at most 64 kB."""
        with self.open() as stream:
            return stream.read(1 << 16)


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
