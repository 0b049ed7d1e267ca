"""What the directory says otherwise of linked people: one statement for a whole group, from the loaded tables."""

# ruff: noqa: S608  the only identifiers are our own

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from identities.national_directory.agreement import NAMES_AGREE
from identities.national_directory.rules import Difference

# Sites where the person works now without an open activity there, and open activities at the group's sites without work.
_FOUND = f"""
SELECT l.id, l.person_id, l.rpps, l.differences, array_remove(ARRAY[
    CASE WHEN n.number IS NULL THEN '{Difference.UNKNOWN_NUMBER}' END,
    CASE WHEN n.number IS NOT NULL AND NOT {NAMES_AGREE} THEN '{Difference.OTHER_NAME}' END,
    CASE WHEN n.number IS NOT NULL AND EXISTS (
        SELECT FROM assignments_assignment a JOIN groups_establishment e ON e.id = a.establishment_id
        WHERE a.person_id = l.person_id AND a.state = 'running' AND NOT EXISTS (
            SELECT FROM national_directory_nationalactivity c WHERE c.number = l.rpps AND c.finess = e.finess)
    ) THEN '{Difference.CLOSED_HERE}' END,
    CASE WHEN EXISTS (
        SELECT FROM national_directory_nationalactivity c JOIN groups_establishment e ON e.finess = c.finess
        WHERE c.number = l.rpps AND c.finess <> '' AND NOT EXISTS (
            SELECT FROM assignments_assignment a WHERE a.person_id = l.person_id AND a.establishment_id = e.id
            AND a.state = 'running')
    ) THEN '{Difference.OPEN_WITHOUT_CONTRACT}' END
], NULL)
FROM national_directory_directorylink l
JOIN people_person p ON p.id = l.person_id
LEFT JOIN national_directory_nationalperson n ON n.number = l.rpps
WHERE l.state = 'linked'
ORDER BY l.id
"""


@dataclass(frozen=True)
class CheckedLink:
    """One link: the differences of the check before, and those found now."""

    link_id: UUID
    person_id: UUID
    rpps: str
    before: tuple[str, ...]
    now: tuple[str, ...]


def checked_links() -> list[CheckedLink]:
    """Every link of the current door, compared with the loaded tables."""
    with connection.cursor() as cursor:
        cursor.execute(_FOUND)
        return [
            CheckedLink(row[0], row[1], row[2], tuple(row[3]), tuple(row[4])) for row in cursor.fetchall()
        ]
