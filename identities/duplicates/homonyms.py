"""Decisions « two people » about a record that is absorbed: those about the kept one from then on, and back."""

from identities.duplicates.ledger import Ledger

_TABLE = "people_homonymdecision"
_COLUMNS = "id, group_id, person_id, other_id, reason, decided_at, decided_by, decided_by_name"
# The pair is written smaller id first, so it cannot be moved by its column.
_OF_THE_KEPT = f"""
SELECT gen_random_uuid(), group_id, least(%(kept)s::uuid, third), greatest(%(kept)s::uuid, third),
  reason, decided_at, decided_by, decided_by_name
FROM (
  SELECT *, CASE WHEN person_id = %(absorbed)s THEN other_id ELSE person_id END AS third FROM {_TABLE}
  WHERE person_id = %(absorbed)s OR other_id = %(absorbed)s
) decided WHERE third <> %(kept)s
"""  # noqa: S608


def move_homonyms(ledger: Ledger) -> None:
    """Whoever was told apart from the absorbed record is told apart from the kept one."""
    ledger.add(_TABLE, _OF_THE_KEPT, columns=_COLUMNS)
    ledger.remove(_TABLE, "t.person_id = %(absorbed)s OR t.other_id = %(absorbed)s")
