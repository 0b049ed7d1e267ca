"""All that one site of an import changes, written in one transaction with the state before kept on each line."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from identities.assignments.models import Assignment, EndReason, NationalFunction
from identities.assignments.rules import OPEN_STATES
from identities.assignments.set_operations import (
    Ending,
    amend_assignments,
    end_assignments,
    record_moves,
    start_assignments,
)
from identities.assignments.states import AssignmentState
from identities.hr_imports.models import Line, LineState, Outcome, Run, SiteRun
from identities.hr_imports.rules import move_begins
from identities.people.models import Person
from identities.people.sentences import trait_label
from identities.people.set_operations import NewIdentifier, change_people, identify_people, register_people
from identities.people.traits import PersonTraits
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.set_writes import update_by_id

STAY_FIELDS = ("starts_at", "ends_at", "contract", "kind", "agency", "source")
IDENTIFIER_FIELDS = ("matricule", "rpps")
MOMENTS = ("starts_at", "ends_at")
LEFT = "Laissée de côté : la situation a changé depuis le contrôle."
HELD_BACK = "Identité vérifiée, que le fichier ne change pas : {traits}. Demandez le changement sur la fiche de la personne."
_TRAITS = (
    "birth_name", "usage_name", "sex", "birth_date", "birth_commune_code", "birth_country_code", "birth_place", "phone",
    "email",
)  # fmt: skip


@dataclass(frozen=True)
class Importer:
    """Who asked for the work: the journal says their name, though a worker writes."""

    actor_id: UUID | None
    actor_name: str


def moment_of(text: str | None) -> datetime | None:
    """A moment as JSON keeps it."""
    return parse_datetime(text) if text else None


def stay_value(field: str, value: Any) -> Any:
    """A value of an affectation as JSON keeps it, back as the row holds it."""
    return moment_of(value) if field in MOMENTS else value


class SiteWrites:
    """`write` does it all, in an order where nobody stands twice in one place: endings, alignments, then starts."""

    def __init__(self, run: Run, site: SiteRun) -> None:
        self.run, self.site = run, site
        self.actor = Importer(run.actor_id, run.actor_name)
        self.moment = now()
        effective = run.lines.exclude(outcome__in=(Outcome.REFUSED, Outcome.DOUBLE))
        self.lines = list(
            effective.filter(establishment_id=site.establishment_id, state=LineState.WAITING).order_by(
                "number"
            )
        )
        self.written: dict[UUID, dict[str, Any]] = {one.pk: {} for one in self.lines}

    def write(self) -> Counter[str]:
        """Says how many lines were applied, and how many left because somebody was quicker."""
        stays = Assignment.objects.filter(
            pk__in=[one.assignment_id for one in self.lines if one.assignment_id]
        )
        related = stays.select_related("person", "establishment", "function")
        self.stays = {one.pk: one for one in related.select_for_update(of=("self",))}
        for line in self.lines:
            if line.assignment_id and self._is_stale(line):
                line.state, line.note = LineState.LEFT, LEFT
        self.kept = [one for one in self.lines if one.state == LineState.WAITING]
        self._people()
        self._end_and_align()
        self._start()
        for line in self.kept:
            line.state, line.written = LineState.APPLIED, self.written[line.pk]
        update_by_id(self.lines, ["state", "note", "written"])
        return Counter(str(one.state) for one in self.lines)

    def _is_stale(self, line: Line) -> bool:
        stay = self.stays[line.assignment_id]  # type: ignore[index]
        if stay.state not in OPEN_STATES:
            return line.outcome != Outcome.JOINED
        return any(
            getattr(stay, one["field"]) != stay_value(one["field"], one["before"])
            for one in line.changes
            if one["field"] in STAY_FIELDS
        )

    def _people(self) -> None:
        newcomers = {one.person_id: one for one in reversed(self.kept) if one.is_new and one.person_id}
        ids = [one.person_id for one in self.kept if one.person_id]
        self.people = {one.pk: one for one in Person.objects.filter(pk__in=ids)}
        new = {key: _traits_of(line) for key, line in newcomers.items() if key not in self.people}
        numbers = [given for key in new for given in self._identifiers(newcomers[key], is_new=True)]
        self.people |= register_people(actor=self.actor, newcomers=new, identifiers=numbers)
        changes: dict[UUID, dict[str, Any]] = {}
        for line in self.kept:
            if line.person_id in self.people and (asked := self._traits_to_change(line)):
                changes[line.person_id] = asked
        self._tell_held_back(change_people(actor=self.actor, changes=changes))
        self._identify()

    def _tell_held_back(self, held: dict[UUID, tuple[str, ...]]) -> None:
        """A verified identity does not change by a file: the line says what is to be asked for on the person's page."""
        for line in self.kept:
            names = held.get(line.person_id, ()) if line.person_id else ()
            wrote = self.written[line.pk].get("traits", {})
            if kept_back := [one for one in names if one in wrote]:
                line.note = HELD_BACK.format(traits=", ".join(map(trait_label, kept_back)))
                self.written[line.pk]["traits"] = {
                    name: values for name, values in wrote.items() if name not in kept_back
                }

    def _traits_to_change(self, line: Line) -> dict[str, Any]:
        """Those that are still as the check saw them; kept with what they were."""
        known = PersonTraits.of(self.people[line.person_id])  # type: ignore[index]
        asked: dict[str, Any] = {}
        for one in line.changes:
            field = one["field"]
            if field not in (*_TRAITS, "first_names"):
                continue
            before, after = (
                tuple(one[when]) if field == "first_names" else one[when] for when in ("before", "after")
            )
            if getattr(known, field) == before:
                asked[field] = after
            else:
                line.note = LEFT
        if asked:
            self.written[line.pk]["traits"] = {
                one["field"]: [one["before"], one["after"]] for one in line.changes if one["field"] in asked
            }
        return asked

    def _identify(self) -> None:
        """What known people did not carry yet."""
        asked: dict[tuple[UUID, str], tuple[Line, NewIdentifier]] = {}
        for line in self.kept:
            for given in self._identifiers(line, is_new=False) if not line.is_new else ():
                asked.setdefault((given.person_id, given.kind), (line, given))
        given_now = [given for _, given in asked.values()]
        rows = identify_people(actor=self.actor, identifiers=given_now, people=self.people)
        for (line, _), row in zip(asked.values(), rows, strict=True):
            self.written[line.pk].setdefault("identifiers", []).append(row.pk)

    def _identifiers(self, line: Line, *, is_new: bool) -> Iterator[NewIdentifier]:
        """All of a newcomer's; of somebody known, those that the check found new."""
        values = line.values or {}
        changes = {one["field"]: one["after"] for one in line.changes}
        for kind in IDENTIFIER_FIELDS:
            value = values.get(kind) if is_new else changes.get(kind)
            if value and line.person_id:
                issuer = self.run.source.issuer if kind == "matricule" else ""
                yield NewIdentifier(line.person_id, kind, value, issuer)

    def _end_and_align(self) -> None:
        endings: list[Ending] = []
        amendments: dict[Assignment, dict[str, Any]] = {}
        for line in self.kept:
            stay = self.stays.get(line.assignment_id) if line.assignment_id else None
            if stay is None or line.outcome == Outcome.JOINED:
                continue
            if line.outcome == Outcome.ENDED:
                endings.append(self._ending(line, stay))
            elif line.outcome == Outcome.MOVED:
                self._move_out(line, stay, endings, amendments)
            else:
                values = {
                    one["field"]: stay_value(one["field"], one["after"])
                    for one in line.changes
                    if one["field"] in STAY_FIELDS
                }
                if values:
                    amendments[stay] = self._amended(line, stay, values)
        end_assignments(actor=self.actor, endings=endings)
        amend_assignments(actor=self.actor, amendments=amendments)

    def _ending(self, line: Line, stay: Assignment) -> Ending:
        """The day that the file says, else now: a file that no longer names somebody does not say since when."""
        at = moment_of((line.values or {}).get("ends_at"))
        self.written[line.pk]["ended"] = self._before(stay) | {"at": max(at or self.moment, stay.starts_at)}
        return Ending(stay, at or self.moment, EndReason.SCHEDULED if at else EndReason.OTHER)

    def _move_out(
        self, line: Line, stay: Assignment, endings: list[Ending], amendments: dict[Assignment, Any]
    ) -> None:
        """The old place ends when the new one begins (`rules.move_begins`)."""
        values = line.values or {}
        hired_at = moment_of(values["starts_at"])
        begins = move_begins(self.run, hired_at=hired_at, stay_starts_at=stay.starts_at, moment=self.moment)
        values["starts_at"] = begins.isoformat()
        if begins > self.moment and stay.state == AssignmentState.RUNNING:
            scheduled = {"ends_at": begins, "end_reason": EndReason.TRANSFER.value}
            amendments[stay] = self._amended(line, stay, scheduled)
            return
        self.written[line.pk]["ended"] = self._before(stay) | {"at": begins}
        endings.append(Ending(stay, begins, EndReason.TRANSFER))

    def _before(self, stay: Assignment) -> dict[str, Any]:
        return {"id": stay.pk, "state": stay.state, "ends_at": stay.ends_at, "end_reason": stay.end_reason}

    def _amended(self, line: Line, stay: Assignment, values: dict[str, Any]) -> dict[str, Any]:
        before = {name: getattr(stay, name) for name in values}
        self.written[line.pk]["amended"] = {"id": stay.pk, "before": before, "after": values}
        return values

    def _start(self) -> None:
        lines = [one for one in self.kept if one.outcome in (Outcome.CREATED, Outcome.JOINED, Outcome.MOVED)]
        codes = {(one.values or {})["function_id"] for one in lines}
        functions = NationalFunction.objects.in_bulk(codes)
        rows = [self._row(line, functions) for line in lines]
        start_assignments(actor=self.actor, rows=rows)
        moved = [
            (self.stays[line.assignment_id], row)
            for line, row in zip(lines, rows, strict=True)
            if line.outcome == Outcome.MOVED and line.assignment_id
        ]
        record_moves(actor=self.actor, moves=moved)
        for line, row in zip(lines, rows, strict=True):
            self.written[line.pk]["started"] = {
                "id": row.pk,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
            }

    def _row(self, line: Line, functions: dict[str, Any]) -> Assignment:
        values = line.values or {}
        return Assignment(
            id=uuid7(),
            person=self.people[line.person_id],  # type: ignore[index]
            establishment=self.site.establishment,
            function=functions[values["function_id"]],
            kind=values["kind"],
            contract=values["contract"],
            starts_at=moment_of(values["starts_at"]) or self.moment,
            ends_at=moment_of(values["ends_at"]),
            agency=values["agency"],
            source=self.run.source.mark,
        )


def _traits_of(line: Line) -> PersonTraits:
    values = line.values or {}
    return PersonTraits(first_names=tuple(values["first_names"]), **{name: values[name] for name in _TRAITS})
