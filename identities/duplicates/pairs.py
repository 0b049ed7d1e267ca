"""Pairs written by set from what the matching finds. Asked again with the same people, nothing changes."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from identities.duplicates.finding import FoundPair, find_pairs
from portal.foundation.clock import now, today

# A decision stands: only what nobody decided is written again, and only when it differs.
_WRITE = """
WITH written AS (
  INSERT INTO duplicates_pair AS t (id, group_id, person_id, other_id, score, reasons, state, found_at,
    proposed_by_name, decided_by_name, reason)
  SELECT gen_random_uuid(), app.gid(), f.person_id, f.other_id, f.score, f.reasons, 'to_settle', %(at)s, '', '', ''
  FROM jsonb_to_recordset(%(found)s::jsonb) AS f (person_id uuid, other_id uuid, score int, reasons text[])
  ON CONFLICT (group_id, person_id, other_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
  WHERE t.state IN ('to_settle', 'later')
    AND (t.score, t.reasons::text[]) IS DISTINCT FROM (excluded.score, excluded.reasons::text[])
  RETURNING t.found_at = %(at)s AS is_new
) SELECT count(*) FILTER (WHERE is_new) FROM written
"""
# What somebody asked to compare stays until somebody decides.
_FORGET = """
DELETE FROM duplicates_pair t
WHERE t.state IN ('to_settle', 'later') AND t.proposed_by_name = ''
  AND (%(people)s::uuid[] IS NULL OR t.person_id = ANY(%(people)s) OR t.other_id = ANY(%(people)s))
  AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(found)s::jsonb) AS f (person_id uuid, other_id uuid)
    WHERE f.person_id = t.person_id AND f.other_id = t.other_id
  )
"""
_COME_BACK = """
UPDATE duplicates_pair SET state = 'to_settle', later_until = NULL
WHERE state = 'later' AND later_until <= %(today)s
"""

LONGEST_REASON = 400  # characters: that of the column


@dataclass(frozen=True)
class Refreshed:
    """How many pairs are new, went away since nothing looks alike any more, or came back on their date."""

    new: int
    gone: int
    back: int

    @property
    def changed(self) -> bool:
        return bool(self.new or self.gone or self.back)


def write_pairs(person_ids: Collection[UUID] | None) -> Refreshed:
    """Searches the whole group, or only around those people, and keeps what is found."""
    found = find_pairs(person_ids)
    values: dict[str, Any] = {
        "found": _document(found),
        "people": None if person_ids is None else list(person_ids),
        "at": now(),
        "today": today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        new = cursor.fetchone()[0]
        cursor.execute(_FORGET, values)
        gone = cursor.rowcount
        cursor.execute(_COME_BACK, values)
        return Refreshed(new, gone, cursor.rowcount)


def _document(found: Sequence[FoundPair]) -> str:
    rows = [asdict(one) | {"reasons": [_shortened(reason) for reason in one.reasons]} for one in found]
    return json.dumps(rows, default=str, ensure_ascii=False)


def _shortened(reason: str) -> str:
    """Two records of the longest first names make a sentence longer than the column."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"
