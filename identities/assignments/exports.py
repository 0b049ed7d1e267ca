"""The list of professionals as a spreadsheet: its columns, and what was asked, in French, for the journal."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from identities.assignments.forms import PeopleFilterForm
from identities.assignments.lists import Presence
from identities.assignments.models import Assignment
from portal.foundation.partial_dates import french_birth_date

CHUNK = 1000
HEADER = (
    "Nom de naissance", "Nom d'usage", "Prénoms", "Date de naissance", "Matricule", "RPPS", "Établissement", "FINESS",
    "Service", "Fonction", "Code national", "Contrat", "Nature", "Début", "Fin", "État", "Motif de fin", "Agence",
)  # fmt: skip


def export_rows(rows: QuerySet[Assignment]) -> Iterator[list[Any]]:
    """One line per affectation, read by thousands, identifiers with them."""
    read = rows.select_related("person", "function", "unit", "establishment")
    for one in read.prefetch_related("person__identifiers").iterator(CHUNK):
        person = one.person
        held = {key.kind: key.value for key in person.identifiers.all() if key.valid_to is None}
        yield [
            person.birth_name,
            person.usage_name,
            " ".join(person.first_names),
            french_birth_date(person.birth_date),
            held.get("matricule"),
            held.get("rpps"),
            one.establishment.name,
            one.establishment.finess,
            one.unit.name if one.unit else None,
            one.function.label,
            one.function_id,
            one.get_contract_display(),
            one.get_kind_display(),
            one.starts_at,
            one.ends_at,
            one.get_state_display(),
            one.get_end_reason_display(),
            one.agency,
        ]


def in_french(form: PeopleFilterForm) -> str:
    """« Présents, Fonction : Aide-soignant, Nom : dup »."""
    values = form.understood()
    said = [Presence(values.pop("presence", Presence.PRESENT)).label]
    for name, value in values.items():
        field = form.fields[name]
        said.append(f"{field.label} : {dict(getattr(field, 'choices', ())).get(value, value)}")
    return ", ".join(said)
