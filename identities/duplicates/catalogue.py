"""Every column of the database that names a person, and what a merge does with it.

tests/identities/duplicates/test_catalogue.py reads PostgreSQL's own list of keys: a column that is not here fails.
"""

from dataclasses import dataclass

PERSON_TABLE = "people_person"


@dataclass(frozen=True)
class Reference:
    """`moves`: the rows of the absorbed record become those of the kept one, by the grant UPDATE of that column.

    `reason` says why it moves as it does, or why it stays. `once_by`: columns under which the kept record may have such a
    row already; that row then stands and the other stays where it is, `among` the rows of that condition only, written of
    `{row}`. `words` name one row and several on screen; `since` is the column that dates a row.
    """

    table: str
    column: str
    moves: bool
    reason: str
    once_by: tuple[str, ...] = ()
    among: str = ""
    words: tuple[str, str] = ("", "")
    since: str = ""


REFERENCES = (
    Reference(
        "assignments_assignment", "person_id", True,
        "affectations and missions, with their changes, which hang on them; triggers move the visibility along",
        words=("affectation", "affectations"), since="created_at",
    ),
    Reference(
        "assignments_assignment", "replaced_person_id", True, "who is replaced is the same human being",
        words=("remplacement", "remplacements"),
    ),
    Reference(
        "people_personidentifier", "person_id", True, "in force or not; two numbers of one kind are refused before",
        words=("identifiant", "identifiants"), since="created_at",
    ),
    Reference(
        "people_identitycheck", "person_id", True,
        "somebody saw this human being; what was attested cannot be written, only whose record holds it",
        words=("contrôle d'identité", "contrôles d'identité"), since="checked_at",
    ),
    Reference(
        "national_directory_directorylink", "person_id", True,
        "one decision per number: that of the kept record stands when both have one", once_by=("rpps",),
        words=("décision sur un numéro RPPS", "décisions sur un numéro RPPS"), since="decided_at",
    ),
    Reference(
        "situations_situationtoclose", "person_id", True,
        "one RPPS situation per person and site: that of the kept record stands when both wait for the same thing",
        once_by=("establishment_id", "state"),
        words=("situation RPPS à clore", "situations RPPS à clore"), since="opened_at",
    ),
    Reference(
        "self_registrations_selfregistration", "person_id", True,
        "one path at a time: those of the kept record stand when it has any; the links of the others then open nothing",
        once_by=("group_id",),
        words=("auto-enregistrement", "auto-enregistrements"), since="invited_at",
    ),
    Reference(
        "registrations_registrationrequest", "person_id", True,
        "one open request per route: that of the kept record goes on, the other stays to be withdrawn",
        once_by=("route",), among="{row}.state NOT IN ('done', 'refused', 'withdrawn', 'expired')",
        words=("demande d'enregistrement national", "demandes d'enregistrement national"), since="created_at",
    ),
    Reference(
        "hr_imports_line", "person_id", True, "no key: the line may name somebody who is not registered yet",
        words=("ligne d'import RH", "lignes d'import RH"),
    ),
    Reference(
        "people_person", "merged_into_id", True, "records absorbed before: each points to one that goes on",
        words=("fiche réunie auparavant", "fiches réunies auparavant"),
    ),
    Reference("people_homonymdecision", "person_id", False, "smaller id first, so written anew: homonyms.py"),
    Reference("people_homonymdecision", "other_id", False, "smaller id first, so written anew: homonyms.py"),
    Reference("people_visibility", "person_id", False, "written by the triggers of assignments and by nobody else"),
    Reference("duplicates_pair", "person_id", False, "decided: history. Undecided: removed, and searched again"),
    Reference("duplicates_pair", "other_id", False, "decided: history. Undecided: removed, and searched again"),
    Reference("duplicates_merge", "kept_id", False, "history of merges"),
    Reference(
        "identity_checks_traitchange", "person_id", False,
        "asked of the traits of that record: once it is merged, it can only be refused or withdrawn",
    ),
    Reference("duplicates_merge", "absorbed_id", False, "history of merges"),
)  # fmt: skip
MOVED = tuple(one for one in REFERENCES if one.moves)
