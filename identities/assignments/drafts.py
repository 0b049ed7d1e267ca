"""Drafts of arrivals: what one person typed for one site and did not send yet. Not an act: nothing in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from identities.assignments.models import ArrivalDraft
from portal.foundation.clock import now
from portal.foundation.tenancy import current_group_id

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Draft:
    """The values of one form, and when they were last typed."""

    values: dict[str, Any]
    saved_at: datetime


def draft_of(user_id: UUID, establishment_id: UUID, form: str) -> Draft | None:
    """What was typed in that form (« single », « batch ») less than 7 days ago; None when nothing was."""
    row = _row(user_id, establishment_id).filter(updated_at__gt=now() - KEPT_FOR).first()
    if row is None or form not in row.values:
        return None
    kept = row.values[form]
    saved_at = datetime.fromisoformat(kept["saved_at"])
    return Draft(kept["values"], saved_at) if saved_at > now() - KEPT_FOR else None


def _row(user_id: UUID, establishment_id: UUID) -> QuerySet[ArrivalDraft]:
    """One at most. Ordered by what is fixed: `first` would order by id, and walk the drafts of every group to it."""
    rows = ArrivalDraft.objects.filter(user_id=user_id, establishment_id=establishment_id)
    return rows.order_by("user_id")


def keep_draft(*, user_id: UUID, establishment_id: UUID, form: str, values: Mapping[str, Any]) -> datetime:
    """Keeps the values of one form beside those of the other, and gives the time it was done."""
    saved_at = now()
    row, _ = ArrivalDraft.objects.select_for_update().get_or_create(
        group_id=current_group_id(), establishment_id=establishment_id, user_id=user_id
    )
    kept = {"values": _storable(dict(values)), "saved_at": saved_at.isoformat()}
    row.values = {**row.values, form: kept}
    row.save(update_fields=["values", "updated_at"])
    return saved_at


def _storable(typed: Any) -> Any:
    """Without null characters, which PostgreSQL cannot hold and nobody types."""
    if isinstance(typed, dict):
        return {_storable(name): _storable(value) for name, value in typed.items()}
    if isinstance(typed, list | tuple):
        return [_storable(one) for one in typed]
    return typed.replace("\x00", "") if isinstance(typed, str) else typed


def drop_draft(*, user_id: UUID, establishment_id: UUID, form: str) -> None:
    """Forgets the values of one form; the row goes with the last of them."""
    row = _row(user_id, establishment_id).select_for_update().first()
    if row is None:
        return
    others = {name: kept for name, kept in row.values.items() if name != form}
    if others:
        row.values = others
        row.save(update_fields=["values"])
    else:
        row.delete()


def groups_with_old_drafts() -> list[UUID]:
    """At the clock's door: the groups where a draft has been left for more than 7 days."""
    old = ArrivalDraft.objects.filter(updated_at__lte=now() - KEPT_FOR)
    return list(old.order_by().values_list("group_id", flat=True).distinct())


def drop_old_drafts() -> int:
    """Forgets the drafts of the current group left for more than 7 days: they name people who may never have come."""
    return ArrivalDraft.objects.filter(updated_at__lte=now() - KEPT_FOR).delete()[0]
