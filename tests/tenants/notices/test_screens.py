"""One's own page of notices, the link that stops the digest (RFC 8058), the mailboxes of a group that fail."""

import re
from datetime import time, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.foundation.clock import now, today
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tenants.notices.links import stop_path
from tenants.notices.models import MailAddress, Preferences
from tenants.notices.states import Rhythm
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.factories.notices import MailAddressFactory, PreferencesFactory
from tests.fixtures import make_group
from tests.tenants.notices.test_digest import stays

pytestmark = pytest.mark.django_db
PAGE = "/compte/avis/"


def typed(**changes) -> dict:
    """The page as it is first shown to a site's manager, sent back with changes; None takes a field away."""
    values = {
        "wanted": "on", "send_at": "07:00", "quiet_from": "20:00", "quiet_until": "07:00", "paused_until": "",
        "rhythm_missions_ending": "daily", "rhythm_arrivals_tomorrow": "daily",
        "rhythm_identities_to_check": "weekly", "rhythm_reviews_waiting": "weekly", "rhythm_rights_ending": "weekly",
    }  # fmt: skip
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


@pytest.fixture
def client(manager, client_for) -> Client:
    return client_for(manager)


class TestPreferences:
    def test_shows_the_defaults(self, client):
        html = client.get(PAGE).content.decode()
        assert re.search(r'<option value="07:00" selected>', html)
        assert 'name="rhythm_missions_ending"' in html

    def test_offers_only_what_concerns_the_person(self, client, administrator, client_for):
        assert "rhythm_messages_to_handle" not in client.get(PAGE).content.decode()
        assert "rhythm_messages_to_handle" in client_for(administrator).get(PAGE).content.decode()

    def test_shows_obligations_with_their_reason_and_no_choice(self, administrator, client_for):
        html = client_for(administrator).get(PAGE).content.decode()
        assert "Un droit sur tout le groupe ne vaut qu&#x27;après le contrôle" in html
        assert "rhythm_rights_waiting" not in html
        assert "rhythm_account_security" not in html

    def test_somebody_without_right_still_has_the_page(self, client_for):
        assert client_for(UserFactory()).get(PAGE).status_code == 200

    def test_keeps_what_was_chosen(self, client, manager, said):
        answer = client.post(PAGE, typed(send_at="14:00", on_weekends="on", rhythm_missions_ending="never"))
        assert answer.status_code == 302
        found = Preferences.objects.get()
        assert (found.user, found.send_at, found.on_weekends) == (manager, time(14), True)
        assert found.rhythms == {"missions_ending": Rhythm.NEVER}
        assert said("notices_changed") == [f"{manager.full_name} a réglé ses avis par courriel."]

    def test_a_choice_of_the_default_follows_the_default(self, client):
        client.post(PAGE, typed())
        assert Preferences.objects.get().rhythms == {}

    def test_choices_of_a_lost_right_are_kept(self, client, manager):
        PreferencesFactory(user=manager, rhythms={"messages_to_handle": Rhythm.NEVER})
        client.post(PAGE, typed(rhythm_arrivals_tomorrow="weekly"))
        assert Preferences.objects.get().rhythms == {
            "messages_to_handle": Rhythm.NEVER, "arrivals_tomorrow": Rhythm.WEEKLY
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"send_at": "21:00"}, "heures de silence"),
            ({"paused_until": "01/01/2020"}, "Cette date est passée"),
            ({"paused_until": "01/01/2199"}, "un an au plus"),
            ({"paused_until": "jamais"}, "JJ/MM/AAAA"),
            ({"send_at": "7h"}, "Sélectionnez un choix valide"),
            ({"rhythm_missions_ending": "immediate"}, "Sélectionnez un choix valide"),
            ({"rhythm_missions_ending": None}, "obligatoire"),
        ],
    )
    def test_a_refusal_says_what_to_do_and_keeps_what_was_typed(self, client, changes, words):
        answer = client.post(PAGE, typed(on_weekends="on", **changes))
        html = answer.content.decode()
        assert answer.status_code == 200
        assert words in html
        assert re.search(r'name="on_weekends"[^>]*checked', html)
        assert not Preferences.objects.exists()

    def test_unchecking_it_stops_the_digest_and_checking_it_takes_it_up_again(self, client):
        client.post(PAGE, typed(wanted=None))
        stopped = Preferences.objects.get().unsubscribed_at
        assert stopped is not None
        assert "Vous avez arrêté le récapitulatif" in client.get(PAGE).content.decode()
        client.post(PAGE, typed(wanted=None))
        assert Preferences.objects.get().unsubscribed_at == stopped
        client.post(PAGE, typed())
        assert Preferences.objects.get().unsubscribed_at is None

    def test_a_pause_holds_until_its_day(self, client):
        client.post(PAGE, typed(paused_until=f"{today() + timedelta(days=10):%d/%m/%Y}"))
        assert Preferences.objects.get().paused_until == today() + timedelta(days=10)

    @pytest.mark.parametrize("name", ["notices:preferences", "notices:next_digest"])
    def test_needs_a_session(self, name):
        assert Client().get(reverse(name)).status_code == 302


class TestPreview:
    def test_shows_the_next_digest(self, group, client):
        stays(group, group.first, 2, mission=True)
        html = client.get(reverse("notices:next_digest")).content.decode()
        assert "2 missions se terminent sous 72 heures" in html
        assert "Il partira le" in html

    def test_says_that_nothing_would_leave(self, client):
        assert "Aucun courriel ne partirait" in client.get(reverse("notices:next_digest")).content.decode()

    def test_says_that_it_is_held(self, group, client, manager):
        PreferencesFactory(user=manager, unsubscribed_at=now())
        stays(group, group.first, 2, mission=True)
        html = client.get(reverse("notices:next_digest")).content.decode()
        assert "en pause ou arrêté" in html
        assert "missions" not in html.partition("<main")[2]


class TestStop:
    def test_each_digest_carries_both_headers_and_the_link(self, group, manager, monday, digests):
        stays(group, group.first, 1, mission=True)
        [message] = digests()
        address = f"{settings.PUBLIC_URL}{stop_path(manager.pk)}"
        assert message.extra_headers["List-Unsubscribe"] == f"<{address}>"
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert address in message.body
        assert "List-Unsubscribe" in message.message().as_string()

    def test_looking_changes_nothing(self, manager):
        for _ in range(2):
            html = Client().get(stop_path(manager.pk)).content.decode()
            assert "Arrêter le récapitulatif" in html
        assert not Preferences.objects.exists()

    def test_one_click_of_a_mail_reader_stops_without_cookie_nor_token(self, manager, said, group):
        outside = Client(enforce_csrf_checks=True)
        answer = outside.post(stop_path(manager.pk), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert Preferences.objects.get().unsubscribed_at is not None
        words = f"{manager.full_name} a arrêté son récapitulatif par courriel."
        assert said("digest_stopped") == said("digest_stopped", group.id) == [words]

    def test_twice_is_once(self, manager, said):
        for _ in range(2):
            assert Client().post(stop_path(manager.pk)).status_code == 200
        assert len(said("digest_stopped")) == 1

    def test_keeps_the_other_choices(self, manager):
        PreferencesFactory(user=manager, send_at=time(14), rhythms={"missions_ending": "never"})
        Client().post(stop_path(manager.pk))
        found = Preferences.objects.get()
        assert (found.send_at, found.rhythms) == (time(14), {"missions_ending": "never"})

    def test_obligations_still_arrive(self, group, administrator, monday, digests):
        Client().post(stop_path(administrator.pk))
        stays(group, group.first, 1, mission=True)
        MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
        [message] = digests()
        assert "Un droit attend votre confirmation." in message.body
        assert "mission" not in message.body

    @pytest.mark.parametrize("token", ["inventé", "ImFiYyI:1abc:xyz", "x" * 500])
    def test_a_link_that_we_did_not_sign_stops_nothing(self, manager, token):
        for method in ("get", "post"):
            assert getattr(Client(), method)(reverse("notices:stop", args=[token])).status_code == 404
        assert not Preferences.objects.exists()

    def test_the_link_tells_nobody_who_it_is(self, manager):
        html = Client().get(stop_path(manager.pk)).content.decode()
        assert manager.email not in html
        assert manager.full_name not in html


class TestMyAddress:
    def test_my_account_says_that_my_mailbox_fails(self, client, manager):
        address = reverse("account_rights:account")
        assert "ne reçoit plus nos courriels" not in client.get(address).content.decode()
        MailAddressFactory(address=manager.email)
        html = client.get(address).content.decode()
        assert (
            "Votre adresse ne reçoit plus nos courriels : cette adresse n&#x27;existe pas, ou plus." in html
        )

    def test_i_say_that_it_works_again(self, client, manager, group, said):
        MailAddressFactory(address=manager.email)
        answer = client.post(reverse("notices:restore_own"), follow=True)
        assert "partent de nouveau" in answer.content.decode()
        assert MailAddress.objects.get().failing_since is None
        words = f"{manager.full_name} a déclaré que l'adresse {('de ' + manager.full_name)} fonctionne de nouveau."
        assert said("address_restored") == said("address_restored", group.id) == [words]

    def test_saying_it_for_nothing_changes_nothing(self, client, said):
        assert "rien à rétablir" in client.post(reverse("notices:restore_own"), follow=True).content.decode()
        assert said("address_restored") == []

    def test_looking_is_not_saying(self, client):
        assert client.get(reverse("notices:restore_own")).status_code == 405


class TestAddressesOfAGroup:
    @pytest.fixture
    def page(self, group) -> str:
        return reverse("notices:failing", args=[group.slug])

    def test_an_administrator_sees_who_and_why(self, group, page, administrator, manager, client_for):
        MailAddressFactory(address=manager.email)
        html = client_for(administrator).get(page).content.decode()
        assert manager.email in html
        assert "Cette adresse n&#x27;existe pas, ou plus." in html

    def test_each_account_once_whatever_its_rights(self, group, page, administrator, manager, client_for):
        MembershipFactory(group_id=group.id, user=manager, role=Role.HR)
        MailAddressFactory(address=manager.email)
        assert (
            client_for(administrator)
            .get(page)
            .content.decode()
            .count(f'<td data-label="Adresse">{manager.email}')
            == 1
        )

    def test_not_those_of_another_group_nor_of_ended_rights(self, group, page, administrator, client_for):
        abroad = MembershipFactory(group_id=make_group().id)
        gone = MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.ENDED)
        for one in (abroad, gone):
            MailAddressFactory(address=one.user.email)
        html = client_for(administrator).get(page).content.decode()
        assert "Tous les comptes reçoivent nos courriels" in html

    def test_the_group_home_says_it_to_administrators_only(self, group, administrator, client_for):
        director = MembershipFactory(group_id=group.id, role=Role.DIRECTOR).user
        MailAddressFactory(address=director.email)
        home = reverse("shell:group_home", args=[group.slug])
        assert (
            "Un compte du groupe ne reçoit plus nos courriels."
            in client_for(administrator).get(home).content.decode()
        )
        assert "ne reçoit plus nos courriels" not in client_for(director).get(home).content.decode()

    def test_an_administrator_says_that_it_works_again(
        self, group, page, administrator, manager, client_for, said
    ):
        MailAddressFactory(address=manager.email)
        right = manager.memberships.get()
        client_for(administrator).post(reverse("notices:restore", args=[group.slug, right.pk]))
        assert MailAddress.objects.get().failing_since is None
        [sentence] = said("address_restored", group.id)
        assert sentence.startswith(
            f"{administrator.full_name} a déclaré que l'adresse de {manager.full_name}"
        )

    def test_not_for_somebody_of_another_group(self, group, administrator, client_for):
        abroad = MembershipFactory(group_id=make_group().id)
        MailAddressFactory(address=abroad.user.email)
        address = reverse("notices:restore", args=[group.slug, abroad.pk])
        assert client_for(administrator).post(address).status_code == 404
        assert MailAddress.objects.get().failing_since is not None

    def test_many_cost_no_more_statements_than_one(self, group, page, administrator, client_for):
        client, counts = client_for(administrator), []
        client.get(page)  # the first page of a session asks for more
        for size in (1, 10):
            for right in MembershipFactory.create_batch(size, group_id=group.id, role=Role.HR):
                MailAddressFactory(address=right.user.email)
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_a_sites_manager_has_no_such_page(self, page, client):
        assert client.get(page).status_code == 403
