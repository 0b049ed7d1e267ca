"""Whose digest is planned: once a person and day, whatever happens; by set, and a bounded number at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier

import pytest
from django.core import mail as sent
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from portal.dispatch import relay as relays
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.dispatch.operations import Letter, post_all
from portal.dispatch.states import MessageState
from portal.foundation.clock import PARIS, now, today
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tenants.notices import planning, tasks
from tenants.notices.models import Bounce, Departure, Digest, MailAddress, Preferences
from tenants.notices.planning import plan_due_digests
from tenants.notices.queries import users_due
from tenants.notices.rules import is_quiet, may_leave_now
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.factories.notices import DepartureFactory, DigestFactory, MailAddressFactory, PreferencesFactory
from tests.fixtures import make_group
from tests.tenants.notices.conftest import MONDAY, deliver_all


def waiting() -> list[Message]:
    with tenant(PLATFORM):
        return list(Message.objects.order_by("number"))


@pytest.mark.django_db
class TestWho:
    def test_somebody_with_a_right_at_their_hour(self, administrator, monday):
        assert plan_due_digests() == 1
        digest = Digest.objects.get()
        assert (digest.user, digest.day) == (administrator, monday.date())
        [message] = waiting()
        assert message.payload == {
            "template": "digest", "to_user_id": str(administrator.pk), "context": {"digest_id": str(digest.pk)}
        }  # fmt: skip

    def test_nobody_before_their_hour_nor_in_quiet_hours(self, administrator, monday, time_machine):
        for hour in (0, 6, 12, 20, 23):
            time_machine.move_to(monday.replace(hour=hour, minute=30))
            assert plan_due_digests() == 0

    @pytest.mark.parametrize(
        "change",
        [
            {"state": MembershipState.ENDED},
            {"state": MembershipState.TO_CONFIRM},
            {"ends_on": MONDAY.date() - timedelta(days=1)},
            {"starts_on": MONDAY.date() + timedelta(days=1)},
        ],
        ids=["ended", "not confirmed", "over", "to come"],
    )
    def test_nobody_without_a_right_in_force(self, administrator, monday, change):
        Membership.objects.update(**change)
        assert plan_due_digests() == 0

    def test_not_a_shut_account(self, administrator, monday):
        User.objects.update(is_active=False)
        assert plan_due_digests() == 0

    def test_not_an_account_whose_mailbox_fails(self, administrator, monday):
        MailAddressFactory(address=administrator.email)
        assert plan_due_digests() == 0

    def test_not_on_weekends_but_for_those_who_asked(self, administrator, manager, monday, time_machine):
        PreferencesFactory(user=manager, on_weekends=True)
        time_machine.move_to(monday - timedelta(days=1))
        assert plan_due_digests() == 1
        assert Digest.objects.get().user == manager

    def test_each_at_their_own_hour(self, administrator, manager, monday, time_machine):
        PreferencesFactory(user=manager, send_at=time(14))
        assert plan_due_digests() == 1
        time_machine.move_to(monday.replace(hour=14, minute=0))
        assert plan_due_digests() == 1
        assert Digest.objects.order_by("pk").last().user == manager

    @pytest.mark.parametrize(
        "moment",
        [datetime(2026, 3, 29, 7, 1, tzinfo=PARIS), datetime(2026, 10, 25, 7, 1, tzinfo=PARIS)],
        ids=["summer begins", "winter begins"],
    )
    def test_on_days_when_the_clocks_change(self, administrator, moment, time_machine):
        PreferencesFactory(user=administrator, on_weekends=True)
        for hours in (-2, -1):
            time_machine.move_to(moment + timedelta(hours=hours))
            assert plan_due_digests() == 0
        time_machine.move_to(moment)
        assert [plan_due_digests(), plan_due_digests()] == [1, 0]

    def test_the_hour_that_comes_twice_counts_once(self, administrator, time_machine):
        watcher = {"send_at": time(2), "quiet_from": time(8), "quiet_until": time(18), "on_weekends": True}
        PreferencesFactory(user=administrator, **watcher)
        for fold in (0, 1):
            time_machine.move_to(datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=fold))
            assert plan_due_digests() == (0 if fold else 1)


HOURS = some.integers(0, 23).map(time)
MINUTES = some.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 30)).map(
    lambda one: one.replace(tzinfo=PARIS, second=0, microsecond=0)
)


@pytest.mark.slow
class TestSameRule(TestCase):
    @given(moment=MINUTES, send_at=HOURS, quiet_from=HOURS, quiet_until=HOURS, on_weekends=some.booleans())
    def test_postgresql_and_the_rule_say_the_same(self, moment, **chosen):
        preferences = Preferences(user=UserFactory(two_factors=False, email=f"{uuid7()}@x.example"), **chosen)
        if is_quiet(preferences, preferences.send_at):
            with pytest.raises(IntegrityError), transaction.atomic():
                preferences.save()
            return
        preferences.save()
        MembershipFactory(group_id=make_group().id, user=preferences.user)
        found = preferences.user_id in users_due(moment, 100)
        assert found == may_leave_now(preferences, moment)


@pytest.mark.django_db
class TestOnce:
    def test_a_second_run_plans_nothing(self, administrator, monday):
        assert [plan_due_digests(), plan_due_digests()] == [1, 0]
        assert len(waiting()) == 1

    def test_the_database_refuses_a_second_one(self, administrator, monday):
        DigestFactory(user=administrator)
        with pytest.raises(IntegrityError), transaction.atomic():
            DigestFactory(user=administrator)

    def test_the_next_day_has_its_own(self, administrator, monday, time_machine):
        plan_due_digests()
        time_machine.move_to(monday + timedelta(days=1))
        assert plan_due_digests() == 1

    def test_a_run_that_dies_before_its_commit_loses_nothing(self, administrator, monday, monkeypatch):
        monkeypatch.setattr(planning, "post_all", lambda letters: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            plan_due_digests()
        assert Digest.objects.count() == 0
        monkeypatch.undo()
        assert plan_due_digests() == 1

    def test_a_mail_delivered_twice_leaves_once(self, group, administrator, monday):
        MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
        plan_due_digests()
        [message] = waiting()
        deliver(PLATFORM, message.pk)
        deliver(PLATFORM, message.pk)
        assert len(sent.outbox) == 1

    def test_a_worker_killed_while_sending_does_not_send_again(
        self, group, administrator, monday, time_machine
    ):
        """The outbox hands what was cut short to a person: nothing is sent blindly a second time."""
        MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
        plan_due_digests()
        [message] = waiting()
        with tenant(PLATFORM):
            killed = {"state": MessageState.IN_FLIGHT, "in_flight_until": now(), "attempts": 1}
            Message.objects.filter(pk=message.pk).update(**killed)
        time_machine.move_to(monday + timedelta(minutes=5))
        relays.relay(PLATFORM)
        deliver_all()
        assert plan_due_digests() == 0
        assert sent.outbox == []
        assert [one.state for one in waiting()] == [MessageState.TO_HANDLE]


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_runs_at_once_share_the_accounts(time_machine):
    time_machine.move_to(MONDAY)
    MembershipFactory.create_batch(20, group_id=make_group().id)
    ready = Barrier(2)

    def run() -> int:
        ready.wait()
        try:
            return plan_due_digests()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        planned = [one.result() for one in [both.submit(run), both.submit(run)]]
    assert sum(planned) == 20
    assert Digest.objects.count() == 20
    assert len(waiting()) == 20


def many_accounts(count: int) -> None:
    users = User.objects.bulk_create(
        User(email=f"{uuid7()}@tilleuls.example", full_name="Camille Fictif") for _ in range(count)
    )
    group_id = make_group().id
    Membership.objects.bulk_create(
        Membership(user=one, group_id=group_id, role=Role.SITE_MANAGER, state=MembershipState.ACTIVE)
        for one in users
    )


@pytest.mark.django_db
class TestBounds:
    def statements(self) -> int:
        with CaptureQueriesContext(connection) as captured:
            plan_due_digests()
        return len(captured)

    @pytest.mark.slow
    def test_a_thousand_accounts_cost_the_statements_of_ten(self, monday, monkeypatch):
        monkeypatch.setattr(planning, "WINDOW", 2000)
        many_accounts(10)
        few = self.statements()
        many_accounts(1000)
        assert self.statements() == few
        assert Digest.objects.count() == len(waiting()) == 1010

    def test_no_more_wait_at_once_than_the_window(self, monday, monkeypatch):
        """So that a forgotten password never stands behind a country's digests."""
        monkeypatch.setattr(planning, "WINDOW", 5)
        many_accounts(12)
        assert [plan_due_digests(), plan_due_digests()] == [5, 0]
        for expected in (5, 2, 0):
            deliver_all()
            assert plan_due_digests() == expected

    def test_what_else_waits_takes_its_place(self, monday, monkeypatch):
        monkeypatch.setattr(planning, "WINDOW", 5)
        many_accounts(12)
        with tenant(PLATFORM):
            post_all([Letter(kind="essai", due_at=now() + timedelta(hours=1))] * 7)
        assert plan_due_digests() == 0

    def test_the_task_names_itself_and_plans(self, administrator, monday):
        assert tasks.plan_digests() == 1


@pytest.mark.django_db
def test_old_rows_are_forgotten(administrator, monday, time_machine):
    time_machine.move_to(monday - timedelta(days=40))
    DigestFactory(user=administrator)
    DepartureFactory(user=administrator)
    time_machine.move_to(monday - timedelta(days=400))
    address = MailAddressFactory(failing_since=None)
    failing = MailAddressFactory()
    Bounce.objects.create(
        event_id="x", address=address, kind="hard", status="5.1.1", bounced_at=now(), received_at=now()
    )
    time_machine.move_to(monday)
    DigestFactory(user=administrator)
    DepartureFactory(user=administrator)
    assert tasks.forget_old_mail() == 4
    assert MailAddress.objects.get() == failing
    assert Digest.objects.get().day == today()
    assert (Departure.objects.count(), Bounce.objects.count()) == (1, 0)
