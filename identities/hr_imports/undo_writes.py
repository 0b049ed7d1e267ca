"""Takes back what one site of an import wrote, from the state before; what changed since is told, never overwritten."""

from collections import Counter
from typing import Any
from uuid import UUID

from identities.assignments.models import Assignment, EndReason
from identities.assignments.rules import OPEN_STATES
from identities.assignments.set_operations import (
    Ending,
    amend_assignments,
    end_assignments,
    start_assignments,
)
from identities.assignments.states import AssignmentState
from identities.hr_imports.models import Line, LineState, Run, SiteRun
from identities.hr_imports.site_writes import Importer, moment_of, stay_value
from identities.people.models import Person
from identities.people.set_operations import change_people, release_identifiers
from identities.people.traits import PersonTraits
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.set_writes import update_by_id

_SINCE = "Non annulé, car changé depuis : {what}."


class SiteUndo:
    """A stay that began is emptied (« erreur de saisie »), one that ended goes on from the moment of its end."""

    def __init__(self, run: Run, site: SiteRun) -> None:
        self.run, self.site = run, site
        self.actor = Importer(run.actor_id, run.actor_name)
        self.moment = now()
        rows = run.lines.filter(establishment_id=site.establishment_id, state=LineState.APPLIED)
        self.lines = list(rows.order_by("number"))

    def write(self) -> Counter[str]:
        """Says how many lines were undone whole, and how many kept a change made since."""
        ids = [
            self._of(line, part)["id"]
            for line in self.lines
            for part in ("started", "ended", "amended")
            if self._of(line, part)
        ]
        stays = Assignment.objects.filter(pk__in=ids).select_related("person", "establishment", "function")
        self.stays = {str(one.pk): one for one in stays.select_for_update(of=("self",))}
        self._empty_started()
        self._realign()
        self._resume_ended()
        self._people()
        for line in self.lines:
            line.state = LineState.KEPT if line.note else LineState.UNDONE
        update_by_id(self.lines, ["state", "note"])
        return Counter(str(one.state) for one in self.lines)

    @staticmethod
    def _of(line: Line, part: str) -> Any:
        return (line.written or {}).get(part)

    def _keep(self, line: Line, what: str) -> None:
        line.note = f"{line.note} {_SINCE.format(what=what)}".strip()

    def _empty_started(self) -> None:
        endings = []
        for line in self.lines:
            if not (wrote := self._of(line, "started")):
                continue
            stay = self.stays[wrote["id"]]
            as_written = stay.starts_at == moment_of(wrote["starts_at"]) and stay.ends_at == moment_of(
                wrote["ends_at"]
            )
            if stay.state in OPEN_STATES and as_written:
                endings.append(Ending(stay, stay.starts_at, EndReason.MISTAKE))
            else:
                self._keep(line, "l'affectation créée")
        end_assignments(actor=self.actor, endings=endings)

    def _realign(self) -> None:
        amendments: dict[Assignment, dict[str, Any]] = {}
        for line in self.lines:
            if not (wrote := self._of(line, "amended")):
                continue
            stay, back = self.stays[wrote["id"]], {}
            for field, after in wrote["after"].items():
                if stay.state in OPEN_STATES and getattr(stay, field) == stay_value(field, after):
                    back[field] = stay_value(field, wrote["before"][field])
                else:
                    self._keep(line, "l'affectation modifiée")
                    break
            if len(back) == len(wrote["after"]):
                amendments[stay] = back
        amend_assignments(actor=self.actor, amendments=amendments)

    def _resume_ended(self) -> None:
        """The end stays in the history; the stay goes on in a row of its own, from the very moment of that end."""
        rows = []
        for line in self.lines:
            if not (wrote := self._of(line, "ended")):
                continue
            stay = self.stays[wrote["id"]]
            was_planned = wrote["state"] == AssignmentState.PLANNED
            expected = AssignmentState.CANCELLED if was_planned else AssignmentState.ENDED
            ends_at = moment_of(wrote["ends_at"])
            if (
                stay.state != expected
                or (not was_planned and stay.ends_at != moment_of(wrote["at"]))
                or self._is_back(stay)
            ):
                self._keep(line, "l'affectation terminée")
            elif ends_at is None or ends_at > self.moment:
                rows.append(self._resumed(stay, was_planned, ends_at))
        start_assignments(actor=self.actor, rows=rows)

    def _is_back(self, stay: Assignment) -> bool:
        rows = Assignment.objects.filter(
            person_id=stay.person_id, establishment_id=stay.establishment_id, function_id=stay.function_id
        )
        return rows.filter(state__in=OPEN_STATES).exists()

    def _resumed(self, stay: Assignment, was_planned: bool, ends_at: Any) -> Assignment:
        same = (
            "person",
            "establishment",
            "unit_id",
            "function",
            "kind",
            "contract",
            "agency",
            "replaced_person_id",
            "source",
        )
        starts_at = stay.starts_at if was_planned or stay.ends_at is None else stay.ends_at
        return Assignment(
            id=uuid7(), **{name: getattr(stay, name) for name in same}, starts_at=starts_at, ends_at=ends_at
        )

    def _people(self) -> None:
        ids = [one.person_id for one in self.lines if one.person_id and self._of(one, "traits")]
        people = {one.pk: one for one in Person.objects.filter(pk__in=ids)}
        changes: dict[UUID, dict[str, Any]] = {}
        identifiers: list[UUID] = []
        for line in self.lines:
            identifiers += self._of(line, "identifiers") or []
            for field, (before, after) in (self._of(line, "traits") or {}).items():
                known = getattr(PersonTraits.of(people[line.person_id]), field)  # type: ignore[index]
                if (list(known) if field == "first_names" else known) != after:
                    self._keep(line, "l'identité ou les coordonnées")
                    continue
                value = tuple(before) if field == "first_names" else before
                changes.setdefault(line.person_id, {})[field] = value  # type: ignore[arg-type]
        held = change_people(actor=self.actor, changes=changes)
        for line in self.lines:
            if line.person_id in held and self._of(line, "traits"):
                self._keep(line, "l'identité, vérifiée")
        release_identifiers(actor=self.actor, identifier_ids=identifiers)
