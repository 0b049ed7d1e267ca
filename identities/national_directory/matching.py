"""Who in the national directory people of the group may be, and why: sentences, never a score.

Three keys only: the RPPS number that the record holds, with an agreeing name; the name with the profession and the FINESS
of a current affectation; the number by which Pro Santé Connect opens an account of the record's own e-mail, with an agreeing
name. A name alone proposes nothing. One text of SQL, for one person and for the whole group.
"""

# ruff: noqa: S608  the only identifiers are our own

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from identities.assignments.models import short_label
from identities.national_directory.agreement import NAMES_AGREE
from identities.national_directory.entries import Entry, directory_entries
from identities.national_directory.models import LinkSource
from identities.national_directory.states import LinkState
from identities.people.models import Person
from portal.foundation.tenancy import current_group_id
from tenants.sign_in.queries import rpps_proved

_WHOLE_NAME = "n.first_name_key <> '' AND cardinality(p.first_names) > 0"
# Another number in force on the record: said with the proposal, which then is not confirmed among many.
_OTHER_NUMBER = """(SELECT min(o.value) FROM people_personidentifier o
    WHERE o.person_id = p.id AND o.kind = 'rpps' AND o.valid_to IS NULL AND o.value <> n.number)"""
_FOUND = f"{_WHOLE_NAME}, n.name, n.first_name, {_OTHER_NUMBER}"
_KEYS = (
    f"""
SELECT p.id, n.number, '{LinkSource.NUMBER}' AS source, '' AS job, '' AS finess, {_FOUND}
FROM people_person p
JOIN people_personidentifier i ON i.person_id = p.id AND i.kind = 'rpps' AND i.valid_to IS NULL
JOIN national_directory_nationalperson n ON n.number = i.value
WHERE {NAMES_AGREE}""",
    f"""
SELECT p.id, n.number, '{LinkSource.NAME_JOB_SITE}', f.label, e.finess, {_FOUND}
FROM people_person p
JOIN assignments_assignment a ON a.person_id = p.id AND a.state IN ('planned', 'running')
JOIN groups_establishment e ON e.id = a.establishment_id
JOIN assignments_nationalfunction f ON f.code = a.function_id
JOIN national_directory_nationalactivity c ON c.finess = e.finess AND CASE WHEN f.code LIKE 'R85-%%'
    THEN c.role_code = f.national_code ELSE c.profession_code = f.national_code END
JOIN national_directory_nationalperson n ON n.number = c.number
WHERE {NAMES_AGREE}""",
    f"""
SELECT p.id, n.number, '{LinkSource.SIGN_IN}', '', '', {_FOUND}
FROM unnest(%(emails)s::text[], %(numbers)s::text[]) s(email, number)
JOIN people_person p ON p.email = s.email AND p.email <> ''
JOIN national_directory_nationalperson n ON n.number = s.number
WHERE {NAMES_AGREE}""",
)
_ONE_PERSON = f"""p.id = %(person)s AND NOT EXISTS (SELECT FROM national_directory_directorylink l
    WHERE l.person_id = p.id AND l.rpps = n.number AND l.state = '{LinkState.REFUSED}')"""
# Those who work here or are about to, without a link yet; no number linked, and no pair refused, by whoever decided so.
_STILL_OPEN = f"""p.merged_into_id IS NULL
AND EXISTS (SELECT FROM assignments_assignment w WHERE w.person_id = p.id AND w.state IN ('planned', 'running'))
AND NOT EXISTS (SELECT FROM national_directory_directorylink l
    WHERE l.person_id = p.id AND (l.state = '{LinkState.LINKED}' OR (l.state = '{LinkState.REFUSED}' AND l.rpps = n.number)))
AND NOT EXISTS (SELECT FROM national_directory_directorylink l WHERE l.rpps = n.number AND l.state = '{LinkState.LINKED}')"""
_STRONGEST_FIRST = (LinkSource.NUMBER, LinkSource.SIGN_IN, LinkSource.NAME_JOB_SITE)


@dataclass(frozen=True)
class FoundPair:
    """One person and one number that agree. `source` is the strongest key; `reasons` are sentences, strongest first.

    `is_certain`: the record's own number, first names known on both sides, and nobody else for either of the two.
    """

    person_id: UUID
    number: str
    source: LinkSource
    reasons: tuple[str, ...]
    is_certain: bool = False


@dataclass(frozen=True)
class DirectoryCandidate:
    """A number that may be the person's, with its whole entry."""

    entry: Entry
    source: LinkSource
    reasons: tuple[str, ...]


def directory_candidates(person: Person) -> list[DirectoryCandidate]:
    """The candidates for a person that the current door sees, the strongest first; refused numbers never come back."""
    proved = rpps_proved(current_group_id(), person.email) if person.email else []
    pairs = _pairs(_ONE_PERSON, proved, person=person.pk)
    entries = directory_entries({one.number for one in pairs})
    return [DirectoryCandidate(entries[one.number], one.source, one.reasons) for one in pairs]


def pairs_to_propose() -> list[FoundPair]:
    """Every pair of the current door that nobody has decided of, of people who work here and have no link."""
    return _pairs(_STILL_OPEN, rpps_proved(current_group_id()))


def _pairs(asked: str, proved: Sequence[tuple[str, str]], **values: Any) -> list[FoundPair]:
    values |= {"emails": [email for email, _ in proved], "numbers": [number for _, number in proved]}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"{one} AND {asked}" for one in _KEYS), values)
        rows = cursor.fetchall()
    by_pair: dict[tuple[UUID, str], list[tuple[Any, ...]]] = {}
    for row in sorted(rows, key=lambda one: _STRONGEST_FIRST.index(one[2])):
        by_pair.setdefault((row[0], row[1]), []).append(row)
    alone = _alone(by_pair)
    found = [
        _pair(person, number, own, (person, number) in alone) for (person, number), own in by_pair.items()
    ]
    return sorted(found, key=lambda one: (str(one.person_id), _STRONGEST_FIRST.index(one.source), one.number))


def _alone(pairs: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Pairs whose person has no other number, and whose number no other person."""
    people: dict[UUID, int] = {}
    numbers: dict[str, int] = {}
    for person, number in pairs:
        people[person] = people.get(person, 0) + 1
        numbers[number] = numbers.get(number, 0) + 1
    return {one for one in pairs if people[one[0]] == 1 and numbers[one[1]] == 1}


def _pair(person: UUID, number: str, rows: Sequence[tuple[Any, ...]], is_alone: bool) -> FoundPair:
    source, whole_name = LinkSource(rows[0][2]), rows[0][5]
    is_certain = is_alone and source == LinkSource.NUMBER and whole_name
    reasons = dict.fromkeys(map(_reason, rows))
    if other := rows[0][8]:
        reasons[f"Attention : la fiche porte un autre numéro RPPS, {other}."] = None
    return FoundPair(person, number, source, tuple(reasons), is_certain)


def _reason(row: tuple[Any, ...]) -> str:
    _, _, source, job, finess, _, name, first_name, _ = row
    shown = f"{name.upper()} {first_name}".strip()
    if source == LinkSource.NUMBER:
        return f"Le numéro RPPS de la fiche est celui de {shown} dans l'Annuaire Santé, et le nom concorde."
    if source == LinkSource.SIGN_IN:
        return (
            "Le compte du portail au courriel de la fiche s'ouvre par Pro Santé Connect avec ce numéro,"
            f" celui de {shown}, et le nom concorde."
        )
    return f"Même nom, même profession ({short_label(job)}) et même établissement (FINESS {finess}) dans l'Annuaire Santé."


def names_agree(person: Person, number: str) -> bool:
    """Whether the directory's name for that number agrees with the person's; false for an unknown number."""
    return bool(agreeing_pairs([(person.pk, number)]))


def agreeing_pairs(pairs: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Of these people and numbers, those whose name in the directory agrees: one statement."""
    asked = list(pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, n.number FROM unnest(%s::uuid[], %s::text[]) s(person_id, number)"
            f" JOIN people_person p ON p.id = s.person_id"
            f" JOIN national_directory_nationalperson n ON n.number = s.number WHERE {NAMES_AGREE}",
            [[one for one, _ in asked], [number for _, number in asked]],
        )
        return set(cursor.fetchall())
