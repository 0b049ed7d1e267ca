"""What a load may do, what a link may rest on, and when a link is to be checked again."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices

from identities.national_directory.models import FileKind
from identities.people.models import Person
from portal.foundation.errors import DomainError

SMALLEST_SHARE = 0.8  # of the rows held; ours: the national file grows, and a cut one is the usual reason


class ShrunkFileError(DomainError):
    """A file with far fewer rows than what it would replace."""


def check_not_shrunk(kind: FileKind, rows: int, rows_held: int, reason: str) -> None:
    """Refuses (ShrunkFileError) fewer than 80 % of the rows last loaded, unless a reason was given."""
    if rows < SMALLEST_SHARE * rows_held and not reason.strip():
        share = round(100 * rows / rows_held)
        raise ShrunkFileError(
            f"{rows} rows against {rows_held}",
            f"Ce fichier ({kind.label}) n'a que {rows} lignes, {share} % des {rows_held} déjà chargées : il est sans"
            ' doute tronqué. S\'il est juste, relancez avec « --accept-shrink "la raison" ».',
        )


class Difference(TextChoices):
    """What the directory says otherwise of a linked person, and what to do."""

    UNKNOWN_NUMBER = (
        "unknown_number",
        "Ce numéro n'est plus dans l'Annuaire Santé : demandez-en la raison à la personne ou à son ordre.",
    )
    INACTIVE_NUMBER = (
        "inactive_number",
        "L'Annuaire Santé dit ce numéro inactif : demandez à la personne ou à son ordre si elle exerce encore.",
    )
    OTHER_NAME = (
        "other_name",
        "L'Annuaire Santé donne un autre nom : vérifiez celui de la fiche, ou faites corriger l'Annuaire.",
    )
    CLOSED_HERE = (
        "closed_here",
        "Présente ici, sans activité ouverte à ce FINESS dans l'Annuaire Santé : faites déclarer l'activité.",
    )
    OPEN_WITHOUT_CONTRACT = (
        "open_without_contract",
        "Activité ouverte à un FINESS du groupe sans affectation en cours : faites-la fermer, ou saisissez l'affectation.",
    )
    CARD_OPPOSED = (
        "card_opposed",
        "Sa carte CPS ou CPF est opposée, et il n'y en a pas d'autre : vérifiez avec la personne, et faites-la remplacer.",
    )


@dataclass(frozen=True)
class RecheckRule:
    """How long a link holds before it must be checked again. `status`: what the text is worth today, in French."""

    version: str
    months: int
    source: str
    status: str


# The law in force, and the draft that may replace it: shown side by side, only the first one makes a link due.
RECHECK_RULES = (
    RecheckRule("rie-v1", 24, "Référentiel d'identification électronique v1, EXI 27", "en vigueur"),
    RecheckRule("rie-v2-draft", 36, "Projet de référentiel d'identification électronique v2", "projet"),
)


def recheck_rule(version: str = "rie-v1") -> RecheckRule:
    """The rule of that version. Refuses (DomainError) a version that does not exist."""
    for rule in RECHECK_RULES:
        if rule.version == version:
            return rule
    raise DomainError(f"Unknown rule {version}", f"La règle « {version} » n'existe pas.")


def due_before(rule: RecheckRule, now: datetime) -> datetime:
    """Links checked before that moment are due: so many calendar months ago (the last day of a shorter month)."""
    return _months_later(now, -rule.months)


def due_at(rule: RecheckRule, checked_at: datetime) -> datetime:
    """When a link checked at that moment is to be checked again (the last day of a shorter month)."""
    return _months_later(checked_at, rule.months)


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in range(moment.day, 0, -1):
        try:
            return moment.replace(year=years, month=month + 1, day=day)
        except ValueError:
            continue
    raise ValueError(moment)  # no month is without a first day


def still_to_check(person: Person, *, is_derived: bool, was_seen: bool) -> list[str]:
    """What a record made from the directory still lacks before it may be used, in French; empty for the others.

    The open files give a name of exercise and nothing of the civil identity (rpps-finess, Annuaire Santé, DR profiles).
    `was_seen`: an identity check holds, made since the record was.
    """
    if not is_derived:
        return []
    needed = {
        "le nom de naissance et tous les prénoms : l'Annuaire Santé ne donne que ceux d'exercice": was_seen,
        "la date de naissance": person.birth_date,
        "la commune ou le pays de naissance": person.birth_commune_code or person.birth_country_code,
        "le sexe": person.sex,
        "l'identité, vue sur une pièce": was_seen,
    }
    return [words for words, known in needed.items() if not known]
