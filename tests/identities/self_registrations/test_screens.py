"""The pages of the group and of a site: the list, inviting, one path and its acts, for those who may."""

from datetime import timedelta

import pytest

from identities.people.models import Person
from identities.registrations.operations import withdraw_request
from identities.self_registrations.models import PersonalLink, SelfRegistration
from identities.self_registrations.notices import self_registrations_to_confirm
from identities.self_registrations.operations import declare_enrolled
from identities.self_registrations.tasks import expire_group, nightly, watch, watch_group
from identities.self_registrations.todo import todo_of_confirmations
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tenants.memberships.queries import access_to
from tests.factories.memberships import MembershipFactory
from tests.factories.self_registrations import SelfRegistrationFactory, link_to
from tests.identities.self_registrations.conftest import SITE

NUMBER = "81012345672"


@pytest.fixture
def site(group):
    return f"/g/{group.slug}/e/{group.first.pk}/enregistrements/auto/"


@pytest.fixture
def path(invited):
    return invited()[0]


@pytest.fixture
def declared(path, group):
    with tenant(group.id):
        declare_enrolled(actor=SITE, path=path, enrolled_on=today() - timedelta(days=20))
    return path


def state_of(path):
    with tenant(path.group_id):
        return SelfRegistration.objects.get(pk=path.pk).state


class TestTheList:
    def test_the_site_sees_its_own_with_the_countdown(self, client_for, manager, declared, site):
        text = client_for(manager).get(site).content.decode()
        assert "ABEILLE Lou" in text
        assert "10 jours pour confirmer" in text
        assert "pas une exigence" in text  # what the gauge is

    def test_filters_and_an_empty_list(self, client_for, administrator, declared, group):
        client = client_for(administrator)
        address = f"/g/{group.slug}/enregistrements/auto/"
        assert "ABEILLE" in client.get(f"{address}?etat=declared&q=abeille").content.decode()
        assert "Aucun auto-enregistrement" in client.get(f"{address}?etat=confirmed").content.decode()
        assert "Aucun auto-enregistrement" in client.get(f"{address}?etat=lien_echu").content.decode()

    def test_found_whatever_the_accents_and_the_case(self, client_for, administrator, declared, group):
        with tenant(group.id):
            Person.objects.update(birth_name="Bélanger", first_names=["Anaïs"])
        client = client_for(administrator)
        text = client.get(f"/g/{group.slug}/enregistrements/auto/?q=anais+belanger").content.decode()
        assert "BÉLANGER Anaïs" in text

    def test_a_link_too_old_is_to_be_sent_again(self, client_for, administrator, path, group):
        with tenant(group.id):
            PersonalLink.objects.update(expires_at="2020-01-01T00:00Z")
        text = (
            client_for(administrator)
            .get(f"/g/{group.slug}/enregistrements/auto/?etat=lien_echu")
            .content.decode()
        )
        assert "ABEILLE" in text
        assert "à renvoyer" in text

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_exported_and_journalled(self, client_for, administrator, declared, group, kind):
        answer = client_for(administrator).get(
            f"/g/{group.slug}/enregistrements/auto/exporter/?format={kind}"
        )
        assert answer.status_code == 200
        with tenant(group.id):
            assert Line.objects.filter(act="self_registrations_exported").count() == 1


class TestInviting:
    def test_ticked_people_receive_their_mail(self, client_for, manager, stay, site, group):
        client = client_for(manager)
        assert "ABEILLE Lou" in client.get(f"{site}inviter/").content.decode()
        client.post(f"{site}inviter/", {"channel": "email", "person_id": [str(stay.person_id)]})
        client.post(f"{site}inviter/", {"channel": "email", "person_id": [str(stay.person_id)]})
        with tenant(group.id):
            assert SelfRegistration.objects.get().person_id == stay.person_id
        assert "Personne à inviter" in client.get(f"{site}inviter/").content.decode()

    def test_from_the_group_one_chooses_the_site(self, client_for, administrator, manager, stay, site, group):
        address = f"/g/{group.slug}/enregistrements/auto/"
        assert f"{address}inviter/" in client_for(administrator).get(address).content.decode()
        for user in (administrator, manager):
            assert f'href="{site}inviter/"' in client_for(user).get(f"{address}inviter/").content.decode()

    def test_nobody_ticked_is_told(self, client_for, manager, stay, site):
        text = client_for(manager).post(f"{site}inviter/", {"channel": "email"}).content.decode()
        assert "Cochez au moins une personne" in text

    def test_one_by_sms_leads_to_their_page(self, client_for, manager, stay, site):
        answer = client_for(manager).post(
            f"{site}inviter/", {"channel": "sms", "person_id": [str(stay.person_id)]}, follow=True
        )
        assert "Préparez le lien" in answer.content.decode()


class TestOnePath:
    def test_the_sms_is_shown_once_and_opens(self, client_for, manager, path, site, phone):
        client = client_for(manager)
        page = client.post(f"{site}{path.pk}/lien/", {"channel": "sms"})
        text = page.content.decode()
        assert "no-store" in page["Cache-Control"]
        assert 'href="sms:+33612345678?&amp;body=' in text
        link = "/pre-enregistrement/" + text.partition("/pre-enregistrement/")[2].partition("/")[0] + "/"
        assert link not in client.get(f"{site}{path.pk}/").content.decode()
        assert phone.get(link).status_code == 200

    def test_the_code_of_the_mobile(self, client_for, manager, opened, site, phone, group):
        with tenant(group.id):
            Person.objects.filter(pk=opened.person_id).update(phone_verified_at=None)
            SelfRegistration.objects.filter(pk=opened.pk).update(traits_at="2026-11-23T08:00Z")
        client = client_for(manager)
        text = client.post(f"{site}{opened.pk}/code/").content.decode()
        code = text.partition('class="code">')[2].partition("<")[0]
        page = client.post(f"{site}{opened.pk}/code/", follow=True)
        assert "Patientez une minute" in page.content.decode()
        phone.post("/pre-enregistrement/coordonnees/", {"phone-code": code})
        with tenant(group.id):
            assert Person.objects.get(pk=opened.person_id).phone_verified_at

    def test_withdrawn_after_a_confirmation(self, client_for, manager, path, site):
        client = client_for(manager)
        assert client.get(f"{site}{path.pk}/retirer/").status_code == 200
        client.post(f"{site}{path.pk}/retirer/", {"reason": ""})
        assert state_of(path) == "invited"
        client.post(f"{site}{path.pk}/retirer/", {"reason": "Contrat annulé"})
        assert state_of(path) == "withdrawn"

    def test_declared_by_the_site(self, client_for, manager, path, site):
        client = client_for(manager)
        late = client.post(f"{site}{path.pk}/declarer/", {"enrolled_on": "01/01/2020"})
        assert "supprimé par l" in late.content.decode()
        client.post(f"{site}{path.pk}/declarer/", {"enrolled_on": f"{today():%d/%m/%Y}"})
        assert state_of(path) == "declared"

    def test_a_site_manager_does_not_confirm_and_a_gestionnaire_does(
        self, client_for, manager, group, declared, site
    ):
        assert client_for(manager).get(f"{site}{declared.pk}/confirmer/").status_code == 403
        works = MembershipFactory(
            group_id=group.id, role=Role.RPPS_MANAGER, establishment_ids=[group.first.pk]
        )
        client = client_for(works.user)
        assert "Pro Santé Identité" in client.get(f"{site}{declared.pk}/confirmer/").content.decode()
        client.post(f"{site}{declared.pk}/confirmer/", {"rpps": "12", "on": f"{today():%d/%m/%Y}"})
        assert state_of(declared) == "declared"
        client.post(f"{site}{declared.pk}/confirmer/", {"rpps": NUMBER, "on": f"{today():%d/%m/%Y}"})
        assert state_of(declared) == "confirmed"

    def test_confirmed_by_psi_leads_to_the_request(self, client_for, administrator, declared, site, group):
        client_for(administrator).post(f"{site}{declared.pk}/confirmer/", {"psi": "1"})
        with tenant(group.id):
            assert SelfRegistration.objects.get().confirming_request.route == "psi"

    def test_a_neighbour_is_not_there(self, client_for, manager, group, site):
        with tenant(group.id):
            other = SelfRegistrationFactory(establishment=group.second)
            link_to(other)
        assert client_for(manager).get(f"{site}{other.pk}/").status_code == 404


class TestTheClock:
    def test_the_night_ends_what_is_late(self, group, declared):
        with tenant(group.id):
            SelfRegistration.objects.update(confirm_by=today() - timedelta(days=1))
        assert nightly() == 1
        expire_group(group_id=str(group.id))
        assert state_of(declared) == "expired"
        assert nightly() == 0

    def test_the_night_shuts_what_was_withdrawn_at_the_desk(self, group, opened, phone):
        with tenant(group.id):
            withdraw_request(actor=SITE, request_id=opened.request_id, reason="Départ")
        assert phone.get("/pre-enregistrement/etat-civil/").status_code == 410
        expire_group(group_id=str(group.id))
        assert state_of(opened) == "withdrawn"
        with tenant(group.id):
            assert not PersonalLink.objects.filter(revoked_at=None).exists()

    def test_nothing_is_watched_before_a_confirmation_is_prepared(self, group, declared):
        assert watch() == 0
        assert watch_group(group_id=str(group.id)) == 0

    def test_the_digest_counts_by_site(self, group, declared, administrator):
        with tenant(group.id):
            SelfRegistration.objects.update(confirm_by=today() + timedelta(days=7))
            access = access_to(administrator, group.slug, None)
            (item,) = self_registrations_to_confirm(access)
        assert "sous 7 jours" in item.text
        assert "ABEILLE" not in item.text
        assert str(group.first.pk) in item.url


class TestTheHomeOfTheSite:
    def test_says_what_is_to_be_confirmed_and_before_when(self, client_for, manager, group, declared):
        home = f"/g/{group.slug}/e/{group.first.pk}/"
        text = client_for(manager).get(home).content.decode()
        until = today() + timedelta(days=10)
        assert f"Un auto-enregistrement est à confirmer d&#x27;ici au {until:%d/%m/%Y}" in text
        assert f"{home}enregistrements/auto/?etat=declared" in text

    def test_of_several_the_nearest_deadline_and_nothing_of_another_site(self, group, declared):
        with tenant(group.id):
            SelfRegistrationFactory(establishment=group.first, declared=True)
            (todo,) = todo_of_confirmations(group.first.pk)
            until = today() + timedelta(days=10)
            assert todo.text == (
                f"2 auto-enregistrements sont à confirmer, le premier d'ici au {until:%d/%m/%Y}."
            )
            assert todo_of_confirmations(group.second.pk) == []
