"""What came back: counted once, tied to its message, marks an address, stops the mails to it; obligations once a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail as sent
from django.db import connection

from portal.dispatch.delivery import deliver
from portal.dispatch.mail import post_mail
from portal.dispatch.models import Message, Settlement
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.operations import Machine
from tenants.memberships.permissions import Role
from tenants.notices.models import Bounce, Departure, MailAddress
from tenants.notices.operations import Report, record_bounces, restore_own_address
from tenants.notices.planning import plan_due_digests
from tenants.notices.queries import failing_address
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.factories.notices import DepartureFactory, MailAddressFactory
from tests.portal.dispatch.smtp import Behaviour, mail_server
from tests.tenants.notices.conftest import deliver_all
from tests.tenants.notices.test_digest import stays

pytestmark = pytest.mark.django_db
SERVICE = Machine("Le service de courriel")


def report(address: str, status: str = "5.1.1", *, at=None, key: str = "") -> Report:
    return Report(key or str(uuid7()), status, at, address)


def record(*reports: Report) -> dict:
    return dict(record_bounces(actor=SERVICE, reports=reports))


def secure(user) -> Message:
    return post_mail(template="security_notice", to_user_id=user.pk, context={"event": "password_changed"})


def settlements() -> list[tuple[str, str]]:
    with tenant(PLATFORM):
        return [(one.outcome, one.reason) for one in Settlement.objects.order_by("pk")]


class TestRecording:
    def test_a_permanent_one_marks_its_address(self, manager, group, said):
        assert record(report(manager.email)) == {"marked": 1}
        assert failing_address(manager.email).why == "cette adresse n'existe pas, ou plus"
        words = (
            f"Le service de courriel a signalé que les courriels n'arrivent plus à {manager.full_name} : "
            "cette adresse n'existe pas, ou plus (5.1.1)."
        )
        assert said("address_failing") == said("address_failing", group.id) == [words]

    def test_the_journal_holds_no_address(self, manager, said):
        record(report(manager.email), report(manager.email, "4.2.2"))
        for act in ("address_failing", "mail_bounced"):
            assert "@" not in "".join(said(act))

    def test_case_and_spaces_are_no_other_address(self, manager):
        assert record(report(f"  {manager.email.upper()} ")) == {"marked": 1}

    def test_the_same_report_counts_once(self, manager):
        one = report(manager.email, "4.2.2", key="once")
        assert record(one, one) == {"recorded": 1, "repeated": 1}
        assert record(one) == {"repeated": 1}
        assert Bounce.objects.count() == 1

    def test_an_unknown_address_is_not_kept(self, db):
        assert record(report("inconnue@ailleurs.example")) == {"unknown": 1}
        assert (MailAddress.objects.count(), Bounce.objects.count()) == (0, 0)

    def test_what_was_delivered_is_no_bounce(self, manager):
        assert record(report(manager.email, "2.0.0")) == {"ignored": 1}

    def test_a_second_permanent_one_is_recorded_and_marks_nothing_more(self, manager):
        record(report(manager.email))
        since = MailAddress.objects.get().failing_since
        assert record(report(manager.email, "5.2.1")) == {"recorded": 1}
        assert MailAddress.objects.get().failing_since == since

    def test_a_report_from_the_future_is_of_now(self, manager):
        record(report(manager.email, at=now() + timedelta(days=400)))
        assert Bounce.objects.get().bounced_at <= now() + timedelta(minutes=11)


class TestTransient:
    def soft(self, manager, count: int, at=None) -> dict:
        return record(*(report(manager.email, "4.2.2", at=at) for _ in range(count)))

    def test_four_in_a_week_are_only_counted(self, manager, said):
        assert self.soft(manager, 4) == {"recorded": 4}
        assert failing_address(manager.email) is None
        assert len(said("mail_bounced")) == 4

    def test_the_fifth_marks_the_address(self, manager):
        assert self.soft(manager, 5) == {"recorded": 4, "marked": 1}
        assert failing_address(manager.email).why == "la boîte est pleine ou fermée"

    def test_those_of_over_a_week_ago_are_forgotten(self, manager):
        self.soft(manager, 4, at=now() - timedelta(days=8))
        assert self.soft(manager, 4) == {"recorded": 4}

    def test_they_are_counted_anew_once_the_address_works_again(self, manager):
        self.soft(manager, 5)
        restore_own_address(actor=manager)
        assert self.soft(manager, 4) == {"recorded": 4}
        assert self.soft(manager, 1) == {"marked": 1}


class TestRestored:
    def test_a_permanent_one_of_before_does_not_mark_it_again(self, manager):
        record(report(manager.email))
        restore_own_address(actor=manager)
        assert record(report(manager.email, at=now() - timedelta(hours=1))) == {"recorded": 1}
        assert record(report(manager.email, at=now())) == {"marked": 1}

    def test_mails_leave_again(self, group, manager, monday, digests):
        stays(group, group.first, 1, mission=True)
        record(report(manager.email))
        assert digests() == []
        restore_own_address(actor=manager)
        assert len(digests()) == 1


class TestTiedToItsMessage:
    def test_each_mail_to_an_account_leaves_a_trace_of_where_it_went(self, manager):
        message = secure(manager)
        deliver(PLATFORM, message.pk)
        found = Departure.objects.get()
        assert (found.message_id, found.user, found.address, found.template) == (
            message.pk, manager, manager.email, "security_notice"
        )  # fmt: skip

    def test_the_envelope_and_the_message_id_name_the_message(self, manager, settings):
        settings.BOUNCE_ADDRESS = "retours@portail.example"
        settings.DEFAULT_FROM_EMAIL = "Trousseau <ne-pas-repondre@portail.example>"
        message = secure(manager)
        deliver(PLATFORM, message.pk)
        [mail] = sent.outbox
        assert mail.from_email == f"retours+{message.pk}@portail.example"
        assert mail.message()["From"] == "Trousseau <ne-pas-repondre@portail.example>"
        assert mail.message()["Message-ID"].startswith(f"<{message.pk}@")

    def test_without_a_return_address_the_sender_is_the_envelope(self, manager, settings):
        deliver(PLATFORM, secure(manager).pk)
        assert sent.outbox[0].from_email == settings.DEFAULT_FROM_EMAIL

    def test_a_report_may_name_the_message_alone(self, manager):
        departure = DepartureFactory(user=manager)
        assert record(Report("a", "5.1.1", None, "", departure.message_id)) == {"marked": 1}
        assert failing_address(manager.email) is not None

    def test_it_marks_the_address_of_that_day_not_the_new_one(self, manager):
        departure = DepartureFactory(user=manager, address="ancienne@tilleuls.example")
        record(Report("a", "5.1.1", None, "", departure.message_id))
        assert failing_address(manager.email) is None
        assert failing_address("ancienne@tilleuls.example") is not None

    def test_a_message_that_is_none_of_ours_says_nothing(self, manager):
        assert record(Report("a", "5.1.1", None, "", uuid7())) == {"unknown": 1}


class TestWithheld:
    def test_a_digest_does_not_leave_to_an_address_that_fails(self, group, manager, monday):
        stays(group, group.first, 1, mission=True)
        plan_due_digests()
        MailAddressFactory(address=manager.email)
        deliver_all()
        assert sent.outbox == []
        [(outcome, reason)] = settlements()
        assert outcome == Outcome.GIVEN_UP
        assert "ne reçoit plus nos courriels" in reason
        assert "@" not in reason

    def test_an_obligation_is_tried_once_a_day(self, manager, monday, time_machine):
        MailAddressFactory(address=manager.email)
        for _ in range(2):
            deliver(PLATFORM, secure(manager).pk)
        assert len(sent.outbox) == 1
        assert sorted(one for one, _ in settlements()) == [Outcome.DONE, Outcome.GIVEN_UP]
        time_machine.move_to(monday + timedelta(days=1))
        deliver(PLATFORM, secure(manager).pk)
        assert len(sent.outbox) == 2

    def test_another_try_of_the_same_mail_is_the_same_try(self, manager, monday):
        """A server that asked to wait is asked again."""
        MailAddressFactory(address=manager.email)
        message = secure(manager)
        DepartureFactory(message_id=message.pk, user=manager)
        MailAddress.objects.update(last_tried_on=monday.date())
        deliver(PLATFORM, message.pk)
        assert len(sent.outbox) == 1

    def test_but_a_digest_put_off_is_withheld_once_the_address_fails(self, group, manager, monday):
        stays(group, group.first, 1, mission=True)
        plan_due_digests()
        with tenant(PLATFORM):
            DepartureFactory(message_id=Message.objects.get().pk, user=manager)
        MailAddressFactory(address=manager.email)
        deliver_all()
        assert sent.outbox == []

    def test_the_address_of_another_is_not_concerned(self, manager, administrator):
        MailAddressFactory(address=administrator.email)
        deliver(PLATFORM, secure(manager).pk)
        assert len(sent.outbox) == 1


@pytest.mark.slow
class TestRefusedAtOnce:
    @pytest.fixture
    def refuses(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 2

        def serve(answer: str):
            return mail_server(Behaviour(recipient=answer))

        return serve

    def test_no_such_mailbox_marks_the_address_and_settles_a_digest(
        self, group, manager, monday, settings, refuses
    ):
        stays(group, group.first, 1, mission=True)
        plan_due_digests()
        with refuses("550 5.1.1 no such user") as settings.EMAIL_PORT:
            deliver_all()
        assert failing_address(manager.email).why == "cette adresse n'existe pas, ou plus"
        assert [one for one, _ in settlements()] == [Outcome.GIVEN_UP]

    def test_an_obligation_waits_for_a_person(self, manager, settings, refuses):
        message = secure(manager)
        with refuses("550 5.1.1 no such user") as settings.EMAIL_PORT:
            deliver(PLATFORM, message.pk)
        assert failing_address(manager.email) is not None
        with tenant(PLATFORM):
            assert Message.objects.get().state == MessageState.TO_HANDLE

    @pytest.mark.parametrize("answer", ["550 5.7.1 relay denied", "550 no", "451 4.1.1 later"])
    def test_a_relay_that_refuses_for_its_own_reasons_says_nothing_of_the_address(
        self, manager, settings, refuses, answer
    ):
        with refuses(answer) as settings.EMAIL_PORT:
            deliver(PLATFORM, secure(manager).pk)
        assert failing_address(manager.email) is None


def test_reports_of_a_crowd_name_only_theirs(group):
    users = [MembershipFactory(group_id=group.id, role=Role.HR).user for _ in range(3)]
    UserFactory()
    assert record(*(report(one.email) for one in users)) == {"marked": 3}
    assert MailAddress.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_same_event_posted_twice_at_once_counts_once():
    user = UserFactory()
    both_ready = Barrier(2)
    one = report(user.email, "4.2.2", key="once")

    def run() -> dict:
        both_ready.wait()
        try:
            return record(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        seen = [future.result() for future in [both.submit(run), both.submit(run)]]
    assert sorted(map(str, seen)) == ["{'recorded': 1}", "{'repeated': 1}"]


@pytest.mark.slow
def test_no_address_reaches_a_log(manager, settings, caplog, capfd):
    """Neither when mail leaves, nor when it is refused, nor when it comes back."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    caplog.set_level("DEBUG")
    for answer in ("250 ok", "550 5.1.1 no such user", "451 4.2.2 later"):
        with mail_server(Behaviour(recipient=answer)) as settings.EMAIL_PORT:
            deliver(PLATFORM, secure(manager).pk)
        restore_own_address(actor=manager)
    record(report(manager.email), report("inconnue@ailleurs.example"))
    said = caplog.text + "".join(capfd.readouterr())
    lines = [one for one in said.splitlines() if "django.db.backends" not in one]
    assert "@tilleuls" not in "".join(lines)
    assert "ailleurs.example" not in "".join(lines)
