"""« Je règle mes avis », « j'arrête le récapitulatif », « mon adresse ne reçoit plus rien », as people do them."""

import pytest

from tenants.memberships.models import User
from tenants.notices.links import stop_path
from tenants.notices.models import Preferences
from tenants.notices.queries import failing_address, preferences_of
from tests.factories.notices import MailAddressFactory
from tests.tenants.notices.test_digest import stays

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page_of(open_context, live_server, client_for):
    """The strict page of somebody signed in, with or without scripts."""

    def open_page(user: User, **options):
        context = open_context(viewport={"width": 1280, "height": 800}, **options)
        session = client_for(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return open_page


def test_a_sites_manager_chooses_what_they_are_told(group, manager, page_of, check):
    stays(group, group.first, 3, mission=True)
    page = page_of(manager)
    page.goto("/compte/")
    page.get_by_role("link", name="Régler mes avis").click()
    check(page)
    page.get_by_role("link", name="Aperçu de votre prochain récapitulatif").click()
    page.get_by_text("3 missions se terminent sous 72 heures").wait_for()
    check(page)
    page.get_by_role("link", name="Régler mes avis").click()
    page.get_by_label("Missions qui se terminent sous 72 heures").select_option(label="Jamais")
    page.get_by_label("Heure d'envoi").select_option(label="21:00")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("tombe dans vos heures de silence").first.wait_for()
    check(page)
    page.get_by_label("Heure d'envoi").select_option(label="14:00")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Vos avis par courriel sont réglés.").wait_for()
    found = preferences_of(manager)
    assert (found.send_at.hour, found.rhythms) == (14, {"missions_ending": "never"})


def test_the_same_without_scripts(manager, page_of):
    page = page_of(manager, java_script_enabled=False)
    page.goto("/compte/avis/")
    page.get_by_label("Aussi le samedi et le dimanche").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Vos avis par courriel sont réglés.").wait_for()
    assert preferences_of(manager).on_weekends


def test_the_link_of_the_mail_stops_the_digest(manager, browser_page, check):
    browser_page.goto(stop_path(manager.pk))
    check(browser_page)
    assert not Preferences.objects.exists()
    browser_page.get_by_role("button", name="Arrêter le récapitulatif").click()
    browser_page.get_by_role("heading", name="Récapitulatif arrêté").wait_for()
    check(browser_page)
    assert preferences_of(manager).unsubscribed_at is not None


def test_somebody_whose_mailbox_fails_says_that_it_works_again(manager, page_of, check):
    MailAddressFactory(address=manager.email)
    page = page_of(manager)
    page.goto("/compte/")
    page.get_by_text("Votre adresse ne reçoit plus nos courriels").wait_for()
    check(page)
    page.get_by_role("button", name="L'adresse fonctionne de nouveau").click()
    page.get_by_text("partent de nouveau vers votre adresse").wait_for()
    assert failing_address(manager.email) is None


def test_an_administrator_sees_it_on_the_group_home_and_puts_it_right(
    group, administrator, manager, page_of, check
):
    MailAddressFactory(address=manager.email)
    page = page_of(administrator)
    page.goto(f"/g/{group.slug}/")
    page.get_by_role("link", name="Voir les adresses").click()
    page.get_by_role("rowheader", name=manager.full_name).wait_for()
    check(page)
    page.get_by_role("button", name="L'adresse fonctionne de nouveau").click()
    page.get_by_text("Tous les comptes reçoivent nos courriels").wait_for()
    check(page)
    assert failing_address(manager.email) is None
