"""Sealing: takes the lines that were committed, in order, and chains their digest to the seal before.

Writers never wait for it nor for each other: they insert, it comes after. One sealer at a time per group.
"""

from uuid import UUID

from django.db import connection

from portal.foundation.tenancy import tenant

BATCH = 50_000

_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('journal ' || %s, 0))"
# By a bound on the number, never by a join on ids: without fresh statistics the planner made that quadratic (measured: 8 min
# for 100,000 lines, 2 s this way).
# A line is sealed once: its digest is computed from the row that receives the number, in the same statement.
_SEAL = """
WITH head AS (
  SELECT coalesce(max(number), 0) AS number FROM journal_seal
), last AS (
  SELECT h.number + 1 AS number, coalesce(s.hash, app.journal_genesis(app.gid())) AS previous
  FROM head h LEFT JOIN journal_seal s ON s.number = h.number
), bound AS (
  SELECT max(number) AS number FROM (
    SELECT number FROM journal_line WHERE seal_number IS NULL ORDER BY number LIMIT %s) AS next
), marked AS (
  UPDATE journal_line l SET seal_number = (SELECT number FROM last)
  WHERE l.seal_number IS NULL AND l.number <= (SELECT number FROM bound)
  RETURNING l.number, l.id, app.journal_line_digest(l) AS digest
), summed AS (
  SELECT count(*) AS lines, encode(sha256(string_agg(digest, ''::bytea ORDER BY number, id)), 'hex') AS digest FROM marked
)
INSERT INTO journal_seal (id, group_id, number, sealed_at, line_count, digest, previous_hash, hash)
SELECT gen_random_uuid(), app.gid(), last.number, now(), summed.lines, summed.digest, last.previous,
  app.journal_seal_hash(last.previous, app.gid(), last.number, summed.lines, summed.digest, now())
FROM last, summed WHERE summed.lines > 0
RETURNING line_count
"""


def seal_group(group_id: UUID, *, batch: int = BATCH) -> int:
    """Seals all that is committed in one group, and says how many lines. 0 when another sealer is at it."""
    total = 0
    while True:
        lines = _seal_once(group_id, batch)
        total += lines
        if lines < batch:
            return total


def _seal_once(group_id: UUID, batch: int) -> int:
    with tenant(group_id), connection.cursor() as cursor:
        cursor.execute(_ALONE, [str(group_id)])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_SEAL, [batch])
        found = cursor.fetchone()
    return found[0] if found else 0
