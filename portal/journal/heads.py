"""The head of a group's chain: its last seal. Kept out of the platform's reach, it proves later what was there."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Seal
from portal.journal.queries import groups_with_a_journal


@dataclass(frozen=True)
class Head:
    """`lines` counts the lines of all seals up to this one."""

    group_id: UUID
    number: int
    hash: str
    sealed_at: datetime
    lines: int

    def as_json(self) -> str:
        """One line of an exported file."""
        values = {
            "group": str(self.group_id),
            "number": self.number,
            "hash": self.hash,
            "sealed_at": self.sealed_at.isoformat(),
            "lines": self.lines,
        }
        return json.dumps(values)


def current_heads(group_ids: Iterable[UUID] | None = None) -> Iterator[Head]:
    """The head of each of these groups (of all by default), one door at a time; nothing for a group without a seal."""
    for group_id in groups_with_a_journal() if group_ids is None else group_ids:
        with tenant(group_id):
            last = Seal.objects.order_by("-number").first()
            if last is not None:
                lines = Seal.objects.aggregate(lines=Sum("line_count"))["lines"]
                yield Head(group_id, last.number, last.hash, last.sealed_at, lines)


def read_heads(text: str) -> list[Head]:
    """Heads of one or several exported files. Refuses (DomainError) a line that is not one."""
    found = []
    for rank, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            sealed_at = datetime.fromisoformat(values["sealed_at"])
            found.append(
                Head(UUID(values["group"]), values["number"], values["hash"], sealed_at, values["lines"])
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DomainError(
                f"Not a head: line {rank}",
                f"La ligne {rank} du fichier n'est pas une tête de journal exportée.",
            ) from error
    return found
