"""A pasted batch: its draft, its lines read together, what is left to settle before all are created."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from identities.assignments.drafts import draft_of, drop_draft, keep_draft
from identities.assignments.queries import functions_for_labels
from identities.people.matching import likeness
from identities.people.queries import probable_doubles
from portal.foundation.keys import uuid7
from portal.shell.arrivals.lines import SAME_LINE, PastedLine, read_line
from portal.shell.arrivals.pasted import COLUMNS, Line
from portal.shell.arrivals.queries import function_choices

FORM = "batch"
TWINS_FROM = 85  # likeness of two lines of one paste; below, two people of one family would be asked about
_DECISION = ("double", "apart", "apart_reason", "opened")


@dataclass
class Batch:
    """The lines of one paste by one user for one site. `key` begins the submission key of each."""

    key: str
    lines: list[PastedLine]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many lines of each colour."""
        return {"ok": 0, "warn": 0, "danger": 0} | Counter(one.colour for one in self.lines)

    @property
    def is_ready(self) -> bool:
        return bool(self.lines) and all(one.is_ready for one in self.lines)

    @property
    def has_documents(self) -> bool:
        """Some line says that a document was seen: whoever sends it attests it."""
        return any(one.cells["document"] for one in self.lines)

    @property
    def has_warnings(self) -> bool:
        return any(one.warnings for one in self.lines)


def batch_of(user_id: UUID, establishment_id: UUID) -> Batch | None:
    """The batch being worked on, its lines not read yet; None when there is none, or an empty one."""
    draft = draft_of(user_id, establishment_id, FORM)
    if draft is None or not draft.values["lines"]:
        return None
    lines = [PastedLine(rank=rank, **line) for rank, line in enumerate(draft.values["lines"])]
    return Batch(draft.values["key"], lines)


def start_batch(user_id: UUID, establishment_id: UUID, pasted: list[Line]) -> None:
    """Keeps the lines of a new paste in place of any other."""
    lines = [PastedLine(number, number, cells) for number, cells in enumerate(pasted, start=1)]
    keep_batch(user_id, establishment_id, Batch(str(uuid7()), lines))


def keep_batch(user_id: UUID, establishment_id: UUID, batch: Batch) -> None:
    """Keeps cells and decisions, so that the page may be closed."""
    lines = [
        {"number": one.number, "cells": dict(one.cells), **{name: getattr(one, name) for name in _DECISION}}
        for one in batch.lines
    ]
    values = {"key": batch.key, "lines": lines}
    keep_draft(user_id=user_id, establishment_id=establishment_id, form=FORM, values=values)


def drop_batch(user_id: UUID, establishment_id: UUID) -> None:
    """Forgets the batch."""
    drop_draft(user_id=user_id, establishment_id=establishment_id, form=FORM)


def correct(batch: Batch, posted: Any) -> None:
    """Takes the cells and decisions that the table sent; what it did not send stays."""
    for line in batch.lines:
        prefix = f"l{line.number}-"
        line.cells = {name: posted.get(prefix + name, value).strip() for name, value in line.cells.items()}
        line.double = posted.get(f"{prefix}double", line.double)
        line.apart_reason = posted.get(f"{prefix}apart_reason", line.apart_reason)
        line.apart = posted.getlist(f"{prefix}apart") or line.apart


def read_batch(batch: Batch) -> Batch:
    """Reads every line, looks for its doubles in the group and in the paste, and opens the cells to correct."""
    choices = function_choices()
    offered = functions_for_labels({one.cells["function"] for one in batch.lines})
    for line in batch.lines:
        read_line(line, batch.key, offered, choices)
        if line.form and not line.double.startswith(SAME_LINE):
            line.doubles = probable_doubles(line.form.traits())
    _find_twins(batch.lines)
    for line in batch.lines:
        line.opened = [name for name in COLUMNS if name in line.problems or name in line.opened]
    return batch


def _find_twins(lines: list[PastedLine]) -> None:
    """Each line knows the earlier ones that look like it."""
    for line in lines:
        mine = line.form.traits() if line.form else None
        for earlier in lines[: line.rank]:
            theirs = earlier.form.traits() if earlier.form else None
            if mine and theirs and likeness(mine, theirs).score >= TWINS_FROM:
                line.twins.append(earlier)
