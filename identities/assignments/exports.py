"""The list of professionals as a spreadsheet: its columns, and what was asked, in French, for the journal."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from identities.assignments.forms import PeopleFilterForm
from identities.assignments.lists import Presence
from identities.assignments.models import Assignment, AssignmentKind, ContractKind, EndReason
from identities.assignments.states import AssignmentState
from portal.foundation.partial_dates import french_birth_date

CHUNK = 2000
_IDENTIFIERS = ("matricule", "rpps")
_COLUMNS = {
    "Nom de naissance": "person__birth_name",
    "Nom d'usage": "person__usage_name",
    "Prénoms": "person__first_names",
    "Date de naissance": "person__birth_date",
    "Matricule": "person_id",
    "RPPS": "person_id",
    "Établissement": "establishment__name",
    "FINESS": "establishment__finess",
    "Service": "unit__name",
    "Fonction": "function__label",
    "Code national": "function_id",
    "Contrat": "contract",
    "Nature": "kind",
    "Début": "starts_at",
    "Fin": "ends_at",
    "État": "state",
    "Motif de fin": "end_reason",
    "Agence": "agency",
}
HEADER = tuple(_COLUMNS)
_READ = list(dict.fromkeys(_COLUMNS.values()))


def export_rows(rows: QuerySet[Assignment]) -> Iterator[list[Any]]:
    """One line per affectation, as values: two statements whatever the length, no model made."""
    shown = _shown(_identifiers_held(rows))
    turn = [shown.get(title) for title in HEADER]
    places = [_READ.index(column) for column in _COLUMNS.values()]
    for values in rows.values_list(*_READ).iterator(CHUNK):
        line = [values[place] for place in places]
        yield [one(value) if one else value for one, value in zip(turn, line, strict=True)]


def _identifiers_held(rows: QuerySet[Assignment]) -> dict[str, dict[UUID, str]]:
    """Kind → person → value of the identifiers in force."""
    held: dict[str, dict[UUID, str]] = {kind: {} for kind in _IDENTIFIERS}
    found = rows.order_by().filter(
        person__identifiers__kind__in=_IDENTIFIERS, person__identifiers__valid_to__isnull=True
    )
    for person_id, kind, value in found.values_list(
        "person_id", "person__identifiers__kind", "person__identifiers__value"
    ).iterator(CHUNK):
        held[kind][person_id] = value
    return held


def _shown(held: dict[str, dict[UUID, str]]) -> dict[str, Callable[[Any], Any]]:
    """How the columns that are not written as they are kept are."""
    return {
        "Prénoms": " ".join,
        "Date de naissance": french_birth_date,
        "Matricule": held["matricule"].get,
        "RPPS": held["rpps"].get,
        "Contrat": dict(ContractKind.choices).get,
        "Nature": dict(AssignmentKind.choices).get,
        "État": dict(AssignmentState.choices).get,
        "Motif de fin": dict(EndReason.choices).get,
    }


def in_french(form: PeopleFilterForm) -> str:
    """« Présents, Fonction : Aide-soignant, Nom : dup »."""
    values = form.understood()
    said = [Presence(values.pop("presence", Presence.PRESENT)).label]
    for name, value in values.items():
        field = form.fields[name]
        said.append(f"{field.label} : {dict(getattr(field, 'choices', ())).get(value, value)}")
    return ", ".join(said)
