"""The same function at the same site at the same time, on both records: one stay typed twice, of which one goes on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from identities.assignments.models import Assignment
from identities.assignments.queries import overlap_sentence
from identities.assignments.states import AssignmentState

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Overlap:
    """Stays of two records that PostgreSQL would refuse on one. `key` names the place in a form."""

    site: str
    stays: Mapping[UUID, tuple[Assignment, ...]]  # by person

    @property
    def key(self) -> str:
        one = next(iter(self.stays.values()))[0]
        return f"{one.establishment_id}_{one.function_id}"

    @property
    def default(self) -> UUID:
        """Whose stays last longest."""
        return max(self.stays, key=lambda one: max(_end(stay) for stay in self.stays[one]))

    def words_of(self, person_id: UUID) -> str:
        """« Aide-soignant, du 03/11/2026 à 07:00 sans fin (en cours) » of that record."""
        return " ; ".join(overlap_sentence(one) for one in self.stays[person_id])

    def given_up(self, chosen: UUID | None) -> tuple[Assignment, ...]:
        """The stays of the record that was not chosen; without a choice, those that end first."""
        kept = chosen if chosen in self.stays else self.default
        return next(rows for person_id, rows in self.stays.items() if person_id != kept)


def overlaps_between(first_id: UUID, second_id: UUID) -> list[Overlap]:
    """Every place where both records stand in the same function at the same time, by site."""
    rows = (
        Assignment.objects.filter(person_id__in=(first_id, second_id))
        .exclude(state=AssignmentState.CANCELLED)
        .select_related("establishment", "function")
        .order_by("establishment__name", "starts_at", "pk")
    )
    places: dict[tuple[UUID, str], list[Assignment]] = defaultdict(list)
    for one in rows:
        places[one.establishment_id, one.function_id].append(one)
    return list(_overlaps(places.values(), first_id, second_id))


def _overlaps(places: Iterable[list[Assignment]], first_id: UUID, second_id: UUID) -> Iterator[Overlap]:
    for rows in places:
        mine = [one for one in rows if one.person_id == first_id]
        theirs = [one for one in rows if one.person_id == second_id]
        met = {
            first_id: tuple(one for one in mine if any(_meet(one, other) for other in theirs)),
            second_id: tuple(one for one in theirs if any(_meet(one, other) for other in mine)),
        }
        if met[first_id]:
            yield Overlap(rows[0].establishment.name, met)


def _meet(one: Assignment, other: Assignment) -> bool:
    return (
        one.starts_at < _end(other)
        and other.starts_at < _end(one)
        and one.starts_at != one.ends_at
        and other.starts_at != other.ends_at
    )


def _end(one: Assignment) -> datetime:
    return one.ends_at or _NEVER
