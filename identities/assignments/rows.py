"""How one affectation is shown in a list: words and addresses made once, not in the template cell by cell."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from identities.assignments.figures import SOON
from identities.assignments.models import Assignment, EndReason, short_label
from identities.assignments.rules import (
    can_cancel,
    can_cancel_departure,
    can_extend,
    can_move,
    in_words,
    is_moving,
    tonight,
)
from identities.assignments.states import AssignmentState
from portal.foundation.addresses import address
from portal.foundation.clock import now

HOUR_MATTERS = timedelta(days=7)
_UNKNOWN: Mapping[Any, str] = {}


@dataclass(frozen=True)
class Row:
    """One line. Addresses are empty when the act is not possible, or not for this person."""

    assignment: Assignment
    name: str
    function: str
    unit: str
    starts: str
    ends: str
    level: str
    status: str
    person_url: str
    site: str = ""
    depart_url: str = ""
    tonight_url: str = ""
    extend_url: str = ""
    cancel_departure_url: str = ""
    cancel_url: str = ""
    move_url: str = ""
    undo_move_url: str = ""

    @property
    def has_news(self) -> bool:
        """The status says more than the tab it stands in."""
        return self.level != "ok" and self.assignment.state != AssignmentState.PLANNED


def rows_shown(
    assignments: Iterable[Assignment],
    slug: str,
    may_act: Callable[[UUID], bool],
    *,
    functions: Mapping[str, str] = _UNKNOWN,
    sites: Mapping[UUID, str] = _UNKNOWN,
) -> Iterator[Row]:
    """The lines of a list; `may_act` says at which establishments this person may end or extend.

    `functions`, `sites`: labels and names that the page has read already; a function that is not there is read.
    """
    moment, night = now(), tonight()
    for one in assignments:
        level, status = _status(one, moment, night)
        yield Row(
            assignment=one,
            name=one.person.display_name,
            function=short_label(functions.get(one.function_id) or one.function.label),
            site=sites.get(one.establishment_id, ""),
            unit=one.unit.name if one.unit else "",
            starts=_brief(one.starts_at, moment),
            ends=_brief(one.ends_at, moment) if one.ends_at else "",
            level=level,
            status=status,
            person_url=address(
                "shell:person",
                group_slug=slug,
                establishment_id=one.establishment_id,
                person_id=one.person_id,
            ),
            **(_acts(one, slug, night) if may_act(one.establishment_id) else {}),
        )


def _brief(at: datetime, moment: datetime) -> str:
    """The hour matters within a few days only."""
    return in_words(at) if abs(at - moment) < HOUR_MATTERS else in_words(at).partition(" à ")[0]


def _acts(one: Assignment, slug: str, night: datetime) -> dict[str, str]:
    def to(name: str) -> str:
        return address(
            f"assignments:{name}",
            group_slug=slug,
            establishment_id=one.establishment_id,
            assignment_id=one.pk,
        )

    change = _change_of_place(one, slug)
    if one.state == AssignmentState.RUNNING:
        later_than_tonight = one.ends_at is None or one.ends_at > night
        return {
            "depart_url": to("depart"),
            "tonight_url": to("depart") if later_than_tonight else "",
            "extend_url": to("extend") if can_extend(one) else "",
            "cancel_departure_url": to("cancel_departure") if can_cancel_departure(one) else "",
            **change,
        }
    return {"cancel_url": to("cancel"), **change} if can_cancel(one) else {}


def _change_of_place(one: Assignment, slug: str) -> dict[str, str]:
    """Of the group, not of one site: a change may leave one and join another."""
    if is_moving(one):
        return {"undo_move_url": address("assignments:undo_move", group_slug=slug, assignment_id=one.pk)}
    if can_move(one):
        return {"move_url": address("assignments:move", group_slug=slug, assignment_id=one.pk)}
    return {}


def _status(assignment: Assignment, moment: datetime, night: datetime) -> tuple[str, str]:
    """Level and word of a stay: « Présent », « Part aujourd'hui »…"""
    if assignment.state == AssignmentState.ENDED:
        return "neutral", EndReason(
            assignment.end_reason
        ).label.capitalize() if assignment.end_reason else "Terminée"
    if assignment.state != AssignmentState.RUNNING:
        if is_moving(assignment):
            return "info", "À venir (changement)"
        return ("info", "À venir") if assignment.state == AssignmentState.PLANNED else ("neutral", "Annulée")
    if assignment.ends_at is not None and assignment.ends_at <= night:
        return "warn", "Part aujourd'hui"
    if is_moving(assignment):
        return "warn", "Change d'affectation"
    if assignment.end_reason:
        return "warn", "Départ programmé"
    if assignment.ends_at is not None and assignment.ends_at <= moment + SOON:
        return "info", "Part dans les 72 h"
    return "ok", "Présent"
