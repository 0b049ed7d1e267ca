"""The older `;` extractions (etalab cs1100501 legal entities, cs1100502 and cs1100507 establishments).

No quoting across lines, so each line is read alone: a stray quote spoils its own line only.
"""

import csv
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import TextIOWrapper

from portal.foundation.national_files import BLOCK, day_or_none
from tenants.groups.finess.old_fields import row
from tenants.groups.finess.rows import FinessFileError, Refusal, Row
from tenants.groups.finess.source import ASK_AGAIN, Source

_ESTABLISHMENT = (
    "section;nofinesset;nofinessej;rs;rslongue;complrs;compldistrib;numvoie;typvoie;voie;compvoie;lieuditbp;commune;"
    "departement;libdepartement;ligneacheminement;telephone;telecopie;categetab;libcategetab;categagretab;"
    "libcategagretab;siret;codeape;codemft;libmft;codesph;libsph;dateouv;dateautor;datemaj;numuai"
)
_LEGAL_ENTITY = (
    "section;nofiness;rs;rslongue;complrs;numvoie;typvoie;voie;compvoie;compldistrib;lieuditbp;commune;"
    "ligneacheminement;departement;libdepartement;telephone;statutjuridique;libstatutjuridique;categetab;"
    "libcategetab;siren;codeape;datecrea"
)
# Field names, and the numbers of fields seen: numuai came late, some years end each line with a `;`.
_SECTIONS = {
    "structureet": (_ESTABLISHMENT.split(";"), (31, 32)),
    "structureej": (_LEGAL_ENTITY.split(";"), (23, 24)),
}
_NOT_STRUCTURES = frozenset({"finess", "nofiness", "section", "geolocalisation"})
_SCIENTIFIC = re.compile(r"^[0-9]+[.,][0-9]+E\+[0-9]+$", re.IGNORECASE)
_FRENCH_DATE = re.compile(r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}$")


def file_day(source: Source) -> date | None:
    """The fourth field of the first line (`finess;etalab;111;2026-05-12`), else the name of the file."""
    first = source.head().split(b"\n", 1)[0].decode("ascii", "replace").replace('"', "").split(";")
    return day_or_none(first[3] if len(first) > 3 else "") or source.day_in_name()


def read_semicolon(source: Source) -> Iterator[Row]:
    """Establishments and legal entities. Refuses (FinessFileError) a file that Excel damaged or that is cut."""
    with source.open() as stream:
        text = TextIOWrapper(stream, encoding=_encoding(source), errors="replace", newline="\n")
        for number, line in enumerate(text, start=1):
            fields = next(csv.reader([line.rstrip("\r\n")], delimiter=";"), [])
            if not fields or fields[0] in _NOT_STRUCTURES:
                continue
            yield _row(number, fields, ended=line.endswith("\n"))


def _encoding(source: Source) -> str:
    """UTF-8 unless a byte of the file says no: then ISO-8859-15. A character cut by the end of file is no proof."""
    decoder = getincrementaldecoder("utf-8")()
    with source.open() as stream:
        try:
            while block := stream.read(BLOCK):
                decoder.decode(block)
        except UnicodeDecodeError:
            return "iso-8859-15"
    return "utf-8"


def _row(number: int, fields: Sequence[str], ended: bool) -> Row:
    if fields[0] not in _SECTIONS:
        return Refusal(
            number, f"La ligne commence par « {fields[0][:40]} » : ce n'est pas une structure FINESS."
        )
    names, counts = _SECTIONS[fields[0]]
    if len(fields) not in counts:
        if not ended:
            raise FinessFileError(
                f"Truncated on line {number}",
                f"Le fichier s'interrompt au milieu de la ligne {number}. {ASK_AGAIN}",
            )
        return Refusal(number, f"La ligne a {len(fields)} champs, il en faut {counts[0]} ou {counts[1]}.")
    named = dict(zip(names, fields, strict=False))
    _refuse_excel(number, named)
    return row(fields[0], number, named)


def _refuse_excel(line: int, fields: Mapping[str, str]) -> None:
    """Refuses (FinessFileError) the file whose line shows what a spreadsheet does when it opens and saves it."""
    damages = [
        f"le {name.upper()} est devenu « {fields[name]} »"
        for name in ("siret", "siren")
        if _SCIENTIFIC.match(fields.get(name, ""))
    ]
    days = [fields[name] for name in ("dateouv", "dateautor", "datemaj", "datecrea") if name in fields]
    damages += [f"les dates sont devenues « {day} »" for day in days if _FRENCH_DATE.match(day)][:1]
    department = fields["departement"]
    if re.fullmatch("[1-9]", department):
        damages.append(f"le département « 0{department} » est devenu « {department} »")
    numbers = [fields.get(name, "") for name in ("nofinesset", "nofinessej", "nofiness")]
    damages += [
        f"le FINESS « 0{one} » est devenu « {one} »" for one in numbers if re.fullmatch("[1-9][0-9]{7}", one)
    ]
    if not damages:
        return
    if re.fullmatch("[1-9][0-9]{8}", fields["telephone"]):
        damages.append(f"le téléphone a perdu son zéro (« {fields['telephone']} »)")
    raise FinessFileError(
        f"Damaged by a spreadsheet on line {line}",
        f"Ce fichier a été ouvert puis enregistré par un tableur (Excel), qui l'a abîmé : ligne {line},"
        f" {', '.join(damages)}. Rien n'a été chargé. Reprenez le fichier d'origine et donnez-le sans l'ouvrir.",
    )
