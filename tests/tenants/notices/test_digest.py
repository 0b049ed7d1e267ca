"""What a digest says, and to whom: under the reader's own rights, counts and links, no name, never twice, never empty."""

import re
from datetime import time, timedelta

import pytest
from django.conf import settings
from django.core import mail as sent

from identities.people.models import Person
from portal.dispatch.models import Message, Settlement
from portal.dispatch.operations import Letter, post
from portal.dispatch.states import Outcome
from portal.foundation.clock import now
from portal.foundation.tenancy import PLATFORM, tenant
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tenants.notices.digest import preview
from tenants.notices.models import Digest, Preferences
from tenants.notices.planning import plan_due_digests
from tenants.notices.queries import preferences_of
from tenants.notices.states import DigestOutcome, Rhythm
from tests.factories.assignments import AssignmentFactory
from tests.factories.groups import EstablishmentFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.notices import MailAddressFactory, PreferencesFactory
from tests.factories.people import IdentityCheckFactory
from tests.fixtures import make_group
from tests.house.crowd import give_to_a_person
from tests.tenants.notices.conftest import deliver_all

pytestmark = pytest.mark.django_db


def stays(group, site, count: int, **traits) -> None:
    with tenant(group.id):
        AssignmentFactory.create_batch(count, establishment=site, person__birth_name="Nomsecret", **traits)


def texts(message) -> str:
    return message.body + message.alternatives[0][0]


class TestContent:
    def test_counts_what_ends_at_each_site_and_links_to_it(self, group, manager, monday, digests):
        stays(group, group.first, 3, mission=True)
        [message] = digests()
        assert f"3 missions se terminent sous 72 heures à {group.first.name}." in message.body
        address = f"{settings.PUBLIC_URL}/g/{group.slug}/e/{group.first.pk}/"
        assert re.search(re.escape(address) + r"\S*\?fin=72h", message.body)
        assert group.group.name in message.body

    def test_says_one_in_the_singular(self, group, manager, monday, digests):
        stays(group, group.first, 1, mission=True)
        assert "1 mission se termine sous 72 heures" in digests()[0].body

    def test_tells_arrivals_of_tomorrow_and_of_no_other_day(self, group, manager, monday, digests):
        tomorrow = monday.replace(hour=19) + timedelta(days=1)
        for moment in (tomorrow, tomorrow + timedelta(days=1), monday + timedelta(hours=3)):
            stays(group, group.first, 1, planned=True, starts_at=moment)
        assert f"1 personne arrive demain 24/11 à {group.first.name}." in digests()[0].body

    def test_tells_people_whose_identity_is_to_be_checked(self, group, manager, monday, digests):
        stays(group, group.first, 3)
        with tenant(group.id):
            never, over, seen = Person.objects.all()
            IdentityCheckFactory(person=over, checked_at=monday - timedelta(days=37 * 31))
            IdentityCheckFactory(person=seen, checked_at=monday - timedelta(days=30))
        assert "2 personnes sont présentes dont l'identité est à contrôler" in digests()[0].body

    def test_tells_rights_that_wait_for_the_reader(self, group, administrator, monday, digests):
        MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
        assert "Un droit attend votre confirmation." in digests()[0].body

    def test_tells_ones_own_rights_that_end(self, group, administrator, monday, digests):
        Membership.objects.filter(user=administrator).update(ends_on=monday.date() + timedelta(days=14))
        assert "Votre droit « administrateur de groupe » prend fin le 07/12/2026." in digests()[0].body

    def test_tells_an_administrator_of_what_the_outbox_could_not_send(
        self, group, administrator, monday, digests
    ):
        with tenant(group.id):
            give_to_a_person([post(Letter(kind="essai"))])
        assert "Un envoi attend une personne." in digests()[0].body

    def test_tells_an_administrator_of_mailboxes_that_fail(
        self, group, administrator, manager, monday, digests
    ):
        MailAddressFactory(address=manager.email)
        [message] = digests()
        assert "Un compte du groupe ne reçoit plus nos courriels." in message.body

    def test_the_busiest_sites_one_by_one_and_the_others_together(
        self, group, administrator, monday, digests
    ):
        with tenant(group.id):
            sites = EstablishmentFactory.create_batch(6, legal_entity=group.entity)
        for rank, site in enumerate([group.first, *sites]):
            stays(group, site, rank + 1, mission=True)
        body = digests()[0].body
        assert f"7 missions se terminent sous 72 heures à {sites[-1].name}." in body
        assert "3 missions se terminent sous 72 heures dans 2 autres sites." in body

    def test_groups_one_after_the_other_in_one_mail(self, group, manager, monday, digests):
        other = make_group()
        MembershipFactory(group_id=other.id, user=manager, role=Role.SITE_MANAGER)
        stays(group, group.first, 1, mission=True)
        stays(other, other.second, 2, mission=True)
        [message] = digests()
        assert "1 mission se termine" in message.body
        assert f"2 missions se terminent sous 72 heures à {other.second.name}." in message.body
        assert f"/g/{other.slug}/e/{other.second.pk}/" in message.body

    def test_text_and_html_say_the_same(self, group, manager, monday, digests):
        stays(group, group.first, 3, mission=True)
        [message] = digests()
        html = message.alternatives[0][0]
        for sentence in ("3 missions se terminent", "Ne plus recevoir ce récapitulatif", group.group.name):
            assert sentence in message.body
            assert sentence in html
        assert "«variable absente" not in texts(message)
        assert "ce lundi 23 novembre 2026" in message.body


class TestDiscretion:
    def test_names_nobody(self, group, administrator, monday, digests):
        for trait in ({"mission": True}, {}, {"planned": True, "starts_at": monday + timedelta(days=1)}):
            stays(group, group.first, 2, **trait)
        [message] = digests()
        assert "nomsecret" not in texts(message).lower()

    def test_its_subject_is_always_the_same(self, group, administrator, monday, digests):
        stays(group, group.first, 2, mission=True)
        assert digests()[0].subject == "Votre récapitulatif Trousseau"

    def test_the_outbox_holds_ids_only(self, group, administrator, monday):
        plan_due_digests()
        with tenant(PLATFORM):
            payload = Message.objects.get().payload
        assert set(payload) == {"template", "to_user_id", "context"}
        assert set(payload["context"]) == {"digest_id"}

    def test_a_sites_manager_is_never_told_of_another_site(self, group, manager, monday, digests):
        for trait in ({"mission": True}, {}, {"planned": True, "starts_at": monday + timedelta(days=1)}):
            stays(group, group.second, 4, **trait)
        assert digests() == []
        assert Digest.objects.get().outcome == DigestOutcome.EMPTY

    def test_nor_in_a_mail_that_has_something_to_say(self, group, manager, monday, digests):
        stays(group, group.first, 1, mission=True)
        stays(group, group.second, 4, mission=True)
        [message] = digests()
        assert group.first.name in message.body
        for hidden in (group.second.name, str(group.second.pk), "4 missions", "5 missions"):
            assert hidden not in texts(message)

    def test_nobody_is_told_of_another_group(self, group, administrator, monday, digests):
        other = make_group()
        stays(other, other.first, 4, mission=True)
        stays(group, group.first, 1, mission=True)
        assert other.group.name not in texts(digests()[0])

    def test_two_roles_at_two_sites_are_told_apart(self, group, manager, monday, digests):
        """Site manager of the first site, RH of the second: departures of both, identity checks of the first only."""
        MembershipFactory(group_id=group.id, user=manager, role=Role.HR, establishment_ids=[group.second.pk])
        stays(group, group.second, 2)
        stays(group, group.second, 1, mission=True)
        [message] = digests()
        assert f"1 mission se termine sous 72 heures à {group.second.name}" in message.body
        assert "à contrôler" not in message.body

    def test_somebody_without_rights_any_more_gets_nothing(self, group, manager, monday):
        stays(group, group.first, 3, mission=True)
        plan_due_digests()
        Membership.objects.update(state=MembershipState.ENDED)
        deliver_all()
        assert sent.outbox == []

    def test_a_right_taken_back_before_it_leaves_is_told_no_more(self, group, manager, monday):
        stays(group, group.first, 3, mission=True)
        plan_due_digests()
        Membership.objects.update(establishment_ids=[group.second.pk])
        deliver_all()
        assert sent.outbox == []

    def test_an_account_shut_before_it_leaves_gets_nothing(self, group, manager, monday):
        stays(group, group.first, 3, mission=True)
        plan_due_digests()
        User.objects.update(is_active=False)
        deliver_all()
        assert sent.outbox == []

    def test_a_closed_group_says_nothing(self, group, manager, monday, digests):
        stays(group, group.first, 3, mission=True)
        with tenant(group.id):
            type(group.group).objects.update(closed_at=now())
        assert digests() == []


class TestEmpty:
    def test_an_empty_digest_is_not_sent(self, administrator, monday, digests):
        assert digests() == []
        with tenant(PLATFORM):
            assert Settlement.objects.get().outcome == Outcome.GIVEN_UP
        assert Digest.objects.get().outcome == DigestOutcome.EMPTY

    def test_nor_is_another_planned_that_day(self, group, manager, monday, digests, time_machine):
        digests()
        stays(group, group.first, 3, mission=True)
        time_machine.move_to(monday + timedelta(hours=1))
        assert digests() == []

    def test_sections_without_anything_are_left_out(self, group, manager, monday, digests):
        stays(group, group.first, 1, mission=True)
        Preferences.objects.create(user=manager, rhythms={"identities_to_check": Rhythm.NEVER})
        assert "Arrivées" not in digests()[0].body


class TestTime:
    def test_it_does_not_leave_in_quiet_hours_after_a_long_queue(self, group, manager, monday, time_machine):
        stays(group, group.first, 3, mission=True)
        plan_due_digests()
        time_machine.move_to(monday.replace(hour=20, minute=1))
        deliver_all()
        assert sent.outbox == []
        assert Digest.objects.get().outcome == DigestOutcome.TOO_LATE

    def test_nor_on_another_day_than_its_own(self, group, manager, monday, time_machine):
        stays(group, group.first, 3, mission=True)
        plan_due_digests()
        time_machine.move_to(monday + timedelta(days=1))
        deliver_all()
        assert sent.outbox == []
        assert plan_due_digests() == 1

    def test_weekly_sections_come_once_a_week(self, group, manager, monday, digests, time_machine):
        stays(group, group.first, 2)
        assert "identité est à contrôler" in digests()[0].body
        sent.outbox.clear()
        time_machine.move_to(monday + timedelta(days=1))
        assert digests() == []
        time_machine.move_to(monday + timedelta(days=7))
        assert "identité est à contrôler" in digests()[0].body

    def test_they_wait_for_the_first_digest_when_monday_had_none(
        self, group, manager, monday, digests, time_machine
    ):
        stays(group, group.first, 2)
        time_machine.move_to(monday + timedelta(days=2))
        assert "identité est à contrôler" in digests()[0].body

    def test_during_a_pause_only_obligations_are_told(self, group, administrator, monday, digests):
        PreferencesFactory(user=administrator, paused_until=monday.date())
        stays(group, group.first, 2, mission=True)
        assert digests() == []

    def test_and_they_are(self, group, administrator, monday, digests):
        PreferencesFactory(user=administrator, unsubscribed_at=monday - timedelta(days=3))
        stays(group, group.first, 2, mission=True)
        MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
        [message] = digests()
        assert "Un droit attend votre confirmation." in message.body
        assert "mission" not in message.body


class TestPreview:
    def test_shows_what_the_next_one_would_say_and_when(self, group, manager, monday, time_machine):
        time_machine.move_to(monday.replace(hour=6))
        stays(group, group.first, 2, mission=True)
        found = preview(manager)
        assert found.at == monday.replace(minute=0)
        assert [one.kind.code for one in found.parts[0].sections] == [
            "missions_ending",
            "identities_to_check",
        ]

    def test_writes_nothing_and_sends_nothing(self, group, manager, monday):
        stays(group, group.first, 2, mission=True)
        preview(manager)
        assert (Digest.objects.count(), Preferences.objects.count(), sent.outbox) == (0, 0, [])

    def test_the_day_after_has_no_weekly_section_left(self, group, manager, monday, digests):
        stays(group, group.first, 2)
        digests()
        assert preview(manager).parts == []


def test_the_defaults_stand_for_who_never_chose(manager):
    found = preferences_of(manager)
    assert (found.send_at, found.quiet_from, found.quiet_until, found.on_weekends) == (
        time(7),
        time(20),
        time(7),
        False,
    )
