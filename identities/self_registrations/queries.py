"""Reads of self-registrations: the list and its figures, one path, what waits for a confirmation."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from identities.assignments.models import Assignment
from identities.people.models import Person
from identities.registrations.models import BlockKind, RegistrationRequest, RequestBlock, Route
from identities.registrations.queries import people_to_register
from identities.registrations.states import BlockState, RequestState
from identities.self_registrations.models import Contact, ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.rules import is_reminded
from identities.self_registrations.states import BEFORE_ENROLMENT, OPEN_STATES, PathState
from portal.foundation.clock import end_of_day, now, start_of_day
from portal.foundation.names import search_key

MOST_SHOWN = 500  # people to invite, on one page
LATE_LINK = "lien_echu"  # a filter besides the states: the last link no longer opens


@dataclass(frozen=True)
class Paths:
    """What the list is asked: a state or `LATE_LINK`, a site, words of a name."""

    state: str = ""
    establishment_id: UUID | None = None
    text: str = ""


def _living_link(**kept: Any) -> QuerySet[PersonalLink]:
    rows = PersonalLink.objects.filter(group_id=OuterRef("group_id"), registration_id=OuterRef("pk"))
    return rows.filter(revoked_at=None, **kept)


def _matching(asked: Paths) -> QuerySet[SelfRegistration]:
    rows = SelfRegistration.objects.all()
    if asked.establishment_id:
        rows = rows.filter(establishment_id=asked.establishment_id)
    for word in search_key(asked.text).split():
        rows = rows.filter(person__name_key__contains=word)
    return rows


def paths_shown(asked: Paths) -> QuerySet[SelfRegistration]:
    """Those of the list, with `link_until`: first to be confirmed by days left, then open ones, the latest ended last."""
    rows = _matching(asked).select_related("person", "establishment")
    rows = rows.annotate(link_until=Subquery(_living_link().values("expires_at")[:1]))
    if asked.state == LATE_LINK:
        rows = rows.filter(state__in=BEFORE_ENROLMENT).filter(Q(link_until=None) | Q(link_until__lte=now()))
    elif asked.state:
        rows = rows.filter(state=asked.state)
    rank = Case(
        When(state=PathState.DECLARED, then=Value(0)),
        When(state__in=OPEN_STATES, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.order_by(rank, F("confirm_by").asc(nulls_last=True), "-invited_at", "pk")


def counts_by_state(asked: Paths) -> dict[str, int]:
    """State → how many, of the same site and words; one statement."""
    rows = _matching(asked).values_list("state").annotate(Count("pk")).order_by()
    return {str(state): 0 for state in PathState} | dict(rows)


def path_seen(registration_id: UUID) -> SelfRegistration | None:
    """One path with its person; None when the current door does not see it."""
    related = ("person", "establishment", "request", "confirming_request")
    return SelfRegistration.objects.select_related(*related).filter(pk=registration_id).first()


def living_link(path: SelfRegistration) -> PersonalLink | None:
    """The only link that is not replaced or cancelled, whether or not it still opens."""
    return path.links.filter(revoked_at=None).first()


def links_of(path: SelfRegistration) -> QuerySet[PersonalLink]:
    """Every link, the latest first."""
    return path.links.order_by("-created_at", "-pk")


def code_of(path: SelfRegistration, contact: Contact) -> ContactCode | None:
    """The last code given for that contact."""
    return path.codes.filter(contact=contact).first()


def link_by_token(token_hash: str) -> PersonalLink | None:
    """The link that bears that token, in the group that is open; with its path and person."""
    return _opened_by(token_hash=token_hash) if token_hash else None


def link_by_device(device_hash: str) -> PersonalLink | None:
    """The link that was opened on that device."""
    return _opened_by(device_hash=device_hash) if device_hash else None


def _opened_by(**kept: str) -> PersonalLink | None:
    related = ("registration__person", "registration__establishment", "registration__request")
    return PersonalLink.objects.select_related(*related).filter(**kept).first()


def reminders(day: date) -> list[tuple[UUID, int, int]]:
    """(site, days left, how many) of those whose reminder falls on that day, the shortest delay first."""
    rows = SelfRegistration.objects.filter(
        state=PathState.DECLARED, confirm_by__gte=day, confirm_by__lte=day + timedelta(days=15)
    )
    counted = rows.values_list("establishment_id", "confirm_by").annotate(Count("pk")).order_by("confirm_by")
    told = [(site, (until - day).days, count) for site, until, count in counted]
    return [one for one in told if is_reminded(one[1])]


def lapsed(day: date) -> QuerySet[SelfRegistration]:
    """Declared, past their deadline, and whose confirmation is not on its way to API PSI at this moment."""
    on_its_way = Q(
        confirming_request__state__in=[RequestState.QUEUED, RequestState.SENT, RequestState.UNKNOWN]
    )
    rows = SelfRegistration.objects.filter(state=PathState.DECLARED, confirm_by__lt=day)
    return rows.exclude(on_its_way)


def confirmed_by_psi() -> QuerySet[SelfRegistration]:
    """Declared, and whose request to API PSI is done, or its employment when another part of it is not."""
    rows = SelfRegistration.objects.filter(state=PathState.DECLARED)
    employed = RequestBlock.objects.filter(
        group_id=OuterRef("group_id"),
        request_id=OuterRef("confirming_request_id"),
        kind=BlockKind.EMPLOYMENT,
        state=BlockState.DONE,
    )
    partly = Q(confirming_request__state=RequestState.PARTLY_DONE) & Q(Exists(employed))
    return rows.filter(Q(confirming_request__state=RequestState.DONE) | partly)


def taken_back(person_ids: Iterable[UUID] | None = None) -> QuerySet[SelfRegistration]:
    """Before the enrolment, and whose request was withdrawn: by hand, or because the person left."""
    rows = SelfRegistration.objects.filter(state__in=BEFORE_ENROLMENT, request__state=RequestState.WITHDRAWN)
    return rows if person_ids is None else rows.filter(person_id__in=list(person_ids))


def groups_with_open_paths() -> list[UUID]:
    """Groups with something for the night to look at, asked at the clock's door."""
    rows = SelfRegistration.objects.filter(state__in=OPEN_STATES)
    return sorted(rows.values_list("group_id", flat=True).distinct().order_by())


def groups_with_confirmations() -> list[UUID]:
    """Groups that wait for the answer to a confirmation, asked at the clock's door."""
    rows = SelfRegistration.objects.filter(state=PathState.DECLARED, confirming_request_id__isnull=False)
    return sorted(rows.values_list("group_id", flat=True).distinct().order_by())


def _under_way() -> QuerySet[SelfRegistration]:
    """Open, and not about to be shut because its request was taken back."""
    rows = SelfRegistration.objects.filter(state__in=OPEN_STATES)
    return rows.exclude(request__state=RequestState.WITHDRAWN)


def people_invited(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them whose self-registration is under way."""
    return set(_under_way().filter(person_id__in=list(person_ids)).values_list("person_id", flat=True))


def _not_under_way(person: str) -> Any:
    """For rows that name a person in that column: no self-registration of theirs is under way."""
    return ~Exists(_under_way().filter(group_id=OuterRef("group_id"), person_id=OuterRef(person)))


def _prepared_at_the_desk() -> QuerySet[RegistrationRequest]:
    """Requests by this route whose person nobody invited yet."""
    rows = RegistrationRequest.objects.filter(
        route=Route.SELF, state__in=[RequestState.DRAFT, RequestState.READY]
    )
    return rows.filter(_not_under_way("person_id"))


def people_to_invite(establishment_id: UUID, limit: int = MOST_SHOWN) -> list[Person]:
    """People of that site still to be registered, or to be invited as the desk prepared it, by name."""
    to_register = people_to_register(establishment_id=establishment_id).filter(_not_under_way("pk"))
    prepared = _prepared_at_the_desk().filter(establishment_id=establishment_id)
    found = Person.objects.filter(Q(pk__in=to_register.values("pk")) | Q(pk__in=prepared.values("person_id")))
    return list(found.order_by("name_key", "pk")[:limit])


def to_invite_by_site() -> dict[UUID, int]:
    """Site → how many people may be invited there: two statements."""
    stays = people_to_register().filter(_not_under_way("pk")).values("stay_id")  # type: ignore[misc]  # annotated there
    counted = Counter(
        dict(
            Assignment.objects.filter(pk__in=stays)
            .order_by()
            .values_list("establishment_id")
            .annotate(Count("pk"))
        )
    )
    counted.update(
        dict(_prepared_at_the_desk().order_by().values_list("establishment_id").annotate(Count("pk")))
    )
    return dict(counted)


def people_by_id(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Those that the current door sees."""
    return Person.objects.in_bulk(list(person_ids))


@dataclass(frozen=True)
class Gauge:
    """The share of new professionals registered by themselves, of the call for projects (A9): never an « exigence ».

    `registered`: confirmed by the establishment. `waiting`: declared, not confirmed yet. `new`: everybody to register.
    """

    registered: int
    waiting: int
    new: int
    threshold: int = 75

    @property
    def percent(self) -> int:
        """Rounded down, so that 75 is never told before it is reached; 0 when nobody is to be registered."""
        return self.registered * 100 // self.new if self.new else 0

    @property
    def is_reached(self) -> bool:
        return bool(self.new) and self.registered * 100 >= self.threshold * self.new

    @property
    def missing(self) -> int:
        """How many more confirmed self-registrations reach the threshold, the others staying as they are."""
        return max(0, -(-self.threshold * self.new // 100) - self.registered)


def gauge(first: date, last: date, establishment_id: UUID | None = None) -> Gauge:
    """People whose registration was begun between those days (whatever the route, withdrawn aside), and by themselves.

    A9 of the call for projects « HospiConnect » (derived from its threshold of 75 %; no formula is published): new
    professionals in scope registered by self-registration / new professionals in scope to register.
    """
    return next((one for _, one in _gauges(first, last, establishment_id, ())), Gauge(0, 0, 0))


def gauge_by_site(first: date, last: date) -> dict[UUID, Gauge]:
    """The same for each establishment that the current door sees, by its id; those with nobody are not there."""
    return dict(_gauges(first, last, None, ("establishment_id",)))


def _gauges(
    first: date, last: date, establishment_id: UUID | None, by: tuple[str, ...]
) -> list[tuple[Any, Gauge]]:
    started = RegistrationRequest.objects.filter(
        created_at__gte=start_of_day(first), created_at__lt=end_of_day(last), end_reason=""
    ).exclude(state=RequestState.WITHDRAWN)
    if establishment_id:
        started = started.filter(establishment_id=establishment_id)
    mine = SelfRegistration.objects.filter(group_id=OuterRef("group_id"), person_id=OuterRef("person_id"))
    started = started.annotate(
        by_themself=Exists(mine.filter(state=PathState.CONFIRMED)),
        declared=Exists(mine.filter(state=PathState.DECLARED)),
    )
    rows = started.order_by().values(*by) if by else started.order_by().annotate(_all=Value(1)).values("_all")
    counted = rows.annotate(
        registered=Count("person_id", distinct=True, filter=Q(by_themself=True)),
        waiting=Count("person_id", distinct=True, filter=Q(declared=True)),
        new=Count("person_id", distinct=True),
    )
    return [
        (row.get("establishment_id"), Gauge(row["registered"], row["waiting"], row["new"])) for row in counted
    ]
