"""Whose digest leaves now: the row and its message in one commit, by set, a bounded number at a time.

A worker killed here has planned both or neither; two that run together share the accounts between them, since PostgreSQL
takes one row per account and day.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import connection

from portal.dispatch.mail import mail_letter
from portal.dispatch.operations import post_all
from portal.dispatch.queries import messages_waiting
from portal.foundation.clock import PARIS, now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.notices.kinds import DIGEST
from tenants.notices.queries import users_due
from tenants.notices.states import DigestOutcome

# Mails of the platform that may wait at once. A forgotten password goes behind them, not behind a country's digests.
WINDOW = 200
_INSERT = """
INSERT INTO notices_digest (id, user_id, day, outcome, planned_at)
SELECT r.id, r.user_id, %s, %s, %s FROM unnest(%s::uuid[], %s::uuid[]) AS r (id, user_id)
ON CONFLICT (user_id, day) DO NOTHING RETURNING id, user_id
"""


def plan_due_digests() -> int:
    """Writes the digests that are due and posts their mails, as many as the outbox has room for; says how many.

    Opens its own door, that of the platform: a digest tells of every group of its reader.
    """
    moment = now()
    with tenant(PLATFORM):
        room = WINDOW - messages_waiting().count()
        due = users_due(moment, room) if room > 0 else []
        planned = _planned(due, moment.astimezone(PARIS).date(), moment) if due else []
        post_all(
            mail_letter(DIGEST, user_id, {"digest_id": str(digest_id)}) for digest_id, user_id in planned
        )
    return len(planned)


def _planned(users: list[UUID], day: date, moment: datetime) -> list[tuple[UUID, UUID]]:
    """Of those accounts, the ones that had no digest that day: (digest, account)."""
    ids = [uuid7() for _ in users]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [day, DigestOutcome.PLANNED, moment, ids, users])
        return cursor.fetchall()
