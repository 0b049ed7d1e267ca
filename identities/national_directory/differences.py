"""What the directory says otherwise of linked people: one statement for a whole group.

The same conditions for the loaded tables and for answers of the API: only where the three relations come from differs.
"""

# ruff: noqa: S608  the only identifiers are our own

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from identities.national_directory.agreement import NAMES_AGREE
from identities.national_directory.fhir.found import Professional
from identities.national_directory.layouts import KEY_LENGTH
from identities.national_directory.rules import Difference
from portal.foundation.clock import today

# n: who; c: open activities; k: cards. The open API does not say which cards are opposed: the loaded file still does.
_FROM_FILES = """
n AS NOT MATERIALIZED (
    SELECT number, name_key, first_name_key, true AS is_active FROM national_directory_nationalperson),
c AS NOT MATERIALIZED (SELECT number, finess FROM national_directory_nationalactivity WHERE finess <> ''),
k AS NOT MATERIALIZED (SELECT number, opposed_on, valid_to FROM national_directory_card)"""
_FROM_ANSWERS = f"""
n AS MATERIALIZED (
    SELECT number, is_active, left(app.search_key(name), {KEY_LENGTH}) AS name_key,
        left(app.search_key(first_name), {KEY_LENGTH}) AS first_name_key
    FROM jsonb_to_recordset(%(people)s) AS a(number text, name text, first_name text, is_active boolean)),
c AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(activities)s) AS a(number text, finess text)),
k AS NOT MATERIALIZED (
    SELECT number, opposed_on, valid_to FROM national_directory_card
    UNION ALL SELECT * FROM jsonb_to_recordset(%(cards)s) AS a(number text, opposed_on date, valid_to date))"""
# Sites where the person works now without an open activity there, and open activities at the group's sites without work.
_FOUND = f"""
SELECT l.id, l.person_id, l.rpps, l.differences, array_remove(ARRAY[
    CASE WHEN n.number IS NULL THEN '{Difference.UNKNOWN_NUMBER}' END,
    CASE WHEN NOT n.is_active THEN '{Difference.INACTIVE_NUMBER}' END,
    CASE WHEN n.is_active AND NOT {NAMES_AGREE} THEN '{Difference.OTHER_NAME}' END,
    CASE WHEN n.is_active AND EXISTS (
        SELECT FROM assignments_assignment a JOIN groups_establishment e ON e.id = a.establishment_id
        WHERE a.person_id = l.person_id AND a.state = 'running' AND NOT EXISTS (
            SELECT FROM c WHERE c.number = l.rpps AND c.finess = e.finess)
    ) THEN '{Difference.CLOSED_HERE}' END,
    CASE WHEN EXISTS (
        SELECT FROM c JOIN groups_establishment e ON e.finess = c.finess
        WHERE c.number = l.rpps AND NOT EXISTS (
            SELECT FROM assignments_assignment a WHERE a.person_id = l.person_id AND a.establishment_id = e.id
            AND a.state = 'running')
    ) THEN '{Difference.OPEN_WITHOUT_CONTRACT}' END,
    CASE WHEN EXISTS (
        SELECT FROM k WHERE k.number = l.rpps AND k.opposed_on IS NOT NULL AND coalesce(k.valid_to, %(today)s) >= %(today)s
    ) AND NOT EXISTS (
        SELECT FROM k WHERE k.number = l.rpps AND k.opposed_on IS NULL AND coalesce(k.valid_to, %(today)s) >= %(today)s
    ) THEN '{Difference.CARD_OPPOSED}' END
], NULL), n.number IS NOT NULL
FROM national_directory_directorylink l
JOIN people_person p ON p.id = l.person_id
LEFT JOIN n ON n.number = l.rpps
WHERE l.state = 'linked' AND (%(links)s::uuid[] IS NULL OR l.id = ANY (%(links)s::uuid[]))
ORDER BY l.id
"""


@dataclass(frozen=True)
class CheckedLink:
    """One link: the differences of the check before, and those found now. `is_known`: the directory has that number."""

    link_id: UUID
    person_id: UUID
    rpps: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    is_known: bool


def checked_links(link_ids: Iterable[UUID] | None = None) -> list[CheckedLink]:
    """Links of the current door compared with the loaded tables; all of them when none is named."""
    return _compared(_FROM_FILES, link_ids, {})


def answered_links(link_ids: Iterable[UUID], answers: Iterable[Professional]) -> list[CheckedLink]:
    """The same links compared with what the API answered of their numbers; a number without an answer is unknown to it."""
    found = list(answers)
    cards = [
        {"number": one.number, "opposed_on": card.opposed_on, "valid_to": card.valid_to}
        for one in found
        for card in one.cards
        if card.opposed_on
    ]
    relations = {
        "people": [
            {"number": one.number, "name": one.name, "first_name": one.first_name, "is_active": one.is_active}
            for one in found
        ],
        "activities": [
            {"number": one.number, "finess": activity.finess}
            for one in found
            for activity in one.activities
            if activity.is_active and activity.finess
        ],
        "cards": cards,
    }
    values = {name: json.dumps(rows, default=str) for name, rows in relations.items()}
    return _compared(_FROM_ANSWERS, link_ids, values)


def _compared(relations: str, link_ids: Iterable[UUID] | None, values: dict[str, Any]) -> list[CheckedLink]:
    links = None if link_ids is None else list(link_ids)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {relations} {_FOUND}", values | {"links": links, "today": today()})
        rows = cursor.fetchall()
    return [CheckedLink(row[0], row[1], row[2], tuple(row[3]), tuple(row[4]), row[5]) for row in rows]
