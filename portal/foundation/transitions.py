"""States as a table: what may follow what, the drawing of it, and the conditional update that enforces it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet, TextChoices

from portal.foundation.errors import DomainError


class TransitionError(DomainError):
    """The object is not (or no longer) in a state from which this may happen."""


class Transitions:
    """`table` maps each state to the states that may follow it."""

    def __init__(self, states: type[TextChoices], table: Mapping[str, tuple[str, ...]]) -> None:
        missing = set(states.values) - set(table)
        if missing:
            raise ValueError(f"States without a line: {sorted(missing)}")
        self.states = states
        self.table = {
            str(source): tuple(str(target) for target in targets) for source, targets in table.items()
        }

    def sources(self, target: str) -> list[str]:
        """The states from which `target` may be reached."""
        return [source for source, targets in self.table.items() if target in targets]

    def allows(self, source: str, target: str) -> bool:
        return target in self.table[source]

    def move(self, rows: QuerySet[Any], target: str, **values: Any) -> int:
        """Conditional UPDATE: moves the rows that may, and says how many did."""
        return rows.filter(state__in=self.sources(target)).update(state=target, **values)

    def move_one(self, row: Model, target: str, french: str, **values: Any) -> None:
        """The same for one row, which then carries its new values. Refuses (TransitionError) when it did not move."""
        rows = type(row)._default_manager.filter(pk=row.pk)
        if not self.move(rows, target, **values):
            raise TransitionError(f"{type(row).__name__} {row.pk} may not become {target}", french)
        for name, value in {"state": target, **values}.items():
            setattr(row, name, value)

    def drawing(self) -> str:
        """Mermaid state diagram, as the rooms' README show it (`manage.py draw_states`)."""
        lines = [f"    {source} --> {target}" for source, targets in self.table.items() for target in targets]
        return "\n".join(["stateDiagram-v2", *lines])
