"""What the arrival pages read: the choices of a site, the doubles of somebody typed, what a stay would overlap."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from identities.assignments.models import Assignment
from identities.assignments.queries import functions_offered, overlaps, people_at, submitted_assignment
from identities.people.queries import Candidate, probable_doubles
from portal.shell.arrivals.arrival import Arrival
from portal.shell.arrivals.forms import ArrivalForm
from portal.shell.arrivals.periods import Question
from tenants.groups.queries import units_of

_SAID = ("person__birth_name", "person__usage_name", "person__first_names", "function__label")
COMMON, OTHERS = "Les plus courantes", "Toutes les autres"


def function_choices() -> list[tuple[str, Any]]:
    """National functions, usual ones first, grouped for a list."""
    grouped = groupby(functions_offered(), key=lambda one: one.is_common)
    groups = [
        (COMMON if common else OTHERS, [(one.code, one.label) for one in offers])
        for common, offers in grouped
    ]
    return [("", "Choisissez…"), *groups]


def unit_choices(establishment_id: UUID) -> list[tuple[str, str]]:
    """The services of a site, and none."""
    return [("", "—"), *((str(unit.pk), unit.name) for unit in units_of(establishment_id))]


def present_choices(establishment_id: UUID) -> list[tuple[str, str]]:
    """Who may be replaced: the people present at the site, and nobody."""
    present = (
        people_at(establishment_id).select_related(None).select_related("person", "function").only(*_SAID)
    )
    rows = {str(row.person_id): f"{row.person.display_name} ({row.function.label})" for row in present}
    return [("", "Personne"), *rows.items()]


def arrival_sent(establishment_id: UUID, submission_key: str) -> Assignment | None:
    """What the same form, sent before, brought in at that site."""
    found = submitted_assignment(submission_key)
    return found if found and found.establishment_id == establishment_id else None


def doubles_of(form: ArrivalForm) -> list[Candidate]:
    """Probable doubles of the new person typed, however incomplete; nobody once somebody known was chosen by the search."""
    return probable_doubles(form.traits()) if form.data.get("person", "new") in ("", "new") else []


def undecided(form: ArrivalForm, doubles: Iterable[Candidate]) -> bool:
    """A probable double is neither chosen nor kept apart with a written reason."""
    if not form.is_new:
        return False
    settled = form.apart_from if form.cleaned_data.get("apart_reason") else frozenset()
    return any(one.person_id not in settled for one in doubles)


def stay_to_extend(establishment_id: UUID, arrival: Arrival) -> Assignment | None:
    """The stay of the known person in the same function and days, which is to be extended rather than doubled."""
    if arrival.person_id is None:
        return None
    stay = arrival.stay
    found = overlaps(
        arrival.person_id, establishment_id, stay.starts_at, stay.ends_at, function_code=stay.function_code
    )
    return next((one.assignment for one in found if one.same_function), None)


def overlap_questions(
    establishment_id: UUID, arrival: Arrival | None, confirmed: Iterable[str]
) -> list[Question]:
    """What the known person already has at this site in those days, to be confirmed; the same function is refused later."""
    if arrival is None or arrival.person_id is None or "overlap" in confirmed:
        return []
    stay = arrival.stay
    found = overlaps(
        arrival.person_id, establishment_id, stay.starts_at, stay.ends_at, function_code=stay.function_code
    )
    if not found or any(one.same_function for one in found):
        return []
    said = " ; ".join(one.sentence for one in found)
    return [
        Question(
            "overlap", f"Cette personne est déjà ici : {said}. Cette arrivée s'ajoute, sans rien remplacer."
        )
    ]
