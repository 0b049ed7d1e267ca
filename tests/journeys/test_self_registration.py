"""« Auto-enregistrement et confirmation à 30 jours »: invited by mail, done on a phone, confirmed by API PSI."""

import re
from datetime import timedelta
from email import message_from_string, policy

import pytest
from playwright.sync_api import expect

from identities.people.models import Person
from identities.self_registrations.models import SelfRegistration
from identities.self_registrations.tasks import watch, watch_group
from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import IdentityCheckFactory
from tests.factories.registrations import ConnectionFactory
from tests.portal.dispatch.smtp import Behaviour, mail_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = {"viewport": {"width": 360, "height": 740}}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NUMBER = "899900000029"
NATIONAL = {
    "lastName": "Abeille", "firstNames": "Lou Camille", "birthDate": "1985-03-12", "genderCode": "F",
    "birthLocationCode": "01053", "rpps": [NUMBER],
}  # fmt: skip


@pytest.fixture
def mailbox(settings):
    """A real mail server; what it received."""
    behaviour = Behaviour()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with mail_server(behaviour) as port:
        settings.EMAIL_PORT = port
        yield behaviour.received


@pytest.fixture
def enter(client_for, live_server, open_context):
    def sign_in(user):
        session = client_for(user).cookies["sessionid"].value
        context = open_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return sign_in


def leave(group) -> None:
    """What the worker does: every message that waits."""
    with tenant(group.id):
        waiting = list(Message.objects.order_by("created_at").values_list("pk", flat=True))
    for one in waiting:
        deliver(group.id, one)


def text_of(received: str) -> str:
    """The plain part of a mail, its quoted-printable undone."""
    message = message_from_string(received, policy=policy.default)
    return message.get_body(("plain",)).get_content()


def test_from_the_invitation_to_the_number(
    group, administrator, enter, open_context, mailbox, psi_api, settings, check, live_server
):
    settings.SELF_REGISTRATION_URL = f"{live_server.url}/aide/connexion/"
    with tenant(group.id):
        ConnectionFactory()
        stay = AssignmentFactory(
            establishment=group.first,
            person__birth_name="Abeille",
            person__first_names=["Lou"],
            person__email="lou@perso.example",
        )
    psi_api.tell_psi(self_enrolled=[NATIONAL])
    page = enter(administrator)
    _invited(page, group, check)
    leave(group)
    link = re.search(r"http\S+/pre-enregistrement/\S+", text_of(mailbox[-1]))[0]

    phone = open_context(**PHONE).new_page()
    _filled(phone, link, group, mailbox, check)
    other = open_context(**PHONE)
    stranger = other.new_page()
    stranger.goto(link)
    expect(stranger.get_by_text("Ce lien a déjà été ouvert")).to_be_visible()
    check(stranger)
    other.complaints.found.clear()  # the page of a link that is used up answers 410, as it must

    _confirmed(page, group, check)
    leave(group)
    assert watch() == 1
    with tenant(group.id):
        assert Person.objects.get(pk=stay.person_id).email_verified_at
    watch_group(group_id=str(group.id))
    page.goto(f"/g/{group.slug}/enregistrements/auto/?etat=confirmed")
    expect(page.get_by_role("link", name="ABEILLE Lou")).to_be_visible()
    check(page)
    with tenant(group.id):
        path = SelfRegistration.objects.select_related("request").get()
        assert (path.state, path.request.state) == ("confirmed", "done")
        assert path.person.identifiers.get(kind="rpps").value == NUMBER[1:]


def test_by_sms_the_link_itself_proves_the_mobile(group, administrator, enter, open_context, check):
    """The site sends it from its own telephone; a remark on a verified identity; withdrawn at the end."""
    with tenant(group.id):
        stay = AssignmentFactory(
            establishment=group.first,
            person__birth_name="Bouvreuil",
            person__first_names=["Lou"],
            person__phone="+33612345678",
        )
        IdentityCheckFactory(person=stay.person)
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/enregistrements/auto/inviter/")
    page.get_by_label("Par SMS").check()
    page.get_by_label("BOUVREUIL Lou").check()
    page.get_by_role("button", name="Inviter les personnes cochées").click()
    page.get_by_role("button", name="Donner un code").click()
    expect(page.get_by_role("heading", name="Code à envoyer")).to_be_visible()
    check(page)
    page.get_by_role("link", name="C'est envoyé").click()
    page.get_by_role("button", name="Préparer le SMS").click()
    check(page)
    link = re.search(r"http\S+/pre-enregistrement/\S+", page.locator("#sms-text").inner_text())[0]

    phone = open_context(**PHONE, java_script_enabled=False).new_page()
    phone.goto(link)
    phone.get_by_role("button", name="Commencer sur cet appareil").click()
    phone.get_by_label("Nom d'usage").fill("Abeille")
    phone.get_by_role("button", name="C'est exact, continuer").click()
    expect(phone.get_by_text("vos corrections sont transmises")).to_be_visible()
    expect(phone.get_by_text("Vérifié", exact=True)).to_be_visible()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Vos coordonnées")).to_be_visible()

    page.get_by_role("link", name="C'est envoyé").click()
    expect(page.get_by_role("heading", name="La personne écrit autrement")).to_be_visible()
    check(page)
    page.get_by_role("link", name="La personne s'est déjà enregistrée").click()
    check(page)
    page.get_by_role("link", name="Annuler").click()
    page.get_by_role("link", name="Retirer l'invitation").click()
    check(page)
    page.get_by_label("Motif").fill("Contrat annulé")
    page.get_by_role("button", name="Retirer l'invitation").click()
    expect(page.get_by_text("le lien n'ouvre plus rien")).to_be_visible()
    with tenant(group.id):
        person = Person.objects.get(pk=stay.person_id)
        assert person.phone_verified_at is not None
        assert person.usage_name == ""
        assert SelfRegistration.objects.get().state == "withdrawn"


def _invited(page, group, check) -> None:
    page.goto(f"/g/{group.slug}/e/{group.first.pk}/enregistrements/auto/")
    check(page)
    page.get_by_role("link", name="Inviter").click()
    check(page)
    page.get_by_label("ABEILLE Lou").check()
    page.get_by_role("button", name="Inviter les personnes cochées").dblclick()
    expect(page.get_by_text("Une personne est invitée").or_(page.get_by_text("déjà invité"))).to_be_visible()
    check(page)


def _filled(phone, link, group, mailbox, check) -> None:
    phone.goto(link)
    expect(phone.get_by_text(group.first.name).first).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="Commencer sur cet appareil").click()
    phone.get_by_label("Tous les prénoms").fill("Lou, Camille")
    check(phone)
    phone.get_by_role("button", name="C'est exact, continuer").click()
    phone.get_by_label("Votre mobile").fill("06 12 34 56 78")
    check(phone)
    phone.get_by_role("button", name="Enregistrer et recevoir le code").click()
    expect(phone.get_by_label("Code à six chiffres").first).to_be_visible()
    leave(group)
    code = re.search(r"\d{3} \d{3}", text_of(mailbox[-1]))[0]
    check(phone)
    phone.get_by_label("Code à six chiffres").first.fill(code)
    phone.get_by_role("button", name="Vérifier mon courriel").click()
    expect(phone.get_by_text("Votre courriel est vérifié.")).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="Continuer").click()
    check(phone)
    with phone.context.expect_page() as national:
        phone.get_by_role("link", name="Aller au service national").click()
    national.value.wait_for_url("**/aide/connexion/")
    phone.get_by_role("button", name="J'ai terminé").click()
    until = f"{today() + timedelta(days=30):%d/%m/%Y}"
    expect(phone.get_by_text(until)).to_be_visible()
    check(phone)


def _confirmed(page, group, check) -> None:
    page.goto(f"/g/{group.slug}/enregistrements/auto/?etat=declared")
    expect(page.get_by_text("30 jours pour confirmer")).to_be_visible()
    page.get_by_role("link", name="ABEILLE Lou").click()
    check(page)
    page.get_by_role("link", name="Confirmer").click()
    check(page)
    page.get_by_role("button", name="Préparer la confirmation").click()
    page.get_by_role("link", name="Envoyer…").click()
    page.get_by_role("button", name=re.compile("^Envoyer")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
