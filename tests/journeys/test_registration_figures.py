"""The month's figures and the settings of registrations, as they are read: axe, and 320 pixels."""

import pytest
from playwright.sync_api import expect

from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from tests.factories.registrations import RegistrationRequestFactory

pytestmark = pytest.mark.slow


def test_figures_open_their_list_and_agency_staff_is_chosen(
    group, administrator, client_for, live_server, browser_page, check
):
    with tenant(group.id):
        RegistrationRequestFactory(
            establishment=group.first, person__birth_name="Abeille", state="done", sent_at=now(), settled_at=now(),
            numbered_on=today(), ecps_on=today(),
        )  # fmt: skip
        RegistrationRequestFactory(establishment=group.first)
    page = browser_page
    session = client_for(administrator).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/g/{group.slug}/enregistrements/")
    page.get_by_role("link", name="Chiffres", exact=True).click()
    check(page)
    page.get_by_role("link", name="1 numéro obtenu", exact=True).click()
    expect(page.get_by_role("link", name="ABEILLE")).to_be_visible()
    check(page)
    page.goto(f"/g/{group.slug}/enregistrements/reglages/")
    check(page)
    assert not page.locator("main").evaluate(
        "main => / [:;?!»]|« /.test(main.textContent)"
    )  # never first on a line
    page.get_by_label("L'établissement : elles sont proposées comme les autres").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Choix enregistré")).to_be_visible()
    expect(page.get_by_label("L'établissement : elles sont proposées comme les autres")).to_be_checked()
