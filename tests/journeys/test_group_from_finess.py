"""« Création d'un groupe depuis FINESS »: the operator opens it, its two administrators confirm each other."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Page, expect

from portal.dispatch.delivery import deliver
from portal.dispatch.models import Message
from portal.foundation.tenancy import operator, tenant
from tenants.groups.queries import customers
from tenants.memberships.links import invitation_of
from tests.journeys.second_factor import STRONG, code_shown, sign_in
from tests.tenants.groups.places import JSON, SEMICOLON, XML_ENTITIES, XML_SITES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
HAUT_BUGEY = "010008407"
SITES = ("010786077", "010786036", "010007961")
ANNE, BRUNO = "anne@tilleuls.example", "bruno@tilleuls.example"


@pytest.fixture(autouse=True)
def _national_files(transactional_db):
    files = (str(one) for one in (JSON, SEMICOLON, XML_ENTITIES, XML_SITES))
    call_command("load_finess", *files, stdout=StringIO())


@pytest.fixture
def enter(open_context, plug_key):
    """The browser of one more person, with the key of their device when asked."""

    def open_one(*, with_key: bool = False) -> Page:
        page = open_context(viewport={"width": 1280, "height": 800}).new_page()
        if with_key:
            plug_key(page)
        return page

    return open_one


def only_group_id():
    with operator():
        (customer,) = customers()
    return customer.id


def send_mail(group_id) -> dict[str, str]:
    """Delivers the group's outbox and gives the text of what each address received last."""
    with tenant(group_id):
        waiting = list(Message.objects.order_by("number").values_list("pk", flat=True))
    for message_id in waiting:
        deliver(group_id, message_id)
    return {one.to[0]: one.body for one in mail.outbox}


def link_in(text: str) -> str:
    return urlsplit(re.search(r"http\S+/compte/invitation/\S+", text).group()).path


def invited(path: str):
    """Whose invitation a link opens: two links of one invitation differ by the second they were made in."""
    return invitation_of(path.rstrip("/").rpartition("/")[2])


def open_account(page: Page, path: str, check) -> None:
    page.goto(path)
    check(page)
    page.get_by_label("Mot de passe", exact=True).press_sequentially(STRONG)
    expect(page.get_by_text("Assez solide")).to_be_visible()
    page.get_by_label("Mot de passe, une seconde fois").fill(STRONG)
    check(page)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("heading", name="Mes moyens de connexion")).to_be_visible()
    check(page)


def keep_recovery_codes(page: Page, check) -> None:
    """Shown once, straight after the second factor; then the account's home."""
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    assert page.locator("#recovery_codes li").count() == 10
    check(page)
    page.get_by_role("link", name="Je les ai mis en lieu sûr, continuer").click()


def enrol_application(page: Page, check) -> str:
    page.get_by_role("link", name="Activer").click()
    check(page)
    secret = page.get_by_label("Ou recopiez cette clé").input_value()
    page.get_by_label("Code").fill(code_shown(secret))
    page.get_by_role("button", name="Activer").click()
    keep_recovery_codes(page, check)
    return secret


def enrol_key(page: Page, check) -> None:
    page.get_by_role("link", name="Ajouter").click()
    check(page)
    page.get_by_label("Nom de cette clé").fill("Clé du bureau")
    page.get_by_role("button", name="Enregistrer la clé").click()
    keep_recovery_codes(page, check)


def sees_that_it_waits(page: Page, check) -> None:
    expect(page.get_by_text("attend la confirmation d'un second administrateur")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Voir mon compte").click()
    expect(page.get_by_text("en attente de confirmation")).to_be_visible()
    check(page)


def create_group(page: Page, operator_user, check) -> None:
    sign_in(page, operator_user.email)
    expect(page).to_have_url(re.compile(r"/exploitant/groupes/$"))
    check(page)
    page.goto("/compte/")
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Groupes").click()
    page.get_by_role("link", name="Nouveau groupe").click()
    check(page)
    page.get_by_label("Numéros FINESS").fill(HAUT_BUGEY)
    page.get_by_role("button", name="Chercher leurs établissements").click()
    for finess in SITES:
        expect(page.get_by_role("checkbox", name=finess)).to_be_checked()
    check(page)
    page.get_by_label("Nom du groupe").fill("Haut-Bugey")
    page.get_by_label("Premier administrateur : prénom et nom").fill("Anne Fictive")
    page.get_by_label("Premier administrateur : adresse").fill(ANNE)
    page.get_by_label("Second administrateur : prénom et nom").fill("Bruno Fictif")
    page.get_by_label("Second administrateur : adresse").fill(BRUNO)
    page.get_by_role("button", name="Créer le groupe").click()
    expect(page.get_by_role("heading", name="Groupe « Haut-Bugey » créé")).to_be_visible()
    check(page)


def sees_the_sites(page: Page, check) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/g/haut-bugey/$"))
    expect(page.get_by_role("rowheader").get_by_role("link")).to_have_count(len(SITES))
    check(page)


def test_a_group_comes_from_finess_and_its_administrators_confirm_each_other(enter, operator_user, check):
    operator_page = enter()
    create_group(operator_page, operator_user, check)
    shown = [urlsplit(link).path for link in operator_page.locator("dl.facts dd span[id]").all_inner_texts()]
    received = send_mail(only_group_id())
    assert [invited(link_in(received[one])) for one in (ANNE, BRUNO)] == [invited(path) for path in shown]

    anne, bruno = enter(), enter(with_key=True)
    open_account(anne, link_in(received[ANNE]), check)
    enrol_application(anne, check)
    sees_that_it_waits(anne, check)
    expect(anne.get_by_text("n'a pas encore accepté son invitation")).to_be_visible()
    open_account(bruno, shown[1], check)
    enrol_key(bruno, check)
    sees_that_it_waits(bruno, check)

    anne.reload()
    anne.get_by_role("link", name="confirmer cette personne").click()
    check(anne)
    anne.get_by_role("button", name="Confirmer cette personne").click()
    expect(anne.get_by_text("Bruno Fictif est maintenant administrateur du groupe.")).to_be_visible()
    sees_the_sites(bruno, check)

    bruno.get_by_role("link", name="Voir les droits").click()
    check(bruno)
    bruno.get_by_role("link", name="Anne Fictive").click()
    check(bruno)
    bruno.get_by_role("link", name="Confirmer").click()
    check(bruno)
    bruno.get_by_role("button", name="Confirmer").click()
    expect(bruno.get_by_text("Anne Fictive est confirmé : il vaut dès maintenant")).to_be_visible()
    sees_the_sites(anne, check)
    operator_page.goto("/exploitant/groupes/")
    expect(operator_page.get_by_role("row", name="Haut-Bugey")).to_contain_text("Actif")
    check(operator_page)
