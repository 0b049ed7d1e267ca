"""Lines of an import in French words, for the screens."""

from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from identities.assignments.models import AssignmentKind, ContractKind
from identities.assignments.rules import in_words
from identities.hr_imports.models import Line, Outcome, Run
from identities.hr_imports.rules import move_begins
from identities.hr_imports.site_writes import moment_of
from identities.hr_imports.states import RunState
from identities.people.sentences import trait_label, trait_words
from portal.foundation.clock import now

STATUS = {
    RunState.RECEIVED: "info", RunState.CHECKING: "info", RunState.CHECKED: "warn", RunState.APPLYING: "info",
    RunState.APPLIED: "ok", RunState.UNDOING: "info", RunState.UNDONE: "neutral", RunState.ABANDONED: "neutral",
}  # fmt: skip
COUNT_WORDS = {
    Outcome.CREATED: "Nouvelles personnes",
    Outcome.JOINED: "Nouvelles affectations",
    Outcome.CHANGED: "Modifications",
    Outcome.MOVED: "Mutations",
    Outcome.ENDED: "Départs",
    Outcome.DOUBLE: "Doubles probables",
    Outcome.REFUSED: "Lignes refusées",
    Outcome.UNCHANGED: "Sans changement",
}
_STAY_WORDS = {
    "starts_at": "début", "ends_at": "fin", "contract": "contrat", "kind": "nature", "agency": "agence",
    "source": "origine", "matricule": "matricule", "rpps": "RPPS",
}  # fmt: skip


@dataclass(frozen=True)
class ShownLine:
    """One line: what it does, in sentences."""

    number: str
    name: str
    site: str
    sentences: list[str]
    state: str
    note: str
    person_id: Any


def shown_line(line: Line) -> ShownLine:
    """`sentences`: one per change or per refusal."""
    said = [f"{one['column']} : {one['message']}" for one in line.problems] or [
        _change(one) for one in line.changes
    ]
    if line.outcome == Outcome.MOVED and line.values and line.assignment:
        said.insert(0, _move(line, line.assignment))
    elif line.outcome in (Outcome.CREATED, Outcome.JOINED, Outcome.MOVED) and line.values:
        begins, ends = (moment_of(line.values[name]) for name in ("starts_at", "ends_at"))
        until = f"jusqu'au {in_words(ends)}" if ends else "sans terme"
        said.insert(0, f"à partir du {begins:%d/%m/%Y}, {until}" if begins else until)
    if line.outcome == Outcome.ENDED:
        said.insert(0, "contrat terminé dans le fichier" if line.number else "absente du fichier")
    site = line.establishment.name if line.establishment else ""
    person_id = None if line.is_new and line.state != "applied" else line.person_id
    return ShownLine(
        str(line.number or ""), line.name, site, said, line.get_state_display(), line.note, person_id
    )


def _move(line: Line, stay: Any) -> str:
    """« quitte EHPAD Beau Soleil (Aide-soignant) le 23/11/2026, pour ce site »; `stay` is the one left."""
    values = line.values or {}
    begins = move_begins(
        line.run, hired_at=moment_of(values["starts_at"]), stay_starts_at=stay.starts_at, moment=now()
    )
    ends, on = moment_of(values["ends_at"]), f"le {localtime(begins):%d/%m/%Y}"
    until = f", jusqu'au {in_words(ends)}" if ends else ""
    if stay.establishment_id == line.establishment_id:
        return f"change de fonction {on} (était {stay.function.label}){until}"
    return f"quitte {stay.establishment.name} ({stay.function.label}) {on}, pour ce site{until}"


def _change(change: dict[str, Any]) -> str:
    """« mobile : non renseigné → +33612345678 »."""
    field, before, after = change["field"], change["before"], change["after"]
    if field not in _STAY_WORDS:
        return f"{trait_label(field)} : {trait_words(field, before)} → {trait_words(field, after)}"
    if field == "source":
        return "saisie dans le portail, reprise par le contrat RH"
    return f"{_STAY_WORDS[field]} : {_stay_words(field, before)} → {_stay_words(field, after)}"


def _stay_words(field: str, value: Any) -> str:
    if field in ("starts_at", "ends_at"):
        moment = moment_of(value)
        return in_words(moment) if moment else "sans terme"
    labels = dict(ContractKind.choices) | dict(AssignmentKind.choices)
    return str(labels.get(value, value) or "aucun")


def figures(run: Run) -> list[tuple[str, str, int]]:
    """(outcome, label, count), in the order of the page; all of them, so that a zero is read too."""
    return [(str(outcome), label, run.counts.get(outcome, 0)) for outcome, label in COUNT_WORDS.items()]
