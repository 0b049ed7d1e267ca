"""The figures of a month: requests by outcome, lead times, situations closed; each counted by hand here."""

from datetime import date, datetime, timedelta

import pytest

from identities.registrations.figures import (
    ecps_activated,
    numbers_obtained,
    registrations_prepared,
    requests_by_outcome,
    time_to_ecps,
    time_to_number,
)
from identities.registrations.models import RegistrationRequest
from identities.situations.figures import situations_closed
from portal.foundation.clock import PARIS
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory
from tests.factories.situations import SituationFactory

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 20)


def paris(day: int, hour: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


def request_of(establishment, **values):
    """Done and numbered unless told otherwise, prepared on the 3rd at 8."""
    created_at = values.pop("created_at", paris(3, 8))
    row = RegistrationRequest.objects.create(
        person=PersonFactory(), establishment=establishment, function_id="R85-313", created_by_name="Camille Fictif",
        **{"route": "psi", "state": "done", "payload": {}} | values,
    )  # fmt: skip
    RegistrationRequest.objects.filter(pk=row.pk).update(created_at=created_at)
    return row


def numbered(establishment, sent: datetime, settled: datetime, on: date | None = None, **values):
    return request_of(
        establishment, sent_at=sent, settled_at=settled, numbered_on=on or settled.date(), **values
    )


class TestRequests:
    def test_are_counted_by_site_route_and_state(self, group, door):
        request_of(group.first)
        request_of(group.first, state="correction")
        request_of(group.second, route="portal", state="ready", payload=None)
        assert requests_by_outcome(MONTH) == {
            (group.first.pk, "psi", "done"): 1,
            (group.first.pk, "psi", "correction"): 1,
            (group.second.pk, "portal", "ready"): 1,
        }

    def test_of_another_month_and_ends_of_activity_are_left_out(self, group, door):
        request_of(group.first, created_at=paris(31, 23, month=10))
        request_of(group.first, created_at=paris(1, 0, month=12))
        request_of(group.first, end_reason="AUT")
        kept = request_of(group.first, created_at=paris(1, 0))
        assert list(registrations_prepared(MONTH)) == [kept]


class TestTimeToTheNumber:
    def test_is_measured_from_the_sending(self, group, door):
        for hours in (1, 2, 30):
            numbered(group.first, paris(3, 9), paris(3, 9) + timedelta(hours=hours))
        found = time_to_number(MONTH)
        assert (found[None].count, found[None].median, found[None].in_time, found[None].share) == (
            3,
            2.0,
            2,
            67,
        )
        assert found[None].p90 == pytest.approx(24.4)
        assert found[group.first.pk] == found[None]
        assert group.second.pk not in found

    def test_of_a_number_typed_back_later_ends_with_its_day(self, group, door):
        numbered(group.first, paris(3, 9), paris(10, 9), on=date(2026, 11, 4), route="portal")
        assert time_to_number(MONTH)[None].median == 39.0

    def test_is_of_the_month_of_the_number(self, group, door):
        numbered(group.first, paris(31, 9, month=10), paris(1, 9))
        numbered(group.first, paris(30, 9), paris(1, 9, month=12))
        assert time_to_number(MONTH)[None].count == numbers_obtained(MONTH).count() == 1

    def test_of_nothing_says_nothing(self, group, door):
        assert time_to_number(MONTH) == {}


def test_time_to_the_ecps_counts_whole_days_from_the_number(group, door):
    for days in (1, 2, 5):
        numbered(group.second, paris(3, 9), paris(3, 10), ecps_on=date(2026, 11, 3 + days))
    found = time_to_ecps(MONTH)[group.second.pk]
    assert (found.count, found.median, found.in_time) == (3, 48, 2)
    assert ecps_activated(MONTH).count() == 3


def test_situations_closed_are_those_of_the_month(group, door):
    stay = {"assignment__establishment": group.first}
    SituationFactory(closed=True, ended_on=date(2026, 11, 2), closed_on=date(2026, 11, 5), **stay)
    SituationFactory(
        closed=True, ended_on=date(2026, 11, 2), closed_on=date(2026, 11, 3), verified_on=date(2026, 11, 9), **stay
    )  # fmt: skip
    SituationFactory(closed=True, closed_on=date(2026, 12, 1), **stay)
    SituationFactory(assignment=AssignmentFactory(establishment=group.first, ended=True))
    found = situations_closed(MONTH)[group.first.pk]
    assert (found.count, found.median, found.verified) == (2, 2.0, 1)
    assert situations_closed(MONTH)[None] == found


def test_another_site_sees_its_own_figures_only(group):
    with tenant(group.id):
        numbered(group.first, paris(3, 9), paris(3, 10))
    with tenant(group.id, [group.second.pk]):
        assert time_to_number(MONTH) == {}
        assert requests_by_outcome(MONTH) == {}
