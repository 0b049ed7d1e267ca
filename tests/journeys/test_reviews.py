"""The yearly review: started by the group, answered line by line by the site, closed with its proof."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from identities.assignments.models import Assignment
from identities.reviews.models import Campaign, ReviewAnswer
from portal.foundation.clock import PARIS, now, today
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def enter(client_for, live_server, open_context):
    """One browser per person, signed in by the session of a test client."""

    def sign_in(user, **options):
        session = client_for(user).cookies["sessionid"].value
        context = open_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return sign_in


def test_a_review_from_its_start_to_its_proof(group, administrator, manager, enter, check):
    with tenant(group.id):
        for name in ("Abeille", "Bouvreuil", "Corneille"):
            AssignmentFactory(establishment=group.first, person__birth_name=name, person__first_names=["Lou"])
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/revues/")
    check(page)
    page.get_by_role("link", name="Lancer une revue").click()
    check(page)
    page.get_by_label("À terminer le").fill(f"{today() + timedelta(days=15):%d/%m/%Y}")
    page.get_by_role("button", name="Lancer la revue").dblclick()
    expect(page.get_by_text("La revue est lancée")).to_be_visible()
    check(page)

    site = enter(manager, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    site.goto(f"/g/{group.slug}/e/{group.first.pk}/")
    site.get_by_role("link", name="Faire la revue").click()
    site.get_by_label("ABEILLE Lou").check()
    site.get_by_role("button", name="Ne travaille plus ici : CORNEILLE Lou").click()
    expect(site.get_by_text("Une présence confirmée. Il en reste 2.")).to_be_visible()
    site.get_by_label("Motif").select_option(label="démission")
    site.get_by_role("button", name="Enregistrer le départ").click()
    expect(site.get_by_text("Départ de CORNEILLE Lou enregistré")).to_be_visible()
    site.get_by_label("BOUVREUIL Lou").check()
    site.get_by_role("button", name="Confirmer les personnes cochées").click()
    expect(site.get_by_text("La revue de ce site est terminée")).to_be_visible()

    page.reload()
    expect(page.get_by_role("row", name=group.first.name)).to_contain_text("Terminée")
    page.get_by_role("link", name=group.first.name).click()
    expect(page.get_by_text("Ne travaille plus ici", exact=True)).to_be_visible()
    check(page)
    page.go_back()
    page.get_by_role("link", name="Clore la revue").click()
    check(page)
    page.get_by_role("button", name="Clore la revue").click()
    expect(page.get_by_text("La revue est close")).to_be_visible()
    with tenant(group.id):
        assert Campaign.objects.get().state == "closed"
        assert sorted(ReviewAnswer.objects.values_list("kind", flat=True)) == [
            "confirmed",
            "confirmed",
            "ended",
        ]


def test_a_change_to_come_and_its_undoing(group, administrator, enter, check):
    with tenant(group.id):
        stay = AssignmentFactory(
            establishment=group.first, person__birth_name="Abeille", person__first_names=["Lou"]
        )
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/personnes/{stay.person_id}/")
    page.get_by_role("link", name="Changer l'affectation d'ABEILLE Lou").click()
    check(page)
    page.get_by_role("combobox", name="Établissement").select_option(label=group.second.name)
    page.get_by_label("À une date").check()
    page.get_by_role("button", name="Enregistrer le changement").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_focused()
    check(page)
    page.get_by_label("Date d'effet").fill(f"{(now() + timedelta(days=9)).astimezone(PARIS):%d/%m/%Y}")
    page.get_by_role("button", name="Enregistrer le changement").dblclick()
    expect(page.get_by_text("Vous pouvez annuler ce changement d'ici là")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Annuler le changement").first.click()
    check(page)
    page.get_by_role("button", name="Annuler le changement").click()
    expect(page.get_by_text("Changement annulé")).to_be_visible()
    with tenant(group.id):
        assert Assignment.objects.get(pk=stay.pk).ends_at is None


def test_the_figures_of_data_quality_open_their_lists(group, administrator, enter, check):
    with tenant(group.id):
        AssignmentFactory(establishment=group.first, person__birth_name="Abeille", person__email="")
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/qualite/")
    check(page)
    page.get_by_role("link", name="1 : Sans courriel", exact=True).click()
    expect(page.get_by_role("heading", name="Sans courriel")).to_be_visible()
    expect(page.get_by_role("link", name="ABEILLE")).to_be_visible()
    check(page)
