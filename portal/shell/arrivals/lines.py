"""One pasted line: its cells read as the arrival form reads them, its reasons by cell, its colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.datastructures import MultiValueDict

from identities.assignments.models import ContractKind
from identities.assignments.queries import FunctionOffer
from identities.people.models import DocumentKind, Sex
from identities.people.queries import Candidate
from portal.foundation.names import search_key
from portal.shell.arrivals.arrival import Arrival
from portal.shell.arrivals.fields import this_minute
from portal.shell.arrivals.forms import DIFFERENT, NEW, ArrivalForm
from portal.shell.arrivals.pasted import COLUMNS
from portal.shell.arrivals.periods import EndChoice

SAME_LINE = "line-"
_SEXES = {
    **dict.fromkeys(("f", "feminin", "femme", "mme", "madame", "2"), Sex.FEMALE.value),
    **dict.fromkeys(("m", "masculin", "homme", "h", "mr", "monsieur", "1"), Sex.MALE.value),
}
_DOCUMENTS = {
    **dict.fromkeys(("", "non", "aucune", "sans"), DocumentKind.NONE.value),
    **dict.fromkeys(
        ("cni", "carte d identite", "carte nationale d identite"), DocumentKind.IDENTITY_CARD.value
    ),
    "passeport": DocumentKind.PASSPORT.value,
    **dict.fromkeys(("titre de sejour", "carte de sejour", "sejour"), DocumentKind.RESIDENCE_PERMIT.value),
}
_ENDS = {
    **dict.fromkeys(("ce soir", "soir", "1 jour", "1j"), EndChoice.TONIGHT.value),
    **dict.fromkeys(("demain matin", "matin"), EndChoice.MORNING.value),
    **dict.fromkeys(("3 jours", "3j", "3 j"), EndChoice.THREE_DAYS.value),
    **dict.fromkeys(("7 jours", "7j", "7 j", "1 semaine", "une semaine"), EndChoice.SEVEN_DAYS.value),
    **dict.fromkeys(("fin de mois", "fin du mois"), EndChoice.MONTH_END.value),
}
# Field of the form → cell that shows its error.
_CELLS = {"starts_at": "start", "end_choice": "end", "ends_at": "end", "birth_town": "birth_place"}


@dataclass(frozen=True)
class Cell:
    """One cell of the table: `is_open` while it is an input, `words` what is read when it is not."""

    name: str
    label: str
    value: str
    problem: str
    is_open: bool
    words: str


@dataclass
class PastedLine:
    """`number` is given at the paste and stays; `rank` is where the line stands now, from 0."""

    number: int
    rank: int
    cells: Mapping[str, str]
    double: str = ""
    apart: Sequence[str] = ()
    apart_reason: str = ""
    opened: Sequence[str] = ()
    problems: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    doubles: list[Candidate] = field(default_factory=list)
    twins: list["PastedLine"] = field(default_factory=list)
    form: ArrivalForm | None = None
    function_label: str = ""

    @property
    def is_settled(self) -> bool:
        """No double, in the group or in the paste, or a decision about all of them."""
        known = {str(one.person_id) for one in self.doubles} | {one.reference for one in self.twins}
        if not known or self.double in known:
            return True
        return self.double == DIFFERENT and bool(self.apart_reason.strip()) and known <= set(self.apart)

    @property
    def colour(self) -> str:
        """`danger` to be corrected, `warn` to be looked at, `ok` ready."""
        if self.problems:
            return "danger"
        return "warn" if self.warnings or not self.is_settled else "ok"

    @property
    def is_ready(self) -> bool:
        return not self.problems and self.is_settled

    @property
    def shown(self) -> list["Cell"]:
        """Its cells in the order of the columns, as the table draws them."""
        return [
            Cell(
                name,
                label,
                self.cells[name],
                self.problems.get(name, ""),
                name in self.opened,
                self._words(name),
            )
            for name, label in COLUMNS.items()
        ]

    def _words(self, name: str) -> str:
        value = self.cells[name]
        if name == "function":
            return self.function_label
        return f"{COLUMNS[name].lower()} : {value}" if name in ("start", "end") and value else value

    @property
    def reference(self) -> str:
        """What the decision of a later line says to mean this one."""
        return f"{SAME_LINE}{self.number}"

    @property
    def name(self) -> str:
        return f"{self.cells['birth_name']} {self.cells['first_names']}".strip() or "sans nom"

    def arrival(self) -> Arrival:
        """What to bring in, once ready. Points to the lines of the paste are by rank."""
        found = self.form.arrival if self.form else None
        if found is None:
            raise ValueError(f"Line {self.number} is not ready")
        ranks = {one.reference: one.rank for one in self.twins}
        if self.double in ranks:
            return replace(found, same_as=ranks[self.double], apart_from=frozenset())
        found = found.apart_among(one.person_id for one in self.doubles)
        other_than = frozenset(ranks.values()) if self.double == DIFFERENT else frozenset()
        return replace(found, other_than=other_than, apart_reason=self.apart_reason)


def read_line(
    line: PastedLine, batch_key: str, offered: Mapping[str, FunctionOffer | None], choices: Any
) -> None:
    """Reads the cells into `line.form`, and its reasons into `line.problems` and `line.warnings`.

    `offered`: job title → function, for the whole paste; `choices`: all functions, as the form lists them.
    """
    posted, problems = _posted(line, offered)
    posted["submission_key"] = f"{batch_key}-{line.number}"
    form = ArrivalForm(
        MultiValueDict(
            {name: value if isinstance(value, list) else [value] for name, value in posted.items()}
        ),
        functions=lambda: choices,
        units=lambda: [("", "")],
        present=lambda: [("", "")],
    )
    form.is_valid()
    for name, errors in form.errors.items():
        cell = _CELLS.get(name, name)
        problems.setdefault(cell if cell in COLUMNS else "birth_name", str(errors[0]))
    function = offered.get(line.cells["function"])
    line.function_label = function.label if function else line.cells["function"]
    line.form, line.problems = form, problems
    line.warnings = [one.french.replace("Est-ce bien voulu ?", "Vérifiez.") for one in form.questions()]
    if form.place and form.place.warning:
        line.warnings.append(form.place.warning)


def _posted(
    line: PastedLine, offered: Mapping[str, FunctionOffer | None]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The cells as the form would have been filled, and what no list knows."""
    cells, problems = line.cells, {}
    sex = _SEXES.get(search_key(cells["sex"]), "")
    if cells["sex"] and not sex:
        problems["sex"] = f"« {cells['sex']} » : écrivez F ou M."
    function = offered.get(cells["function"])
    if cells["function"] and function is None:
        problems["function"] = (
            f"« {cells['function']} » n'est pas une fonction connue : choisissez-la dans la liste."
        )
    document = _DOCUMENTS.get(search_key(cells["document"]))
    if document is None:
        problems["document"] = (
            f"« {cells['document']} » : écrivez CNI, passeport ou titre de séjour, ou laissez vide."
        )
    town, place = _town_and_place(cells["birth_place"])
    same_line = line.double.startswith(SAME_LINE)
    posted = {
        **{name: cells[name] for name in ("birth_name", "first_names", "birth_date", "phone", "agency")},
        "person": NEW,
        "sex": sex,
        "birth_place": place,
        "birth_town": town,
        "function": function.code if function else "",
        "starts_at": cells["start"] or f"{this_minute():%d/%m/%Y %H:%M}",
        "contract": ContractKind.TEMP.value,
        "document_kind": document or DocumentKind.NONE.value,
        "seen_by_me": "on",
        "double": "" if same_line else line.double,
        "apart": [one for one in line.apart if not one.startswith(SAME_LINE)],
        "apart_reason": line.apart_reason,
        **_end(cells["end"]),
    }
    return posted, problems


def _town_and_place(text: str) -> tuple[str, str]:
    """« Fès, Maroc » is a town and its country; anything else is one place."""
    town, comma, place = text.rpartition(",")
    return (town.strip(), place.strip()) if comma else ("", text)


def _end(text: str) -> dict[str, str]:
    choice = _ENDS.get(search_key(text))
    if choice or not text:
        return {"end_choice": choice or ""}
    return {"end_choice": EndChoice.DATE.value, "ends_at": text}
