"""Who in the national directory a person of the group may be, and why: sentences, never a score.

Two keys only: the RPPS number that the person's record holds, with an agreeing name; or the name with the profession and the
FINESS of a current affectation. A name alone proposes nothing.
"""

# ruff: noqa: S608  the only identifiers are our own

from dataclasses import dataclass

from django.db import connection

from identities.national_directory.agreement import NAMES_AGREE
from identities.national_directory.entries import Entry, directory_entries
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.states import LinkState
from identities.people.models import Person

_FOUND = f"""
SELECT n.number, '{LinkSource.NUMBER}' AS source, '' AS job, '' AS finess
FROM people_person p
JOIN people_personidentifier i ON i.person_id = p.id AND i.kind = 'rpps' AND i.valid_to IS NULL
JOIN national_directory_nationalperson n ON n.number = i.value
WHERE p.id = %(person)s AND {NAMES_AGREE}
UNION
SELECT n.number, '{LinkSource.NAME_JOB_SITE}', f.label, e.finess
FROM people_person p
JOIN assignments_assignment a ON a.person_id = p.id AND a.state IN ('planned', 'running')
JOIN groups_establishment e ON e.id = a.establishment_id
JOIN assignments_nationalfunction f ON f.code = a.function_id
JOIN national_directory_nationalactivity c ON c.finess = e.finess AND CASE WHEN f.code LIKE 'R85-%%'
    THEN c.role_code = f.national_code ELSE c.profession_code = f.national_code END
JOIN national_directory_nationalperson n ON n.number = c.number
WHERE p.id = %(person)s AND {NAMES_AGREE}
ORDER BY 1, 2 DESC
"""


@dataclass(frozen=True)
class DirectoryCandidate:
    """A number that may be the person's. `source` is the strongest key; `reasons` are sentences."""

    entry: Entry
    source: LinkSource
    reasons: tuple[str, ...]


def directory_candidates(person: Person) -> list[DirectoryCandidate]:
    """The candidates for a person that the current door sees, those by number first; refused numbers never come back."""
    refused = set(
        DirectoryLink.objects.filter(person=person, state=LinkState.REFUSED).values_list("rpps", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, {"person": person.pk})
        rows = [row for row in cursor.fetchall() if row[0] not in refused]
    entries = directory_entries({row[0] for row in rows})
    found = []
    for number, entry in entries.items():
        own = [row for row in rows if row[0] == number]
        by_number = any(source == LinkSource.NUMBER for _, source, _, _ in own)
        reasons = tuple(dict.fromkeys(_reason(entry, *row[1:]) for row in own))
        source = LinkSource.NUMBER if by_number else LinkSource.NAME_JOB_SITE
        found.append(DirectoryCandidate(entry, source, reasons))
    return sorted(found, key=lambda one: (one.source != LinkSource.NUMBER, one.entry.number))


def _reason(entry: Entry, source: str, job: str, finess: str) -> str:
    if source == LinkSource.NUMBER:
        return f"Le numéro RPPS de la fiche est celui de {entry.display_name} dans l'Annuaire Santé, et le nom concorde."
    return f"Même nom, même profession ({job}) et même établissement (FINESS {finess}) dans l'Annuaire Santé."


def names_agree(person: Person, number: str) -> bool:
    """Whether the directory's name for that number agrees with the person's; false for an unknown number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM people_person p, national_directory_nationalperson n"
            f" WHERE p.id = %s AND n.number = %s AND {NAMES_AGREE})",
            [person.pk, number],
        )
        return bool(cursor.fetchone()[0])
