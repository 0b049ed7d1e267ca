"""Reads of requests: who is to be registered, one request, where a batch is, what the RNIPP said."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from identities.assignments.models import Assignment
from identities.assignments.rules import OPEN_STATES as OPEN_STAYS
from identities.assignments.states import AssignmentState
from identities.national_directory.authorities import doors_of_functions
from identities.national_directory.models import RegistrationDoor
from identities.people.models import IdentifierKind, Person, PersonIdentifier
from identities.psi.answers import CivilStatus, Death
from identities.registrations.completeness import MissingField, missing_traits
from identities.registrations.models import RegistrationRequest, RnippDeath, RnippEcho
from identities.registrations.routes import FunctionRoutes, agency_staff, registered_here, routes_of_functions
from identities.registrations.states import OPEN_STATES, RequestState
from portal.foundation.names import search_key
from portal.foundation.secrets import decrypt

_STAY_SHOWN = ("person_id", "establishment__name", "function__label")


@dataclass(frozen=True)
class ToRegister:
    """Somebody to register: the stay that asks for it, by which routes, and what their record lacks for the proposed one."""

    person: Person
    assignment: Assignment
    routes: FunctionRoutes
    missing: tuple[MissingField, ...]


@dataclass(frozen=True)
class BatchProgress:
    """How many requests sent together are in each state; `waiting`: those without an answer yet."""

    total: int
    waiting: int
    counts: dict[str, int]

    @property
    def is_over(self) -> bool:
        return self.waiting == 0


def stays_to_register(doors: Mapping[str, str]) -> QuerySet[Assignment]:
    """Open stays of functions that the employer registers, agency staff as the group chose: one statement to make."""
    ours = [code for code, door in doors.items() if door == RegistrationDoor.EMPLOYER]
    return Assignment.objects.filter(
        registered_here(agency_staff()), state__in=OPEN_STAYS, function_id__in=ours
    )


def stays_of_others(doors: Mapping[str, str]) -> QuerySet[Assignment]:
    """Open stays of functions that an ordre or an ARS registers: whoever has one is theirs, whatever else they do here."""
    theirs = [code for code, door in doors.items() if door != RegistrationDoor.EMPLOYER]
    return Assignment.objects.filter(state__in=OPEN_STAYS, function_id__in=theirs)


def registered_by_others(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people whom an ordre or an ARS registers, for a stay that the door sees."""
    theirs = stays_of_others(doors_of_functions()).filter(person_id__in=list(person_ids))
    return set(theirs.values_list("person_id", flat=True))


def people_to_register(
    *, establishment_id: UUID | None = None, function_code: str = "", text: str = ""
) -> QuerySet[Person]:
    """People present or arriving without a national number nor an open request, by name; `stay_id`: what asks for it."""
    doors = doors_of_functions()
    stays = stays_to_register(doors).filter(group_id=OuterRef("group_id"), person_id=OuterRef("pk"))
    if establishment_id:
        stays = stays.filter(establishment_id=establishment_id)
    if function_code:
        stays = stays.filter(function_id=function_code)
    present_first = Case(When(state=AssignmentState.RUNNING, then=0), default=1)
    numbers = PersonIdentifier.objects.filter(
        group_id=OuterRef("group_id"),
        person_id=OuterRef("pk"),
        kind__in=[IdentifierKind.RPPS, IdentifierKind.PSI],
        valid_to=None,
    )
    open_ones = RegistrationRequest.objects.filter(
        group_id=OuterRef("group_id"), person_id=OuterRef("pk"), state__in=OPEN_STATES
    )
    theirs = stays_of_others(doors).filter(group_id=OuterRef("group_id"), person_id=OuterRef("pk"))
    rows = Person.objects.filter(
        Exists(stays), ~Exists(numbers), ~Exists(open_ones), ~Exists(theirs), merged_into=None
    )
    for word in search_key(text).split():
        rows = rows.filter(name_key__contains=word)
    first = Subquery(stays.order_by(present_first, "starts_at", "pk").values("pk")[:1])
    return rows.annotate(stay_id=first).order_by("name_key", "pk")


def lines_to_register(people: Iterable[Person]) -> list[ToRegister]:
    """A page of `people_to_register` with the stay, the routes and what is missing: three statements."""
    shown = list(people)
    whole = Assignment.objects.select_related("establishment", "function").only(*_STAY_SHOWN)
    stays = whole.in_bulk([one.stay_id for one in shown])  # type: ignore[attr-defined]
    routes = routes_of_functions({one.function_id for one in stays.values()})
    found = []
    for person in shown:
        stay = stays.get(person.stay_id)  # type: ignore[attr-defined]
        if stay is None:
            continue
        ways = routes[stay.function_id]
        lacks = tuple(missing_traits(person, ways.proposed)) if ways.proposed else ()
        found.append(ToRegister(person, stay, ways, lacks))
    return found


def find_request(request_id: UUID) -> RegistrationRequest | None:
    """With its person, establishment, legal entity and function; None when the door does not see it."""
    return _whole().filter(pk=request_id).first()


def find_requests(request_ids: Sequence[UUID]) -> list[RegistrationRequest]:
    """Those that the door sees, as they were prepared."""
    return list(_whole().filter(pk__in=list(request_ids)).order_by("pk"))


def _whole() -> QuerySet[RegistrationRequest]:
    return RegistrationRequest.objects.select_related(
        "person", "establishment__legal_entity", "function", "assignment"
    )


def requests_of_person(person_id: UUID) -> QuerySet[RegistrationRequest]:
    """Those of one person that the door sees, the last one first."""
    rows = RegistrationRequest.objects.filter(person_id=person_id)
    return rows.select_related("establishment", "function").order_by("-created_at", "-pk")


def rpps_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """The RPPS numbers in force: person → 11 digits."""
    held = PersonIdentifier.objects.filter(
        person_id__in=list(people), kind=IdentifierKind.RPPS, valid_to=None
    )
    return dict(held.order_by("created_at").values_list("person_id", "value"))


def batch_progress(batch_id: UUID) -> BatchProgress:
    """Where the requests sent together are: one statement."""
    rows = RegistrationRequest.objects.filter(batch_id=batch_id).order_by().values_list("state")
    counts = dict(rows.annotate(Count("pk")))
    waiting = sum(
        counts.get(one, 0) for one in (RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN)
    )
    return BatchProgress(sum(counts.values()), waiting, counts)


def requests_of_batch(batch_id: UUID) -> QuerySet[RegistrationRequest]:
    """Sent together, by name."""
    return _whole().filter(batch_id=batch_id).order_by("person__name_key", "pk")


def echo_of(request_id: UUID) -> CivilStatus | None:
    """The civil status that the RNIPP gave back for that request, opened; None once it ended. Not to be logged."""
    found = RnippEcho.objects.filter(request_id=request_id).values_list("sealed", flat=True).first()
    if found is None:
        return None
    told = json.loads(decrypt(found))
    return CivilStatus(**{**told, "first_names": tuple(told["first_names"])})


def death_of(request_id: UUID) -> Death | None:
    """The death that the RNIPP told, opened: through `operations.open_death_news` only, which leaves a line."""
    found = RnippDeath.objects.filter(request_id=request_id).values_list("sealed", flat=True).first()
    return Death(**json.loads(decrypt(found))) if found else None


def counts_by_state(establishment_id: UUID | None = None) -> dict[str, int]:
    """How many requests of the door are in each state."""
    rows = RegistrationRequest.objects.filter(
        Q(establishment_id=establishment_id) if establishment_id else Q()
    )
    return dict(rows.order_by().values_list(F("state")).annotate(Count("pk")))
