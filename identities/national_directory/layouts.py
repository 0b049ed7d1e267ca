"""The five open files of the Annuaire Santé: their columns, and what is made of each row (PostgreSQL expressions).

Names and order of columns: data.gouv.fr, « extractions des données en libre accès », as several public readers have them.
Those of the cards and MSSanté files were never seen on rows: they are matched without accents, case or punctuation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from identities.national_directory.models import (
    Card,
    Degree,
    FileKind,
    KnowHow,
    Mailbox,
    NationalActivity,
    NationalPerson,
    NationalStructure,
)

KEY_LENGTH = 200  # characters of a name key: an index entry holds 2,700 bytes


@dataclass(frozen=True)
class Target:
    """One table made from a file. `columns`: column → expression over the staged text, all of them in the digest.

    `identity`: what the key is made of (a single one is the key itself). `names`: name key → column it is the search key
    of. `where` leaves rows out. `person`: the column that changes are looked up by.
    """

    table: str
    key: str
    identity: tuple[str, ...]
    columns: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    person: str = "number"


@dataclass(frozen=True)
class Layout:
    """One file. `columns`: our name → the header's; `labels`: code column → label column; `optional`: may be absent."""

    kind: FileKind
    columns: Mapping[str, str]
    targets: tuple[Target, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _day(name: str) -> str:
    """AAAAMMJJ or AAAA-MM-JJ; what is no day becomes unknown."""
    return f"CASE WHEN pg_input_is_valid({name}, 'date') THEN {name}::date END"


# The number alone: some files are said to write 8 and the RPPS.
_BARE = "CASE WHEN length(number) = 12 AND number LIKE '8%%' THEN substr(number, 2) ELSE number END"
_PP = {"number_type": "Type d'identifiant PP", "number": "Identifiant PP"}
_NAMES = {"name": "Nom d'exercice", "first_name": "Prénom d'exercice"}
_STRUCTURE = "(coord. structure)"

_PERSON = Target(
    NationalPerson._meta.db_table,
    "number",
    ("number",),
    _same("number", "number_type", "civility", "name", "first_name"),
    names={"name_key": "name", "first_name_key": "first_name"},
)
_ACTIVITY = Target(
    NationalActivity._meta.db_table,
    "key",
    (
        "number", "profession_code", "category_code", "know_how_type", "know_how_code", "role_code", "kind_code",
        "structure_id",
    ),
    _same(
        "number", "profession_code", "category_code", "know_how_type", "know_how_code", "mode_code", "sector_code",
        "pharmacist_section", "role_code", "kind_code", "structure_id", "finess", "legal_finess", "authority",
    ),
)  # fmt: skip
_PLACE = Target(
    NationalStructure._meta.db_table,
    "structure_id",
    ("structure_id",),
    _same(
        "structure_id", "finess", "legal_finess", "siret", "name", "trade_name", "postal_code", "city",
        "department", "phone",
    )
    | {
        "name": "structure_name",
        "address": "btrim(concat_ws(' ', way_number, nullif(way_repeat, ''), nullif(way_type, ''), way))",
    },
    where="structure_id <> ''",
    person="structure_id",
)  # fmt: skip

ACTIVITIES = Layout(
    FileKind.ACTIVITIES,
    _PP
    | _NAMES
    | {
        "civility": "Code civilité",
        "profession_code": "Code profession",
        "profession_label": "Libellé profession",
        "category_code": "Code catégorie professionnelle",
        "category_label": "Libellé catégorie professionnelle",
        "know_how_type": "Code type savoir-faire",
        "know_how_type_label": "Libellé type savoir-faire",
        "know_how_code": "Code savoir-faire",
        "know_how_label": "Libellé savoir-faire",
        "mode_code": "Code mode exercice",
        "mode_label": "Libellé mode exercice",
        "siret": "Numéro SIRET site",
        "finess": "Numéro FINESS site",
        "legal_finess": "Numéro FINESS établissement juridique",
        "structure_id": "Identifiant technique de la structure",
        "structure_name": "Raison sociale site",
        "trade_name": "Enseigne commerciale site",
        "way_number": f"Numéro Voie {_STRUCTURE}",
        "way_repeat": f"Indice répétition voie {_STRUCTURE}",
        "way_type": f"Libellé type de voie {_STRUCTURE}",
        "way": f"Libellé Voie {_STRUCTURE}",
        "postal_code": f"Code postal {_STRUCTURE}",
        "city": f"Libellé commune {_STRUCTURE}",
        "phone": f"Téléphone {_STRUCTURE}",
        "department": "Code Département (structure)",
        "authority": "Autorité d'enregistrement",
        "sector_code": "Code secteur d'activité",
        "sector_label": "Libellé secteur d'activité",
        "pharmacist_section": "Code section tableau pharmaciens",
        "role_code": "Code rôle",
        "role_label": "Libellé rôle",
        "kind_code": "Code genre activité",
        "kind_label": "Libellé genre activité",
    },
    (_PERSON, _ACTIVITY, _PLACE),
    labels={
        "profession_code": "profession_label",
        "category_code": "category_label",
        "know_how_type": "know_how_type_label",
        "know_how_code": "know_how_label",
        "mode_code": "mode_label",
        "sector_code": "sector_label",
        "role_code": "role_label",
        "kind_code": "kind_label",
    },
)

_KNOW_HOW_COLUMNS = ("number", "profession_code", "category_code", "know_how_type", "know_how_code")
KNOW_HOW = Layout(
    FileKind.KNOW_HOW,
    _PP
    | _NAMES
    | {
        name: ACTIVITIES.columns[name]
        for name in (
            "profession_code", "profession_label", "category_code", "category_label", "know_how_type",
            "know_how_type_label", "know_how_code", "know_how_label",
        )
    },
    (Target(KnowHow._meta.db_table, "key", _KNOW_HOW_COLUMNS, _same(*_KNOW_HOW_COLUMNS)),),
    labels={
        "profession_code": "profession_label",
        "know_how_type": "know_how_type_label",
        "know_how_code": "know_how_label",
    },
    optional=frozenset(_NAMES),
)  # fmt: skip

_DEGREE_COLUMNS = ("number", "degree_type", "degree_code", "authorisation_type", "discipline_code")
DEGREES = Layout(
    FileKind.DEGREES,
    _PP
    | _NAMES
    | {
        "degree_type": "Code type diplôme obtenu",
        "degree_type_label": "Libellé type diplôme obtenu",
        "degree_code": "Code diplôme obtenu",
        "degree_label": "Libellé diplôme obtenu",
        "authorisation_type": "Code type autorisation",
        "authorisation_label": "Libellé type autorisation",
        "discipline_code": "Code discipline autorisation",
        "discipline_label": "Libellé discipline autorisation",
    },
    (Target(Degree._meta.db_table, "key", _DEGREE_COLUMNS, _same(*_DEGREE_COLUMNS)),),
    labels={
        "degree_type": "degree_type_label",
        "degree_code": "degree_label",
        "authorisation_type": "authorisation_label",
        "discipline_code": "discipline_label",
    },
    optional=frozenset(_NAMES),
)

CARDS = Layout(
    FileKind.CARDS,
    {
        "number": "Identifiant PP",
        "card_type": "Code type de carte",
        "card_type_label": "Libellé type de carte",
        "card_number": "Numéro carte",
        "valid_from": "Date début validité",
        "valid_to": "Date fin validité",
        "opposed_on": "Date opposition",
    },
    (
        Target(
            Card._meta.db_table,
            "key",
            ("number", "card_type", "card_number"),
            {"number": _BARE, "card_type": "card_type", "card_number": "card_number"}
            | {name: _day(name) for name in ("valid_from", "valid_to", "opposed_on")},
        ),
    ),
    labels={"card_type": "card_type_label"},
)

MAILBOXES = Layout(
    FileKind.MAILBOXES,
    {
        "number": "Identifiant PP",
        "mailbox_type": "Type de BAL",
        "address": "Adresse BAL",
        "structure": "Identification Structure",
        "service": "Service de rattachement",
    },
    (
        Target(
            Mailbox._meta.db_table,
            "key",
            ("number", "mailbox_type", "address", "structure"),
            {"number": _BARE} | _same("mailbox_type", "address", "structure", "service"),
        ),
    ),
)

LAYOUTS = (ACTIVITIES, KNOW_HOW, DEGREES, CARDS, MAILBOXES)
# Columns that no other of the five files has: two of them tell which one this is, whatever else is missing.
SIGNS = {
    FileKind.ACTIVITIES: (
        "Code mode exercice",
        "Identifiant technique de la structure",
        "Code rôle",
        "Code genre activité",
    ),
    FileKind.DEGREES: ("Code diplôme obtenu", "Code type diplôme obtenu", "Code type autorisation"),
    FileKind.CARDS: ("Numéro carte", "Code type de carte", "Date fin validité", "Date opposition"),
    FileKind.MAILBOXES: ("Adresse BAL", "Type de BAL", "Service de rattachement"),
    FileKind.KNOW_HOW: ("Code savoir-faire", "Code type savoir-faire", "Code profession"),
}
