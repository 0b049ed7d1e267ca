"""« Import RH avec garde-fou, application et annulation », in a real browser: deposit, columns, dry run, reason, undo."""

import pytest
from playwright.sync_api import Page, expect

from identities.assignments.models import Assignment
from identities.hr_imports import tasks, work
from identities.people.models import Person
from portal.foundation.tenancy import tenant
from tenants.memberships.permissions import Role
from tests.factories.hr_imports import SourceFactory, hr_file, hr_line
from tests.factories.memberships import MembershipFactory
from tests.identities.hr_imports.test_dry_run import known

pytestmark = pytest.mark.slow


@pytest.fixture
def worker_at_hand(monkeypatch):
    """The worker answers each ring at once."""
    monkeypatch.setattr(work, "ring", lambda ids: tasks.carry_on(**ids))


@pytest.fixture
def enter(client_for, live_server, browser_page: Page):
    def sign_in(user) -> Page:
        session = client_for(user).cookies["sessionid"].value
        browser_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return browser_page

    return sign_in


@pytest.fixture
def people(group):
    """Four people of the payroll at the first site; `source` is where the next file comes from."""
    with tenant(group.id):
        source = SourceFactory(name="Paie des Tilleuls")

    class Payroll:
        pass

    payroll = Payroll()
    payroll.group, payroll.source = group, source
    for rank, name in enumerate(("Aubert", "Besson", "Cartier", "Dumas")):
        known(payroll, f"000{rank}", birth_name=name, birth_date=f"197{rank}-01-01")
    return payroll


def test_a_guarded_import_is_applied_with_a_reason_then_undone(
    people, group, administrator, enter, worker_at_hand, check, tmp_path
):
    file = tmp_path / "paie_20261101.csv"
    headers = (*hr_file().decode("cp1252").strip().split(";"),)
    headers = tuple("Emploi occupé ici" if one == "Emploi" else one for one in headers)
    file.write_bytes(
        hr_file(
            hr_line(group.first, "0000", **{"Nom de naissance": "Aubert", "Date de naissance": "01/01/1970"}),
            hr_line(group.first, "0009", **{"Nom de naissance": "Zola", "Date de naissance": "02/04/1990"}),
            hr_line(group.first, "0010", **{"Nom de naissance": "Faux", "Date de naissance": "31/02/1990"}),
            headers=headers,
        )
    )
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/imports-rh/")
    check(page)
    page.get_by_role("link", name="Déposer un fichier de Paie des Tilleuls").click()
    check(page)
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("heading", name="Colonnes du fichier")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Contrôler le fichier").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_visible()
    page.get_by_label("Emploi occupé ici").select_option(label="Fonction")
    page.get_by_role("button", name="Contrôler le fichier").click()
    expect(page.get_by_text("3 départs sur 4 affectations en cours")).to_be_visible()
    check(page)
    with tenant(group.id):
        assert Person.objects.count() == 4
    page.get_by_role("link", name="Lignes refusées", exact=True).click()
    expect(page.get_by_text("31/02/1990 n'existe pas")).to_be_visible()
    check(page)
    page.go_back()
    page.get_by_role("link", name="Appliquer…").click()
    check(page)
    page.get_by_role("button", name="Appliquer malgré le garde-fou").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_visible()
    page.get_by_label("Motif").fill("Fermeture du service de nuit")
    page.get_by_role("button", name="Appliquer malgré le garde-fou").click()
    expect(page.get_by_text("Annulable jusqu'au")).to_be_visible()
    check(page)
    with tenant(group.id):
        assert Assignment.objects.filter(state="running").count() == 2
    page.get_by_role("link", name="Annuler cet import…").click()
    check(page)
    page.get_by_role("button", name="Annuler cet import").click()
    expect(page.get_by_text("Annulé après application").first).to_be_visible()
    check(page)
    with tenant(group.id):
        assert Assignment.objects.filter(state="running").count() == 4


def test_the_progress_is_seen_and_ends_by_itself(people, group, enter, monkeypatch, check, tmp_path):
    """The worker is late: the page shows where it is, then the result, without a click."""
    rung = []
    monkeypatch.setattr(work, "ring", rung.append)
    hr = MembershipFactory(group_id=group.id, role=Role.HR).user
    page = enter(hr)
    file = tmp_path / "paie.csv"
    file.write_bytes(
        hr_file(
            hr_line(group.first, "0000", **{"Nom de naissance": "Aubert", "Date de naissance": "01/01/1970"})
        )
    )
    page.goto(f"/g/{group.slug}/imports-rh/sources/{people.source.pk}/deposer/")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Déposer").click()
    page.get_by_role("button", name="Contrôler le fichier").click()
    expect(page.get_by_role("progressbar", name="Avancement")).to_be_visible()
    check(page)
    tasks.carry_on(**rung[0])
    expect(page.get_by_text("Seul un administrateur de groupe peut l'appliquer")).to_be_visible()
    check(page)
    expect(page.get_by_role("link", name="Appliquer…")).to_have_count(0)
