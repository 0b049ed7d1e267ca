"""Reads of identity checks: who is to be seen, how many, and the changes that wait for a second person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from identities.assignments.models import Assignment
from identities.assignments.queries import Todo
from identities.assignments.rules import OPEN_STATES
from identities.assignments.states import AssignmentState
from identities.identity_checks.models import DEFAULT_MONTHS, TraitChange, Validity
from identities.identity_checks.standings import DUE, TO_SEE, Standing, rank_of_standing, with_standing
from identities.identity_checks.states import ChangeState
from identities.people.models import Person
from portal.foundation.clock import now

NAMED = 3


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


def due_by_site() -> dict[UUID, int]:
    """How many people present at each site that the door sees have a check that is due: one statement."""
    due = with_standing(Person.objects.filter(pk=OuterRef("person_id"))).filter(standing__in=DUE)
    rows = Assignment.objects.filter(Exists(due), state=AssignmentState.RUNNING)
    return dict(rows.values_list("establishment_id").annotate(Count("person_id", distinct=True)).order_by())


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


# Those of `people_to_check(ToCheck(DUE, site))` who are present, for a page opened all day: written by hand, since the
# standing of lists reads the checks of each person several times and takes long to compile.
_DUE_AND_PRESENT = """
SELECT p.birth_name, p.usage_name, p.first_names, count(*) OVER ()
FROM (SELECT DISTINCT a.group_id, a.person_id FROM assignments_assignment a
  WHERE a.establishment_id = %s AND a.state = 'running') present
JOIN people_person p ON p.group_id = present.group_id AND p.id = present.person_id
LEFT JOIN LATERAL (SELECT c.checked_at FROM people_identitycheck c
  WHERE c.group_id = p.group_id AND c.person_id = p.id AND c.level <> 'low' ORDER BY c.checked_at DESC LIMIT 1) seen ON true
WHERE seen.checked_at IS NULL OR p.identity_changed_at > seen.checked_at OR seen.checked_at
  + make_interval(months => coalesce((SELECT months FROM identity_checks_validity LIMIT 1), %s)) <= %s
ORDER BY seen.checked_at IS NOT NULL, p.name_key, p.id LIMIT %s
"""


def todo_of_checks(establishment_id: UUID) -> Iterator[Todo]:
    """The line of a site's home page while somebody present is to be seen: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_AND_PRESENT, [establishment_id, DEFAULT_MONTHS, now(), NAMED])
        rows = cursor.fetchall()
    if rows:
        count = rows[0][3]
        who = "d'une personne présente" if count == 1 else f"de {count} personnes présentes"
        people = [
            Person(birth_name=birth, usage_name=usage, first_names=first) for birth, usage, first, _ in rows
        ]
        said = f"L'identité {who} est à contrôler."
        yield Todo("warn", said, _named(people, count), "identity_checks:session", "Les voir")


def todo_of_changes(actor_id: UUID) -> int:
    """How many changes wait for somebody else than who asked: one statement."""
    return TraitChange.objects.filter(state=ChangeState.WAITING).exclude(asked_by=actor_id).count()


def _named(people: list[Person], count: int) -> str:
    rest = count - len(people)
    said = ", ".join(one.display_name for one in people)
    return said + (f" et {rest} autre{'s' * (rest > 1)}" if rest else "")


def _stays(asked: ToCheck) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(group_id=OuterRef("group_id"), person_id=OuterRef("pk"))
    if asked.establishment_id is not None:
        rows = rows.filter(establishment_id=asked.establishment_id)
    return rows.filter(function_id=asked.function_code) if asked.function_code else rows


def _narrowed(asked: ToCheck) -> QuerySet[Any]:
    return with_standing(Person.objects.filter(Exists(_stays(asked).filter(state__in=OPEN_STATES))))
