"""« Campagne de liaison RPPS » in a real browser: matching, decisions, the check of links, differences, a record derived."""

import re

import pytest
from playwright.sync_api import Page, expect

from identities.national_directory import campaign_ring
from identities.national_directory.campaigning import compare_with_files
from identities.national_directory.models import DirectoryLink
from identities.people.models import Person
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.national_directory import main_row
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.identities.national_directory.test_links import OTHER, RPPS, THIRD, at_work, load

__all__ = ["load"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
FOURTH, FIFTH = "99900000045", "99900000052"


@pytest.fixture
def page(client_for, administrator, live_server, browser_page: Page) -> Page:
    """The browser of the group's administrator."""
    session = client_for(administrator).cookies["sessionid"].value
    browser_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return browser_page


@pytest.fixture
def people(group, load):
    """An aide-soignante with her number; two found by name, job and site; one with two numbers; a nurse without any."""
    load(
        at_work(group, RPPS, "AUBERT", "LEA"),
        at_work(group, OTHER, "BESSON", "ZOE"),
        at_work(group, THIRD, "CARTIER", "ANNE"),
        at_work(group, FOURTH, "CARTIER", "ANNE"),
        main_row(FIFTH, "NOUVELLE", "SARAH"),
    )
    with tenant(group.id):
        found = {}
        for name, first, function in (
            ("Aubert", "Léa", "R85-313"),
            ("Besson", "Zoé", "R85-313"),
            ("Cartier", "Anne", "R85-313"),
            ("Dumas", "Paul", "G15-60"),
        ):
            found[name] = PersonFactory(birth_name=name, first_names=[first])
            AssignmentFactory(person=found[name], establishment=group.first, function_id=function)
        PersonIdentifierFactory(person=found["Aubert"], kind="rpps", value=RPPS)
    return found


def test_links_are_proposed_confirmed_and_checked(group, people, load, page, check, monkeypatch):
    rung = []
    monkeypatch.setattr(campaign_ring, "ring", lambda *ids: rung.append(ids))
    page.goto(f"/g/{group.slug}/annuaire-sante/")
    check(page)
    page.get_by_role("button", name="Chercher de nouveaux liens").click()
    expect(page.get_by_text("1 lien automatique, 3 propositions nouvelles")).to_be_visible()
    check(page)
    expect(page.get_by_role("checkbox", name=f"BESSON Zoé, {OTHER}")).to_be_checked()
    expect(page.get_by_role("checkbox", name=f"CARTIER Anne, {THIRD}")).not_to_be_checked()
    page.get_by_role("button", name=f"Écarter… {FOURTH} pour CARTIER Anne").click()
    check(page)
    page.get_by_role("button", name="Écarter", exact=True).click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_visible()
    page.get_by_label("Motif").fill("homonyme d'un autre établissement")
    page.get_by_role("button", name="Écarter", exact=True).click()
    expect(page.get_by_text("1 proposition décidée")).to_be_visible()
    page.get_by_role("button", name="Relier les fiches cochées…").click()
    expect(page.get_by_role("heading", name="Relier 2 fiches")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Relier", exact=True).click()
    expect(page.get_by_text("Rien n'attend de décision")).to_be_visible()
    check(page)
    with tenant(group.id):
        assert DirectoryLink.objects.filter(state="linked").count() == 3
    load(
        at_work(group, RPPS, "AUBERT", "LEA"),
        main_row(OTHER, "AUTRENOM", "ZOE"),
        at_work(group, THIRD, "CARTIER", "ANNE"),
    )
    page.goto(f"/g/{group.slug}/annuaire-sante/")
    page.get_by_role("link", name="Lancer une vérification…").click()
    check(page)
    page.get_by_label("Tous (3)").check()
    page.get_by_role("button", name="Lancer la vérification").click()
    expect(page.get_by_role("progressbar", name="Avancement")).to_be_visible()
    check(page)
    compare_with_files(*rung[0])
    expect(page.get_by_text("Vérification terminée")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Voir les fiches avec une différence").click()
    expect(page.get_by_role("cell", name=re.compile("autre nom"))).to_be_visible()
    expect(page.get_by_role("link", name="AUBERT Léa")).to_have_count(0)
    check(page)
    page.get_by_role("link", name="BESSON Zoé").click()
    expect(
        page.get_by_text("L'Annuaire Santé donne un autre nom. Vérifiez celui de la fiche")
    ).to_be_visible()
    expect(page.get_by_text("(36 mois, projet)")).to_be_visible()
    check(page)


def test_who_has_no_link_is_told_the_right_door(group, people, page, check):
    page.goto(f"/g/{group.slug}/annuaire-sante/sans-lien/")
    expect(page.get_by_text("Ordre des infirmiers")).to_be_visible()
    check(page)
    page.get_by_label("Autorité d'enregistrement").select_option(label="Ordre professionnel")
    expect(page.get_by_role("link", name="AUBERT Léa")).to_have_count(0)
    page.get_by_role("link", name="DUMAS Paul").click()
    expect(page.get_by_text("La personne s'adresse à son ordre")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Saisir un numéro RPPS").click()
    page.get_by_label("Numéro RPPS").fill(FIFTH)
    page.get_by_role("button", name="Relier").click()
    expect(page.get_by_role("group", name="À corriger avant de continuer")).to_be_visible()
    check(page)


def test_a_record_is_made_from_a_number(group, people, page, check):
    page.goto(f"/g/{group.slug}/recherche/?q=nouvelle")
    page.get_by_role("link", name="Créer la fiche depuis l'Annuaire Santé").click()
    check(page)
    page.get_by_label("Numéro RPPS").fill(FIFTH)
    page.get_by_role("button", name="Chercher ce numéro").click()
    expect(page.get_by_text("NOUVELLE SARAH")).to_be_visible()
    check(page)
    page.get_by_label(re.compile("Nom de naissance")).fill("Ancienne")
    page.get_by_role("button", name="Créer la fiche").click()
    expect(page.get_by_text("Avant tout usage, il reste à vérifier")).to_be_visible()
    check(page)
    with tenant(group.id):
        person = Person.objects.get(birth_name="Ancienne")
        assert (person.usage_name, person.identifiers.get().value) == ("NOUVELLE", FIFTH)
