"""What a cell means, column by column; what a spreadsheet spoiled is named and refused, never guessed."""

import re
from datetime import date, timedelta

from identities.assignments.models import ContractKind
from portal.foundation.errors import DomainError
from portal.foundation.identifiers import holds_nir
from portal.foundation.names import search_key
from portal.foundation.partial_dates import check_birth_date, parse_birth_date

_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")
_GLUED = re.compile(r"(\d{2})(\d{2})(\d{4})")
_PARTIAL = re.compile(r"00[/.\-](?:0?\d|1[0-2])[/.\-]\d{4}")
_SHORT_YEAR = re.compile(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ]\d{2}|\d{6}")
_SERIAL = re.compile(r"\d{4,5}(?:[.,]\d+)?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_ERRORS = re.compile(r"#(REF|N/?A|VALUE|VALEUR|NAME|NOM|DIV/0|NUM|NOMBRE|NULL|####+)[!?]?", re.I)
_EPOCH = date(1899, 12, 30)  # of Excel's serial dates
_DEFAULTS = {date(1900, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)}
_NO_END = {date(9999, 12, 31), date(2999, 12, 31), date(2099, 12, 31)}
_SEXES = {
    **dict.fromkeys(("f", "femme", "feminin", "mme", "madame", "mlle", "mademoiselle", "2"), "F"),
    **dict.fromkeys(("m", "h", "homme", "masculin", "mr", "monsieur", "1"), "M"),
    **dict.fromkeys(("i", "indetermine", "x"), "I"),
}
_CONTRACTS = (
    (r"cdi|duree indeterminee|titulaire|permanent", ContractKind.CDI),
    (r"interim|interimaire|ett|mission", ContractKind.TEMP),
    (r"stage|stagiaire|alternance|alternant|apprenti\w*|contrat pro\w*|professionnalisation", ContractKind.INTERNSHIP),
    (r"cdd|duree determinee|remplacement|contractuel|vacataire|cui|pec", ContractKind.CDD),
    (r"liberal|liberale|vacation liberale", ContractKind.LIBERAL),
)  # fmt: skip


def check_cell(text: str) -> str:
    """The text without odd spaces. Refuses (DomainError) a formula and an error of the spreadsheet."""
    clean = " ".join(text.replace("\u00a0", " ").split())
    if not clean:
        return ""
    if clean[0] in "=@" or (
        clean[0] in "+-" and not re.fullmatch(r"[+\-][\d .()]+", clean) and len(clean) > 1
    ):
        raise DomainError(
            "Formula",
            f"« {clean[:40]} » est une formule : remplacez-la par sa valeur (collage spécial, valeurs).",
        )
    if _ERRORS.fullmatch(clean):
        raise DomainError(
            "Spreadsheet error", f"« {clean} » est une erreur du tableur : corrigez la cellule."
        )
    return clean


def read_day(text: str) -> date | None:
    """JJ/MM/AAAA, JJMMAAAA or AAAA-MM-JJ; None when empty.

    Refuses (DomainError) 31/02, a year of two figures, an Excel serial number, and the dates that spreadsheets put for
    nothing (01/01/1900).
    """
    typed = text.strip()
    if not typed:
        return None
    if found := _DATE.fullmatch(typed) or _GLUED.fullmatch(typed):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups())
    else:
        raise _no_date(typed)
    try:
        value = date(year, month, day)
    except ValueError as error:
        raise DomainError(
            "Impossible date", f"Le {day:02}/{month:02}/{year} n'existe pas : vérifiez le jour et le mois."
        ) from error
    if value in _DEFAULTS:
        raise DomainError(
            "A default date",
            f"{value:%d/%m/%Y} est la date que les tableurs mettent à la place d'une cellule vide :"
            " donnez la vraie date, ou laissez vide.",
        )
    return value


def _no_date(typed: str) -> DomainError:
    if _SHORT_YEAR.fullmatch(typed):
        return DomainError(
            "Year of two figures",
            f"« {typed} » : l'année n'a que deux chiffres, son siècle est incertain."
            " Exportez les dates sous la forme JJ/MM/AAAA.",
        )
    if _SERIAL.fullmatch(typed):
        meant = _EPOCH + timedelta(days=int(re.split("[.,]", typed)[0]))
        return DomainError(
            "Serial date of Excel",
            f"« {typed} » est une date enregistrée comme un nombre par Excel, sans doute le {meant:%d/%m/%Y} :"
            " donnez le format Date à la colonne, puis exportez de nouveau.",
        )
    return DomainError("Not a date", f"« {typed[:40]} » n'est pas une date : écrivez-la JJ/MM/AAAA.")


def read_birth_date(text: str) -> str:
    """AAAA-MM-JJ, with 00 for a day or a month that the civil registry lacks (00/00/1950).

    Refuses (DomainError) what `read_day` does, a day to come, and an age under 14.
    """
    if _PARTIAL.fullmatch(text.strip()):
        return parse_birth_date(text)
    value = read_day(text)
    if value is None:
        return ""
    check_birth_date(value.isoformat())
    return value.isoformat()


def read_end(text: str) -> date | None:
    """The last day; None for an open contract, also when the payroll writes 31/12/9999 or 31/12/2099."""
    value = read_day(text)
    return None if value in _NO_END else value


def read_sex(text: str) -> str:
    """F, M, I or ''. Refuses (DomainError) another word."""
    key = search_key(text)
    if key and key not in _SEXES:
        raise DomainError("Unknown sex", f"« {text} » n'est pas un sexe : écrivez F ou M.")
    return _SEXES.get(key, "")


def read_contract(text: str) -> str:
    """The kind of contract that the words name; « autre » for other words, or none."""
    words = f" {search_key(text.replace('.', ''))} "
    return next(
        (kind for pattern, kind in _CONTRACTS if re.search(rf" (?:{pattern}) ", words)), ContractKind.OTHER
    )


def read_matricule(text: str) -> str:
    """As written. Refuses (DomainError) a number that a spreadsheet rounded, and what looks like a NIR."""
    if _SCIENTIFIC.fullmatch(text):
        raise _rounded("matricule", text)
    if holds_nir(text):
        raise DomainError(
            "Looks like a NIR",
            "Ce matricule ressemble à un numéro de sécurité sociale, que le portail ne garde jamais :"
            " exportez le matricule interne.",
        )
    if len(text) > 80:
        raise DomainError("Matricule too long", "Le matricule tient en 80 caractères.")
    return text


def site_key(text: str) -> str:
    """What a site cell is looked up by; a FINESS that lost its leading zero has it back.

    Refuses (DomainError) a number that a spreadsheet rounded: 1,00008E+08 is several establishments.
    """
    if _SCIENTIFIC.fullmatch(text):
        raise _rounded("FINESS", text)
    key = search_key(text).replace(" ", "") if re.fullmatch(r"[\d\s]+", text) else search_key(text)
    return f"0{key}" if re.fullmatch(r"\d{8}", key) else key


def _rounded(what: str, text: str) -> DomainError:
    return DomainError(
        f"{what} in scientific notation",
        f"« {text} » : ce {what} a été arrondi par le tableur, ses derniers chiffres sont perdus."
        " Donnez le format Texte à la colonne, puis exportez de nouveau depuis la paie.",
    )
