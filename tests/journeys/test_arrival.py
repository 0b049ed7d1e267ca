"""« Arrivée d'un intérimaire » and « arrivée groupée de 25 », as a site manager does them, keyboard and clicks counted."""

import sys

import pytest
from django.urls import reverse

from identities.assignments.models import Assignment
from identities.people.models import HomonymDecision, IdentityCheck, Person
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_ACTIONS, MOST_WAITS = 60, 3
FAMILY_NAMES = [
    *(
        "Abadie",
        "Bonnet",
        "Carpentier",
        "Delmas",
        "Escoffier",
        "Fontaine",
        "Guichard",
        "Huet",
        "Imbert",
        "Jourdan",
    ),
    *(
        "Klein",
        "Lacroix",
        "Mercier",
        "Navarro",
        "Ollivier",
        "Pasquier",
        "Quentin",
        "Renaud",
        "Schmitt",
        "Tessier",
    ),
    *("Urbain", "Vasseur", "Weber", "Xavier", "Yvon"),
]


@pytest.fixture
def page(browser_page, live_server, client_for, manager):
    """The strict page, signed in as the site's manager."""
    client = client_for(manager)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    browser_page.context.add_cookies([session])
    return browser_page


def address(group, name):
    return reverse(f"shell:{name}", kwargs={"group_slug": group.slug, "establishment_id": group.first.pk})


def rows(group, model):
    with tenant(group.id):
        return list(model.objects.order_by("pk"))


def say(capsys, words):
    """The measure is read in the run's own output, like the durations."""
    with capsys.disabled():
        sys.stdout.write(f"\n{words}\n")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def type_in(page, text):
    page.keyboard.type(text)


def test_a_temp_who_comes_back_arrives(page, group, axe, no_horizontal_scroll, journey_cost, capsys):
    with tenant(group.id):
        PersonFactory(birth_name="Lefèvre", first_names=["Anaïs"])
        AssignmentFactory(establishment=group.first, person__birth_name="Moreau")
    cost = journey_cost(page)
    with cost.counted():
        page.goto(address(group, "arrival"))
        type_in(page, "lefevre")
        page.get_by_text("C'est cette personne").click()
        page.get_by_label("Fonction").click()
        type_in(page, "as")
        press(page, "Tab")
        page.get_by_text("3 jours").click()
        page.get_by_text("Carte d'identité").click()
        page.get_by_text("Je l'ai vue moi-même").click()
        page.get_by_role("button", name="Enregistrer l'arrivée").click()
        page.get_by_role("heading", name="LEFÈVRE Anaïs : arrivée enregistrée").wait_for()
    axe(page)
    no_horizontal_scroll(page)
    say(capsys, f"returning temp: {cost}")
    assert cost.actions <= MOST_ACTIONS
    assert cost.waits <= MOST_WAITS
    assert len(rows(group, Person)) == 2
    assert len(rows(group, IdentityCheck)) == 1


def test_a_new_temp_arrives_by_keyboard_alone(page, group, axe, no_horizontal_scroll, journey_cost, capsys):
    cost = journey_cost(page)
    with cost.counted():
        page.goto(address(group, "arrival"))
        type_in(page, "GIRARD Lou")
        page.locator("#person-new").wait_for()
        axe(page)
        press(page, *["Tab"] * 5)  # the button, « nouvelle personne », the name and first names, both filled
        type_in(page, "12031990")
        press(page, "Tab", "Space", "Tab")
        type_in(page, "01053")
        page.get_by_role("option", name="Bourg-en-Bresse (01053)").wait_for()
        press(page, "Tab")
        type_in(page, "as")
        axe(page)
        press(page, "Tab", "Tab", "Space", "Tab")
        type_in(page, "0612345678")
        press(page, "Tab", "Tab", "Tab", "Space", "Tab", "Space")
        press(page, "Enter")
        page.get_by_role("heading", name="GIRARD Lou : arrivée enregistrée").wait_for()
    axe(page)
    no_horizontal_scroll(page)
    say(capsys, f"new temp: {cost}")
    assert cost.actions <= MOST_ACTIONS
    assert cost.waits <= MOST_WAITS
    (person,) = rows(group, Person)
    assert (person.birth_name, person.first_names, person.sex) == ("GIRARD", ["Lou"], "F")
    assert (person.birth_date, person.birth_commune_code, person.phone) == (
        "1990-03-12",
        "01053",
        "+33612345678",
    )
    assert len(rows(group, IdentityCheck)) == 1


def test_a_probable_double_is_shown_while_typing_and_settled(page, group, axe, no_horizontal_scroll):
    with tenant(group.id):
        PersonFactory(birth_name="Girard", first_names=["Lou"], birth_date="1990-03-21")
    page.goto(f"{address(group, 'arrival')}?qui=GIRARD+Lou")
    page.get_by_text("Aucune de ces personnes").click()
    page.get_by_label("Date de naissance").press_sequentially("12031990")
    page.get_by_text("Personne différente").click()
    page.get_by_label("Ce qui les distingue").fill("Autre date de naissance sur la carte")
    axe(page)
    no_horizontal_scroll(page)
    page.get_by_text("Féminin").click()
    page.get_by_label("Commune ou pays de naissance").fill("Bourg-en-Bresse (01053)")
    page.get_by_label("Fonction").fill("ide")
    page.get_by_label("Fonction").press("Enter")
    page.get_by_text("7 jours").click()
    page.get_by_text("Aucune pour l'instant").click()
    page.get_by_role("button", name="Enregistrer l'arrivée").click()
    page.get_by_role("heading", name="arrivée enregistrée").wait_for()
    assert len(rows(group, Person)) == 2
    assert [one.reason for one in rows(group, HomonymDecision)] == ["Autre date de naissance sur la carte"]


def test_the_page_works_without_javascript(open_context, live_server, client_for, manager, group):
    context = open_context(java_script_enabled=False)
    session = client_for(manager).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(address(group, "arrival"))
    page.get_by_label("Qui arrive").fill("GIRARD Lou")
    page.get_by_role("button", name="Chercher", exact=True).click()
    page.get_by_label("Date de naissance").fill("12/03/1990")
    page.get_by_text("Féminin").click()
    page.get_by_label("Commune ou pays de naissance").fill("Bourg-en-Bresse")
    page.get_by_label("Fonction").select_option(label="Infirmier")
    page.get_by_text("Fin de mois").click()
    page.get_by_text("Aucune pour l'instant").click()
    page.get_by_role("button", name="Enregistrer l'arrivée").click()
    page.get_by_role("heading", name="GIRARD Lou : arrivée enregistrée").wait_for()
    assert len(rows(group, Assignment)) == 1


def pasted(rank, name):
    return "\t".join(
        [name, "Camille", f"{rank + 1:02}/06/{1966 + rank}", "F", "Bourg-en-Bresse", "", "AS", "", "3 jours"]
    )


def test_twenty_five_people_arrive_together(page, group, axe, no_horizontal_scroll, journey_cost, capsys):
    with tenant(group.id):
        PersonFactory(birth_name="Delmas", first_names=["Camille"], birth_date="1969-06-04")
    lines = [pasted(rank, name) for rank, name in enumerate(FAMILY_NAMES)]
    lines[6] = lines[6].replace("07/06/1972", "31/06/1972")
    cost = journey_cost(page)
    with cost.counted():
        page.goto(address(group, "arrival_batch"))
        axe(page)
        no_horizontal_scroll(page)
        page.get_by_label("Lignes copiées").fill("\n".join(lines))
        page.get_by_role("button", name="Vérifier les lignes").click()
        page.get_by_text("1 à corriger").wait_for()
        axe(page)
        no_horizontal_scroll(page)
        page.locator("#line-7").get_by_label("Date de naissance").fill("07/06/1972")
        press(page, "Tab")
        page.get_by_text("24 prêtes").wait_for()
        page.locator("#line-4").get_by_text("C'est cette personne").click()
        page.get_by_text("25 prêtes").wait_for()
        page.get_by_role("button", name="Créer les 25 arrivées").click()
        page.get_by_role("heading", name="25 arrivées enregistrées").wait_for()
    axe(page)
    no_horizontal_scroll(page)
    say(capsys, f"batch of 25: {cost}, the paste itself aside")
    assert len(rows(group, Person)) == 25
    assert len(rows(group, Assignment)) == 25
