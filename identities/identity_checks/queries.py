"""Reads of identity checks: who is to be seen, how many, and the changes that wait for a second person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from identities.assignments.models import Assignment
from identities.assignments.queries import Todo
from identities.assignments.rules import OPEN_STATES
from identities.assignments.states import AssignmentState
from identities.identity_checks.models import DEFAULT_MONTHS, TraitChange, Validity
from identities.identity_checks.standings import DUE, TO_SEE, Standing, rank_of_standing, with_standing
from identities.identity_checks.states import ChangeState
from identities.people.models import Person

NAMED = 3
_NAMES = ("birth_name", "usage_name", "first_names")


@dataclass(frozen=True)
class ToCheck:
    """What a list shows: people with an open affectation. No `standings`: all of them."""

    standings: tuple[Standing, ...] = DUE
    establishment_id: UUID | None = None
    function_code: str = ""


@dataclass(frozen=True)
class PersonStanding:
    """Where one identity stands. `seen_at`: the latest check above low; `holds_until`: when it is to be done again."""

    standing: Standing
    seen_at: datetime | None
    holds_until: datetime | None


def people_to_check(asked: ToCheck) -> QuerySet[Any]:
    """One row per person, with `standing`, `seen_at`, `holds_until` and `is_present`: those present first, then those who
    come; among them those never seen, and by name."""
    rows = _narrowed(asked).annotate(is_present=Exists(_stays(asked).filter(state=AssignmentState.RUNNING)))
    if asked.standings:
        rows = rows.filter(standing__in=asked.standings)
    return rows.order_by("-is_present", rank_of_standing(), "name_key", "pk")


def counts_by_standing(asked: ToCheck) -> dict[Standing, int]:
    """How many people of that place and function stand where, whatever `standings` says: one statement."""
    rows = _narrowed(asked).order_by().values_list("standing").annotate(Count("pk"))
    found = dict(rows)
    return {one: found.get(one.value, 0) for one in Standing}


def people_to_see(establishment_id: UUID) -> QuerySet[Any]:
    """People present at that site whose check is due or soon will be, in the order in which they are to be seen."""
    return people_to_check(ToCheck(TO_SEE, establishment_id)).filter(is_present=True)


def standing_of(person: Person) -> PersonStanding:
    """Where the identity of one person stands: one statement."""
    rows = with_standing(Person.objects.filter(pk=person.pk))
    standing, seen_at, holds_until = rows.values_list("standing", "seen_at", "holds_until").get()
    return PersonStanding(Standing(standing), seen_at, holds_until)


def stays_of(people: list[Person], establishment_id: UUID | None) -> dict[UUID, list[Assignment]]:
    """The open affectations of those people, at that site or wherever the door sees, by person: one statement."""
    rows = Assignment.objects.filter(person_id__in=[one.pk for one in people], state__in=OPEN_STATES)
    if establishment_id is not None:
        rows = rows.filter(establishment_id=establishment_id)
    found: dict[UUID, list[Assignment]] = {}
    for one in rows.order_by("starts_at", "pk"):
        found.setdefault(one.person_id, []).append(one)
    return found


def months_of_validity() -> int:
    """How long a check holds in this group."""
    found = Validity.objects.first()
    return found.months if found else DEFAULT_MONTHS


def waiting_changes() -> QuerySet[TraitChange]:
    """Those that the door sees, the oldest first, with their people."""
    return (
        TraitChange.objects.filter(state=ChangeState.WAITING)
        .select_related("person")
        .order_by("asked_at", "pk")
    )


def waiting_change_of(person: Person) -> TraitChange | None:
    """The change that waits for this person, if any."""
    return TraitChange.objects.filter(person=person, state=ChangeState.WAITING).first()


def change_of(person_id: UUID, change_id: UUID) -> TraitChange | None:
    """One change of that person with their record; None when the door does not see it."""
    return TraitChange.objects.filter(pk=change_id, person_id=person_id).select_related("person").first()


def todo_of_checks(establishment_id: UUID) -> Iterator[Todo]:
    """The line of a site's home page while somebody present is to be seen: one statement."""
    rows = list(
        people_to_check(ToCheck(DUE, establishment_id))
        .filter(is_present=True)
        .only(*_NAMES, "identity_changed_at")
    )
    if rows:
        who = "d'une personne présente" if len(rows) == 1 else f"de {len(rows)} personnes présentes"
        yield Todo(
            "warn", f"L'identité {who} est à contrôler.", _named(rows), "identity_checks:session", "Les voir"
        )


def todo_of_changes(actor_id: UUID) -> int:
    """How many changes wait for somebody else than who asked: one statement."""
    return TraitChange.objects.filter(state=ChangeState.WAITING).exclude(asked_by=actor_id).count()


def _named(people: list[Person]) -> str:
    rest = len(people) - NAMED
    said = ", ".join(one.display_name for one in people[:NAMED])
    return said + (f" et {rest} autre{'s' * (rest > 1)}" if rest > 0 else "")


def _stays(asked: ToCheck) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(group_id=OuterRef("group_id"), person_id=OuterRef("pk"))
    if asked.establishment_id is not None:
        rows = rows.filter(establishment_id=asked.establishment_id)
    return rows.filter(function_id=asked.function_code) if asked.function_code else rows


def _narrowed(asked: ToCheck) -> QuerySet[Any]:
    return with_standing(Person.objects.filter(Exists(_stays(asked).filter(state__in=OPEN_STATES))))
