"""Behind the link: no account, one device, one's own data; each step as the person does it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from identities.people.models import Person
from identities.self_registrations.links import new_secret, read_secret
from identities.self_registrations.models import ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.operations import declare_enrolled, new_link, withdraw
from identities.self_registrations.remarks import remarks_left
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.people import IdentityCheckFactory
from tests.identities.self_registrations.conftest import SITE

HOME = "/pre-enregistrement/"
TRAITS = {
    "birth_name": "Abeille",
    "first_names": "Lou Camille",
    "usage_name": "",
    "sex": "F",
    "birth_date": "12/03/1985",
    "birth_place": "01053",
    "birth_town": "",
    "is_french": "oui",
}


def person_of(path) -> Person:
    with tenant(path.group_id):
        return Person.objects.get(pk=path.person_id)


def deliver_mails(group) -> str:
    """The text of the last mail that leaves."""
    with tenant(group.id):
        waiting = list(
            Message.objects.filter(kind="mail").order_by("created_at").values_list("pk", flat=True)
        )
    for one in waiting:
        deliver(group.id, one)
    return str(mail.outbox[-1].body)


def code_in(text: str) -> str:
    return re.search(r"\d{3} \d{3}", text)[0]


class TestTheLink:
    def test_looking_uses_nothing_up_and_the_button_does_once(self, invited, phone, group):
        path, secret = invited()
        page = phone.get(f"{HOME}{secret}/")
        assert page.status_code == 200
        assert group.first.name in page.content.decode()
        assert page["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page["Cache-Control"]
        assert phone.post(f"{HOME}{secret}/")["Location"] == HOME
        assert phone.get(f"{HOME}{secret}/")["Location"] == HOME  # the same device goes on
        other = Client()
        for refused in (other.get(f"{HOME}{secret}/"), other.post(f"{HOME}{secret}/")):
            assert refused.status_code == 410
            assert "déjà été ouvert" in refused.content.decode()
        with tenant(group.id):
            assert SelfRegistration.objects.get(pk=path.pk).state == "opened"
            assert Line.objects.filter(act="self_registration_opened").count() == 1

    def test_nothing_of_the_secrets_is_kept(self, invited, phone, group):
        _, secret = invited()
        phone.post(f"{HOME}{secret}/")
        device = phone.cookies["pre_enregistrement"]
        with tenant(group.id):
            link = PersonalLink.objects.get(revoked_at=None)
        assert link.token_hash == read_secret(secret).hash
        assert link.device_hash
        assert link.device_hash not in device.value
        assert secret not in device.value
        assert device["httponly"]
        assert device["path"] == HOME

    def test_the_link_by_sms_proves_the_mobile_and_that_by_mail_proves_nothing(self, invited, phone, group):
        path, secret = invited()
        phone.post(f"{HOME}{secret}/")
        assert person_of(path).phone_verified_at
        assert not person_of(path).email_verified_at

    def test_an_sms_sent_to_another_number_proves_nothing(self, invited, phone, group):
        path, secret = invited()
        with tenant(group.id):
            Person.objects.filter(pk=path.person_id).update(phone="+33699999999")
        phone.post(f"{HOME}{secret}/")
        assert person_of(path).phone_verified_at is None

    def test_the_link_of_the_mail(self, invited, phone, group):
        path, _ = invited("email")
        text = deliver_mails(group)
        link = re.search(r"/pre-enregistrement/\S+/", text)[0]
        assert phone.post(link).status_code == 302
        assert person_of(path).email_verified_at is None

    def test_the_mail_of_a_link_replaced_meanwhile_does_not_leave(self, invited, group):
        path, _ = invited("email")
        with tenant(group.id):
            new_link(actor=SITE, path=path, channel="sms")
            message = Message.objects.get(kind="mail")
        deliver(group.id, message.pk)
        assert mail.outbox == []

    def test_many_tries_from_one_place_wait(self, db, phone, settings):
        cache.clear()
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"personal_link": "2/m/ip"}
        codes = [phone.get(f"{HOME}{'x' * 64}/").status_code for _ in range(3)]
        cache.clear()
        assert codes == [404, 404, 429]

    @pytest.mark.parametrize("shape", ["x", "x" * 64, "é", "A" * 63 + "="])
    def test_a_wrong_link_says_what_to_do(self, db, phone, shape):
        page = phone.get(f"{HOME}{shape}/")
        assert page.status_code == 404
        assert "Ce lien" in page.content.decode()

    def test_the_secret_of_another_group_opens_nothing(self, group, invited, phone):
        invited()
        assert phone.get(f"{HOME}{new_secret(group.id).text}/").status_code == 404

    def test_too_old_replaced_or_withdrawn(self, group, invited, phone):
        path, secret = invited()
        with tenant(group.id):
            PersonalLink.objects.update(expires_at=now() - timedelta(minutes=1))
        assert "plus de 7 jours" in phone.post(f"{HOME}{secret}/").content.decode()
        with tenant(group.id):
            newer = new_link(actor=SITE, path=path, channel="sms")
        assert "remplacé" in phone.post(f"{HOME}{secret}/").content.decode()
        assert phone.post(f"{HOME}{newer}/").status_code == 302
        with tenant(group.id):
            withdraw(actor=SITE, path=SelfRegistration.objects.get(pk=path.pk), reason="Erreur")
        page = phone.get(f"{HOME}etat-civil/")
        assert page.status_code == 410
        assert "a été retirée" in page.content.decode()

    def test_the_device_is_told_why_it_goes_no_further(self, group, opened, phone):
        with tenant(group.id):
            PersonalLink.objects.filter(revoked_at=None).update(expires_at=now())
        assert "plus de 7 jours" in phone.get(f"{HOME}etat-civil/").content.decode()
        with tenant(group.id):
            new_link(actor=SITE, path=SelfRegistration.objects.get(pk=opened.pk), channel="sms")
        assert "remplacé" in phone.get(f"{HOME}etat-civil/").content.decode()

    def test_a_link_that_the_site_made_useless(self, group, invited, phone):
        path, secret = invited()
        with tenant(group.id):
            path = SelfRegistration.objects.select_related("person", "request").get(pk=path.pk)
            declare_enrolled(actor=SITE, path=path, enrolled_on=today())
        assert "a noté que vous vous êtes enregistré" in phone.get(f"{HOME}{secret}/").content.decode()

    @pytest.mark.parametrize(
        "page", ["", "etat-civil/", "communes/", "coordonnees/", "service-national/", "partir/"]
    )
    def test_no_page_without_the_device(self, db, phone, page):
        assert phone.get(f"{HOME}{page}").status_code == 410

    def test_a_cookie_that_is_not_ours(self, opened, phone):
        phone.cookies["pre_enregistrement"] = f"{phone.cookies['pre_enregistrement'].value}x"
        assert phone.get(f"{HOME}etat-civil/").status_code == 410


class TestTraits:
    def test_corrected_and_kept(self, opened, phone):
        assert "Abeille" in phone.get(f"{HOME}etat-civil/").content.decode()
        answer = phone.post(f"{HOME}etat-civil/", TRAITS)
        assert answer["Location"] == f"{HOME}coordonnees/"
        found = person_of(opened)
        assert found.first_names == ["Lou", "Camille"]
        assert found.is_french is True
        assert found.email == "lou@tilleuls.example"  # contacts have their own step

    def test_a_refusal_keeps_what_was_typed(self, opened, phone):
        page = phone.post(f"{HOME}etat-civil/", TRAITS | {"birth_date": "31/02/1985"})
        text = page.content.decode()
        assert page.status_code == 200
        assert "31/02/1985" in text
        assert "Lou Camille" in text

    def test_a_verified_identity_is_remarked_and_not_changed(self, opened, phone, group):
        with tenant(group.id):
            IdentityCheckFactory(person_id=opened.person_id, person=None)
        phone.post(f"{HOME}etat-civil/", TRAITS | {"usage_name": "Bouvreuil"})
        found = person_of(opened)
        assert found.usage_name == ""
        assert found.first_names == ["Lou"]
        with tenant(group.id):
            path = SelfRegistration.objects.select_related("person").get(pk=opened.pk)
            line = Line.objects.get(act="self_registration_remarked")
        assert remarks_left(path) == {"usage_name": "Bouvreuil", "first_names": ["Lou", "Camille"]}
        assert path.traits_at is not None
        assert "Bouvreuil" not in path.sealed_remarks
        assert "Bouvreuil" not in str(
            vars(line)
        )  # nobody checked it: the journal says which traits, and keeps none
        assert "nom d'usage" in str(vars(line)).lower()

    def test_suggestions_of_places(self, opened, phone):
        assert "Bourg-en-Bresse" in phone.get(f"{HOME}communes/?birth_place=bourg-en").content.decode()


@pytest.fixture
def at_contacts(opened, phone):
    phone.post(f"{HOME}etat-civil/", TRAITS)
    return opened


class TestContacts:
    CONTACTS = {"email": "lou.abeille@perso.example", "phone": "06 12 34 56 78"}

    def test_the_code_of_the_mail_proves_the_address(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS)
        text = deliver_mails(group)
        assert mail.outbox[-1].to == ["lou.abeille@perso.example"]
        wrong = phone.post(f"{HOME}coordonnees/", {"email-code": "000000"})
        assert "pas le bon code" in wrong.content.decode() or code_in(text) == "000 000"
        assert person_of(at_contacts).email_verified_at is None
        phone.post(f"{HOME}coordonnees/", {"email-code": code_in(text)})
        found = person_of(at_contacts)
        assert found.email == "lou.abeille@perso.example"
        assert found.email_verified_at
        with tenant(group.id):
            assert ContactCode.objects.get().code_hash == ""
        again = phone.post(f"{HOME}coordonnees/", {"email-code": code_in(text)}, follow=True)
        assert "Aucun code" in again.content.decode()

    def test_five_tries_then_another_code(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS)
        right = code_in(deliver_mails(group))
        wrong = "111 111" if right != "111 111" else "222 222"
        for _ in range(5):
            phone.post(f"{HOME}coordonnees/", {"email-code": wrong})
        page = phone.post(f"{HOME}coordonnees/", {"email-code": right}, follow=True)
        assert "Cinq essais" in page.content.decode()
        assert person_of(at_contacts).email_verified_at is None

    def test_one_code_a_minute_and_fifteen_minutes(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS)
        page = phone.post(f"{HOME}coordonnees/", {"again": "1"}, follow=True)
        assert "Patientez une minute" in page.content.decode()
        code = code_in(deliver_mails(group))
        with tenant(group.id):
            ContactCode.objects.update(expires_at=now() - timedelta(seconds=1))
        page = phone.post(f"{HOME}coordonnees/", {"email-code": code}, follow=True)
        assert "plus de 15 minutes" in page.content.decode()

    def test_a_slip_in_the_address_is_mended_at_once(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS | {"email": "lou@gmial.example"})
        page = phone.post(f"{HOME}coordonnees/", self.CONTACTS, follow=True)
        assert "part vers votre courriel" in page.content.decode()
        deliver_mails(group)
        assert mail.outbox[-1].to == [self.CONTACTS["email"]]

    def test_no_code_leaves_once_the_path_is_over(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS)
        with tenant(group.id):
            path = SelfRegistration.objects.select_related("person", "request").get(pk=at_contacts.pk)
            withdraw(actor=SITE, path=path, reason="Erreur")
            message = Message.objects.get(payload__template="self_registration_code")
        deliver(group.id, message.pk)
        assert mail.outbox == []
        with tenant(group.id):
            assert not Message.objects.filter(pk=message.pk).exists()

    def test_after_ten_codes_a_new_link_gives_others(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS)
        with tenant(group.id):
            ContactCode.objects.update(given=10, asked_at=now() - timedelta(minutes=2))
        page = phone.post(f"{HOME}coordonnees/", {"again": "1"}, follow=True)
        assert "Un nouveau lien" in page.content.decode()
        with tenant(group.id):
            path = SelfRegistration.objects.get(pk=at_contacts.pk)
            secret = new_link(actor=SITE, path=path, channel="sms")
        phone.post(f"{HOME}{secret}/")
        page = phone.post(f"{HOME}coordonnees/", {"again": "1"}, follow=True)
        assert "part vers votre courriel" in page.content.decode()

    def test_a_code_for_an_address_changed_since_proves_nothing(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", self.CONTACTS)
        code = code_in(deliver_mails(group))
        with tenant(group.id):
            Person.objects.filter(pk=at_contacts.person_id).update(email="autre@perso.example")
        page = phone.post(f"{HOME}coordonnees/", {"email-code": code}, follow=True)
        assert "Aucun code" in page.content.decode()

    def test_not_further_without_the_mail_proved(self, at_contacts, phone):
        page = phone.post(f"{HOME}coordonnees/", {"next": "1"}, follow=True)
        assert "Vérifiez d" in page.content.decode()
        assert phone.get(f"{HOME}service-national/").status_code == 302

    def test_wrong_shapes_are_refused_beside_their_field(self, at_contacts, phone):
        page = phone.post(f"{HOME}coordonnees/", {"email": "lou@", "phone": "12"}).content.decode()
        assert "12" in page
        assert "téléphone" in page
        assert "lou@" in page
        assert "adresse de courriel" in page


class TestTheNationalService:
    @pytest.fixture
    def ready(self, at_contacts, phone, group):
        phone.post(f"{HOME}coordonnees/", {"email": "lou.abeille@perso.example", "phone": "06 12 34 56 78"})
        phone.post(f"{HOME}coordonnees/", {"email-code": code_in(deliver_mails(group))})
        phone.post(f"{HOME}coordonnees/", {"next": "1"})
        return at_contacts

    def test_leaves_then_declares_once(self, ready, phone, group, settings):
        settings.SELF_REGISTRATION_URL = "https://national.example/"
        assert phone.get(HOME)["Location"] == f"{HOME}service-national/"
        assert phone.get(f"{HOME}partir/")["Location"] == "https://national.example/"
        phone.get(f"{HOME}partir/")
        day = f"{today():%d/%m/%Y}"
        phone.post(f"{HOME}service-national/", {"enrolled_on": day})
        phone.post(f"{HOME}service-national/", {"enrolled_on": day})
        with tenant(group.id):
            path = SelfRegistration.objects.get(pk=ready.pk)
            assert (path.state, path.confirm_by) == ("declared", today() + timedelta(days=30))
            assert path.sent_at
            assert "lien personnel" in path.declared_by_name
            acts = list(
                Line.objects.filter(act__startswith="self_registration").values_list("act", flat=True)
            )
            assert acts.count("self_registration_left") == acts.count("self_registration_declared") == 1
        assert "Merci" in phone.get(f"{HOME}service-national/").content.decode()

    def test_a_day_to_come_is_refused(self, ready, phone):
        page = phone.post(
            f"{HOME}service-national/", {"enrolled_on": f"{today() + timedelta(days=2):%d/%m/%Y}"}
        )
        assert page.status_code == 200
