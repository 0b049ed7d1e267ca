"""Posting to the outbox: the row is written with the act, the worker is rung after the commit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction

from portal.dispatch.models import Message
from portal.foundation.clock import now
from portal.foundation.tenancy import current_group_id


@dataclass(frozen=True)
class Letter:
    """What to post: `kind` chooses the handler, `payload` carries ids only."""

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    ordering_key: str = ""
    due_at: datetime | None = None


def post(letter: Letter) -> Message:
    """Writes one message in the current door's transaction. Refuses (TenancyError) outside of a door."""
    return post_all([letter])[0]


def post_all(letters: Iterable[Letter]) -> list[Message]:
    """Writes messages by set and rings the relay once, after the commit."""
    moment = now()
    rows = [
        Message(
            kind=one.kind,
            target=one.target,
            ordering_key=one.ordering_key,
            payload=one.payload,
            created_at=moment,
            due_at=one.due_at or moment,
        )
        for one in letters
    ]
    Message.objects.bulk_create(rows, batch_size=2000)
    if rows:
        group_id = current_group_id()
        transaction.on_commit(lambda: ring(group_id), robust=True)
    return rows


def ring(group_id) -> None:
    """Wakes the relay of one group; a broker that does not answer is not an error: the sweep will ring again."""
    current_app.send_task("portal.dispatch.tasks.relay_group", kwargs={"group_id": str(group_id)})
