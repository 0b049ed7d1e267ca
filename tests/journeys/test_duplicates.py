"""« Doublon fusionné puis défusionné », in a real browser: the list, two records side by side, the merge, its undoing."""

import pytest
from playwright.sync_api import Page, expect

from identities.duplicates import tasks
from identities.duplicates.models import Pair
from identities.people.models import Person
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory, PersonIdentifierFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def enter(client_for, live_server, browser_page: Page):
    def sign_in(user) -> Page:
        session = client_for(user).cookies["sessionid"].value
        browser_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return browser_page

    return sign_in


@pytest.fixture
def worker_at_hand(monkeypatch):
    """The worker answers each ring at once."""
    monkeypatch.setattr(
        "identities.duplicates.operations.ring",
        lambda group_id, is_whole: tasks.search(group_id=str(group_id), is_whole=is_whole),
    )


@pytest.fixture
def typed_twice(group):
    """Jeanne, seen with her passport, and the same by an agency at night, at the same site; and a namesake."""
    with tenant(group.id):
        one = PersonFactory(birth_name="Lefebvre", first_names=["Jeanne", "Marie"])
        two = PersonFactory(birth_name="Lefevre", first_names=["Jeanne"], phone="+33699000011")
        IdentityCheckFactory(person=one)
        PersonIdentifierFactory(person=one, value="0421")
        AssignmentFactory(person=one, establishment=group.first)
        AssignmentFactory(person=two, establishment=group.first, mission=True)
        AssignmentFactory(person=two, establishment=group.second, mission=True)
    return one, two


def test_a_double_is_merged_then_unmerged(typed_twice, group, administrator, enter, worker_at_hand, check):
    one, two = typed_twice
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/doublons/")
    expect(page.get_by_text("Les fiches n'ont pas encore été comparées")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Chercher les doublons").click()
    expect(page.get_by_text("Dernière recherche dans tout le groupe")).to_be_visible()
    check(page)
    page.get_by_role("link", name="LEFEBVRE Jeanne").click()
    expect(page.get_by_role("heading", name="Deux fiches côte à côte")).to_be_visible()
    check(page)
    page.get_by_role("link", name="C'est la même personne…").click()
    expect(page.get_by_role("radio", name="Lefebvre (vérifié)")).to_be_checked()
    check(page)
    page.get_by_role("radio", name="Lefevre", exact=True).check()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_contain_text("a été vérifié")
    check(page)
    page.get_by_role("radio", name="Lefebvre (vérifié)").check()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("c'est la même présence saisie deux fois")).to_be_visible()
    check(page)
    with tenant(group.id):
        assert Pair.objects.get().state == "to_settle"
    page.get_by_role("button", name="Réunir ces deux fiches").click()
    expect(page.get_by_text("Cette fiche réunit")).to_be_visible()
    expect(page.get_by_text("06 99 00 00 11")).to_be_visible()
    check(page)
    page.goto(f"/g/{group.slug}/personnes/{two.pk}/")
    assert page.url.endswith(f"/personnes/{one.pk}/"), "the old address leads to the record that goes on"
    page.get_by_role("link", name="Défaire cette fusion…").click()
    expect(page.get_by_text("2 affectations")).to_be_visible()
    check(page)
    page.get_by_label("Motif").fill("Deux cousines de même nom")
    page.get_by_role("button", name="Défaire cette fusion").click()
    expect(page.get_by_text("Défaite", exact=True)).to_be_visible()
    check(page)
    with tenant(group.id):
        assert not Person.objects.exclude(merged_into=None).exists()
        assert two.assignments.filter(state="running").count() == 2
    page.get_by_role("link", name="À régler (1)").click()
    page.get_by_role("link", name="LEFEBVRE Jeanne").click()
    page.get_by_role("button", name="Ce sont deux personnes").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_visible()
    check(page)
    page.get_by_label("Ce qui les distingue").fill("Deux cousines")
    page.get_by_role("button", name="Ce sont deux personnes").click()
    page.get_by_role("link", name="Deux personnes (1)").click()
    expect(page.get_by_text("Deux cousines")).to_be_visible()
    check(page)


def test_a_pair_is_put_off_and_two_records_are_compared_by_hand(
    typed_twice, group, administrator, enter, check
):
    one, _ = typed_twice
    page = enter(administrator)
    page.goto(f"/g/{group.slug}/personnes/{one.pk}/")
    page.get_by_role("link", name="Comparer avec une autre fiche").click()
    page.get_by_label("Nom, prénom, matricule, RPPS ou date de naissance").fill("lefevre")
    page.get_by_role("button", name="Chercher", exact=True).click()
    check(page)
    page.get_by_role("button", name="Comparer avec LEFEVRE Jeanne").click()
    expect(page.get_by_role("heading", name="Deux fiches côte à côte")).to_be_visible()
    page.get_by_label("Me la montrer de nouveau le").fill("01/01/2020")
    page.get_by_role("button", name="Décider plus tard").click()
    expect(page.get_by_text("Choisissez une date à venir").first).to_be_visible()
    page.get_by_label("Me la montrer de nouveau le").fill("")
    page.get_by_role("button", name="Décider plus tard").click()
    page.get_by_role("link", name="Plus tard (1)").click()
    expect(page.get_by_text("sans date")).to_be_visible()
    check(page)
