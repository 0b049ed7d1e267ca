"""When a digest may leave, on ordinary days and on those when the clocks change; what may be switched off."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from portal.foundation.clock import PARIS
from portal.foundation.errors import DomainError
from tenants.memberships.permissions import Permission
from tenants.notices.kinds import BY_CODE, DIGEST, KINDS, OBLIGATORY_TEMPLATES
from tenants.notices.models import Preferences
from tenants.notices.registry import digest_section, registered_sections
from tenants.notices.rules import (
    bounce_kind,
    check_preferences,
    check_rhythms,
    is_quiet,
    kinds_told,
    may_leave_now,
    next_leaving,
    why_it_bounced,
)
from tenants.notices.states import BounceKind, Rhythm
from tests.house.rooms import ROOT

MONDAY = date(2026, 11, 23)
NOT_TO_AN_ACCOUNT = {"journal_heads", "self_registration", "self_registration_code"}


def paris(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def codes(preferences: Preferences, day: date = MONDAY, first: bool = True) -> set[str]:
    return {one.code for one in kinds_told(preferences, day, first_of_week=first)}


class TestRegistry:
    def test_every_kind_of_a_digest_has_its_section_and_no_other(self):
        assert registered_sections() == {one.code for one in KINDS if one.in_digest}

    def test_every_mail_to_an_account_belongs_to_a_kind(self):
        templates = {
            path.name.partition(".")[0] for path in (ROOT / "templates/emails").glob("*.subject.txt")
        }
        told = {name for one in KINDS for name in one.templates}
        assert templates - NOT_TO_AN_ACCOUNT - {DIGEST} == told

    def test_what_leaves_by_itself_is_an_obligation(self):
        assert {one.code for one in KINDS if not one.in_digest and not one.obligation} == set()

    def test_security_and_rights_to_confirm_are_obligations(self):
        assert {
            "password_reset",
            "security_notice",
            "sessions_cut",
            "membership_to_confirm",
        } <= OBLIGATORY_TEMPLATES
        assert BY_CODE["rights_waiting"].obligation

    def test_no_section_is_registered_twice_nor_for_an_unknown_kind(self):
        for code in ("missions_ending", "unknown", "account_security"):
            with pytest.raises(ValueError, match=code):
                digest_section(code)(lambda access: [])

    @pytest.mark.parametrize(
        "path", sorted((ROOT / "templates/emails").glob("*.subject.txt")), ids=lambda one: one.name
    )
    def test_a_subject_holds_nothing_personal(self, path: Path):
        text = path.read_text()
        assert "{{" not in text
        assert "{%" not in text


class TestQuietHours:
    @pytest.mark.parametrize(
        ("hour", "quiet"), [(19, False), (20, True), (23, True), (0, True), (6, True), (7, False)]
    )
    def test_the_night_is_quiet_by_default(self, hour, quiet):
        assert is_quiet(Preferences(), time(hour, 30) if hour != 7 else time(7)) is quiet

    def test_a_night_watcher_is_quiet_by_day(self):
        watcher = Preferences(quiet_from=time(8), quiet_until=time(18), send_at=time(21))
        assert is_quiet(watcher, time(12))
        assert not is_quiet(watcher, time(3))
        assert may_leave_now(watcher, paris(23, 21, 1))

    def test_twice_the_same_hour_is_no_silence(self):
        assert not is_quiet(Preferences(quiet_from=time(9), quiet_until=time(9)), time(9))

    def test_refuses_an_hour_of_silence(self):
        with pytest.raises(DomainError) as refused:
            check_preferences(Preferences(send_at=time(21)))
        assert refused.value.field == "send_at"


class TestHour:
    @pytest.mark.parametrize(
        ("moment", "leaves"),
        [
            (paris(23, 6, 59), False),
            (paris(23, 7), True),
            (paris(23, 11), True),
            (paris(23, 11, 1), False),
            (paris(28, 8), False),
            (paris(29, 8), False),
        ],
        ids=["before", "at the hour", "four hours late", "too late", "saturday", "sunday"],
    )
    def test_from_the_chosen_hour_on_for_four_hours_on_working_days(self, moment, leaves):
        assert may_leave_now(Preferences(), moment) is leaves

    def test_on_weekends_for_those_who_asked(self):
        assert may_leave_now(Preferences(on_weekends=True), paris(28, 8))

    def test_quiet_hours_shut_it_before_the_four_hours_are_over(self):
        late = Preferences(send_at=time(18))
        assert may_leave_now(late, paris(23, 19, 59))
        assert not may_leave_now(late, paris(23, 20))

    def test_seven_is_seven_in_summer_and_in_winter(self):
        assert may_leave_now(
            Preferences(on_weekends=True), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
        )  # summer began
        assert not may_leave_now(Preferences(on_weekends=True), datetime(2026, 10, 25, 5, 30, tzinfo=UTC))
        assert may_leave_now(
            Preferences(on_weekends=True), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
        )  # winter began

    def test_the_hour_that_is_skipped_leaves_just_after(self):
        at_two = Preferences(send_at=time(2), quiet_from=time(8), quiet_until=time(18), on_weekends=True)
        assert not may_leave_now(at_two, datetime(2026, 3, 29, 0, 59, tzinfo=UTC))  # 01:59
        assert may_leave_now(at_two, datetime(2026, 3, 29, 1, 0, tzinfo=UTC))  # 03:00


class TestNext:
    def test_today_before_the_hour(self):
        assert next_leaving(Preferences(), paris(23, 6), done_on=None) == paris(23, 7)

    def test_tomorrow_once_it_is_done(self):
        assert next_leaving(Preferences(), paris(23, 7, 10), done_on=MONDAY) == paris(24, 7)

    def test_tomorrow_when_it_is_too_late(self):
        assert next_leaving(Preferences(), paris(23, 12), done_on=None) == paris(24, 7)

    def test_monday_after_friday(self):
        assert next_leaving(Preferences(), paris(27, 12), done_on=date(2026, 11, 27)) == paris(30, 7)


class TestKindsTold:
    def test_all_of_them_on_the_first_day_of_the_week(self):
        assert codes(Preferences()) == registered_sections()

    def test_weekly_ones_are_not_told_twice_a_week(self):
        assert codes(Preferences(), first=False) == {
            "rights_waiting", "missions_ending", "arrivals_tomorrow", "messages_to_handle", "hr_imports_waiting",
            "self_registrations_to_confirm", "rpps_portal", "situations_to_close",
        }  # fmt: skip

    def test_never_is_never(self):
        assert "missions_ending" not in codes(Preferences(rhythms={"missions_ending": Rhythm.NEVER}))

    def test_an_obligation_cannot_be_switched_off_even_in_its_row(self):
        assert "rights_waiting" in codes(Preferences(rhythms={"rights_waiting": Rhythm.NEVER}))

    @pytest.mark.parametrize(
        "held",
        [
            {"unsubscribed_at": paris(1, 8)},
            {"paused_until": MONDAY},
            {"paused_until": MONDAY + timedelta(days=9)},
        ],
        ids=["unsubscribed", "last day of a pause", "paused"],
    )
    def test_obligations_outlast_an_unsubscription_and_a_pause(self, held):
        assert codes(Preferences(**held)) == {"rights_waiting"}

    def test_a_pause_is_over_the_day_after(self):
        assert codes(Preferences(paused_until=MONDAY - timedelta(days=1))) == registered_sections()

    @pytest.mark.parametrize(
        "rhythms",
        [
            {"rights_waiting": "never"},
            {"account_security": "never"},
            {"unknown": "daily"},
            {"missions_ending": "immediate"},
        ],
        ids=["obligation", "security", "unknown", "no such rhythm"],
    )
    def test_refuses_what_is_no_choice(self, rhythms):
        with pytest.raises(DomainError):
            check_rhythms(rhythms)


class TestCodes:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [("5.1.1", BounceKind.HARD), ("4.2.2", BounceKind.SOFT), ("2.0.0", None), ("", None)],
    )
    def test_the_class_of_a_code_says_how_lasting_it_is(self, status, kind):
        assert bounce_kind(status) == kind

    def test_each_code_has_words(self):
        assert why_it_bounced("5.1.1") == "cette adresse n'existe pas, ou plus"
        assert why_it_bounced("5.0.0") == why_it_bounced("5") == "le courriel a été refusé"


def test_a_permission_that_no_kind_is_for_is_not_asked():
    assert {one.permission for one in KINDS if one.permission} <= set(Permission)
