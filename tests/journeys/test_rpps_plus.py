"""« File RPPS+ au portail »: a gestionnaire not in order is refused, put in order, enters, types the number back."""

import pytest
from playwright.sync_api import expect

from identities.national_directory.loading import load_directory_file
from identities.registrations.models import RegistrationRequest
from identities.rpps_plus.models import PortalEntry
from identities.rpps_plus.tasks import look_at_group
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.national_directory import main_row, write_main
from tests.factories.registrations import RegistrationRequestFactory
from tests.factories.rpps_plus import RppsManagerFactory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
RPPS = "99900000011"


@pytest.fixture
def enter(client_for, live_server, open_context):
    def sign_in(user, **options):
        session = client_for(user).cookies["sessionid"].value
        context = open_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return sign_in


def test_from_the_worklist_to_the_number(group, administrator, enter, check, tmp_path):
    worker = MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER).user
    with tenant(group.id):
        stay = AssignmentFactory(
            establishment=group.first, function_id="R85-328", person__birth_name="Kergoat",
            person__first_names=["Maëlle", "Anne"], person__reachable=True,
        )  # fmt: skip
        RegistrationRequestFactory(
            person=stay.person, establishment=group.first, assignment=stay, function_id="R85-328", route="portal",
            blocks=("identity", "activity_start"),
        )  # fmt: skip
        RppsManagerFactory(
            user_id=worker.pk,
            full_name=worker.full_name,
            legal_entity=group.first.legal_entity,
            card_expired=True,
        )
    page = enter(worker)
    page.goto(f"/g/{group.slug}/enregistrements/portail/")
    check(page)
    page.get_by_role("link", name="KERGOAT Maëlle").click()
    expect(page.get_by_text("la sienne a expiré").first).to_be_visible()
    check(page)
    expect(page.get_by_role("button", name="C'est saisi au portail")).to_have_count(0)

    office = enter(administrator)
    office.goto(f"/g/{group.slug}/enregistrements/gestionnaires/")
    expect(office.get_by_text("Ne peut pas saisir")).to_be_visible()
    check(office)
    office.get_by_role("link", name=worker.full_name).first.click()
    check(office)
    office.get_by_label("Carte CPx valable jusqu'au").fill("31/12/2028")
    office.get_by_role("button", name="Enregistrer").click()
    expect(office.get_by_text("En règle")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="J'ai vérifié le diplôme").click()
    page.get_by_role("button", name="C'est saisi au portail").click()
    page.get_by_label("Numéro RPPS").fill("1234")
    page.get_by_role("button", name="Reporter le numéro").click()
    check(page)
    page.get_by_label("Numéro RPPS").fill(RPPS)
    page.get_by_role("button", name="Reporter le numéro").click()
    expect(page.get_by_text("pas encore vu")).to_be_visible()
    check(page)
    page.set_viewport_size({"width": 360, "height": 740})
    check(page)

    load_directory_file(
        write_main(
            tmp_path / "main.txt",
            [main_row(RPPS, **{"Nom d'exercice": "KERGOAT", "Prénom d'exercice": "MAELLE"})],
        ),
        accept_shrink="essai",
    )
    look_at_group(group_id=str(group.id))
    page.reload()
    expect(page.get_by_text(f"le {today():%d/%m/%Y}").first).to_be_visible()
    page.get_by_role("link", name="Fiche", exact=True).click()
    expect(page.get_by_text(RPPS).first).to_be_visible()
    with tenant(group.id):
        assert PortalEntry.objects.get().verified_on == today()
        assert RegistrationRequest.objects.get().state == "done"
