"""A pasted batch: read, corrected in place, decided, created all or nothing, once."""

import re

import pytest
from django.urls import reverse

from identities.assignments.drafts import draft_of
from identities.assignments.models import Assignment
from identities.people.models import HomonymDecision, IdentityCheck, Person
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.people import PersonFactory

NAMES = [
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
]


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


@pytest.fixture
def address(group):
    return reverse(
        "shell:arrival_batch", kwargs={"group_slug": group.slug, "establishment_id": group.first.pk}
    )


def row(name="Abadie", first="Zoé", born="14/05/1990", place="Bourg-en-Bresse", function="AS", document=""):
    return "\t".join([name, first, born, "F", place, "", function, "", "3 jours", "", document])


def said(response):
    return response.content.decode()


def paste(client, address, *lines):
    assert client.post(address, {"action": "paste", "pasted": "\r\n".join(lines)})["Location"] == address
    return said(client.get(address))


def key_of(page):
    return re.search(r'name="key" value="([^"]+)"', page)[1]


def send(client, address, action, page, **values):
    return client.post(address, {"action": action, "key": key_of(page), **values})


def rows(group, model):
    with tenant(group.id):
        return list(model.objects.order_by("pk"))


def test_creates_all_the_lines_together(group, client, address):
    lines = [row(name, born=f"1{rank}/05/19{70 + rank}") for rank, name in enumerate(NAMES)]
    page = paste(client, address, *lines)
    assert "10 prêtes" in page
    response = send(client, address, "create", page)
    assert response.status_code == 302
    done = said(client.get(response["Location"]))
    assert "10 arrivées enregistrées" in done
    assert {one.function_id for one in rows(group, Assignment)} == {"R85-313"}
    assert len(rows(group, Person)) == 10
    assert "arrivals_together" in {line.act for line in rows(group, Line)}


def test_nothing_is_created_before_the_confirmation(group, client, address):
    page = paste(client, address, row(document="CNI"))
    assert "cochez la confirmation" in said(send(client, address, "create", page))
    assert rows(group, Person) == []
    assert send(client, address, "create", page, confirmed="on").status_code == 302
    (check,) = rows(group, IdentityCheck)
    assert check.document_kind == "identity_card"


def test_a_red_line_says_why_by_cell_and_is_corrected_in_place(group, client, address):
    page = paste(client, address, row(), row("Bonnet", born="31/02/1980", function="Astronaute"))
    assert "1 à corriger" in page
    assert "n&#x27;existe pas" in page
    assert "n&#x27;est pas une fonction connue" in page
    assert 'name="l2-birth_date"' in page
    assert 'name="l1-birth_date"' not in page
    assert "Rien n&#x27;a été créé" in said(send(client, address, "create", page))
    corrected = {"l2-birth_date": "28/02/1980", "l2-function": "veilleur de nuit"}
    page = said(send(client, address, "check", page, **corrected))
    assert "2 prêtes" in page
    assert 'name="l2-birth_date"' in page, "a cell that was open stays so: the focus is in it"
    assert send(client, address, "create", page, **corrected).status_code == 302
    assert {one.function_id for one in rows(group, Assignment)} == {"R85-313", "R85-367"}


def test_the_fragment_is_the_table_of_the_page(client, address):
    page = paste(client, address, row())
    values = {"action": "check", "key": key_of(page), "l1-birth_name": "Zola"}
    fragment = said(client.post(address, values, headers={"HX-Request": "true"}))
    assert "<html" not in fragment
    assert "Zola" in fragment
    assert fragment.strip() in said(client.get(address)).replace(key_of(page), key_of(fragment))


def test_a_line_may_be_opened_and_removed(client, address):
    page = paste(client, address, row(), row("Bonnet", born="02/02/1972"))
    page = said(send(client, address, "edit-1", page))
    assert 'name="l1-agency"' in page
    page = said(send(client, address, "remove-1", page))
    assert "Abadie" not in page
    assert 'id="line-2"' in page
    assert send(client, address, "remove-2", page)["Location"] == address
    assert "Vérifier les lignes" in said(client.get(address))


def test_a_double_of_the_group_is_decided_on_its_line(group, client, address):
    with tenant(group.id):
        known = PersonFactory(birth_name="Abadie", first_names=["Zoé"], birth_date="1990-05-14")
    page = paste(client, address, row())
    assert "1 à regarder" in page
    assert "même nom de naissance" in page
    assert send(client, address, "create", page).status_code == 200
    assert send(client, address, "create", page, **{"l1-double": str(known.pk)}).status_code == 302
    assert len(rows(group, Person)) == 1


def test_homonyms_of_a_batch_are_kept_apart_with_a_reason(group, client, address):
    with tenant(group.id):
        known = PersonFactory(birth_name="Abadie", first_names=["Zoé"], birth_date="1990-05-14")
    page = paste(client, address, row())
    apart = {"l1-double": "different", "l1-apart": str(known.pk)}
    assert send(client, address, "create", page, **apart).status_code == 200
    assert (
        send(client, address, "create", page, **apart, **{"l1-apart_reason": "Autre ville"}).status_code
        == 302
    )
    assert [one.reason for one in rows(group, HomonymDecision)] == ["Autre ville"]


def test_the_same_person_twice_in_the_paste_is_asked_about(group, client, address):
    page = paste(client, address, row(), row(function="ASH"))
    assert "Ligne 1" in page
    assert send(client, address, "create", page).status_code == 200
    assert send(client, address, "create", page, **{"l2-double": "line-1"}).status_code == 302
    assert len(rows(group, Person)) == 1
    assert len(rows(group, Assignment)) == 2


def test_twins_of_the_paste_are_kept_apart(group, client, address):
    page = paste(client, address, row(), row(first="Zoée"))
    apart = {"l2-double": "different", "l2-apart": "line-1", "l2-apart_reason": "Jumelles"}
    assert send(client, address, "create", page, **apart).status_code == 302
    assert len(rows(group, Person)) == 2
    assert [one.reason for one in rows(group, HomonymDecision)] == ["Jumelles"]


def test_a_line_refused_by_the_rooms_undoes_all(group, client, address):
    page = paste(client, address, row("Bonnet", born="02/02/1972"), row(), row())
    response = send(client, address, "create", page, **{"l3-double": "line-2"})
    assert "la ligne 3 est refusée" in said(response)
    assert "Prolongez-la" in said(response)
    assert rows(group, Person) == []


def test_a_replay_creates_nothing_twice(group, client, address):
    page = paste(client, address, row(), row("Bonnet", born="02/02/1972"))
    first, second = send(client, address, "create", page), send(client, address, "create", page)
    assert first["Location"] == second["Location"]
    assert len(rows(group, Assignment)) == 2


def test_the_lines_survive_the_closing_of_the_page(group, client, address, manager):
    page = paste(client, address, row(), row("Bonnet", born="faux"))
    send(client, address, "check", page, **{"l2-birth_date": "02/02/1972"})
    assert "02/02/1972" in said(client.get(address))
    send(client, address, "clear", page)
    with tenant(group.id):
        assert draft_of(manager.pk, group.first.pk, "batch") is None


def test_a_paste_that_cannot_be_read_stays_on_screen(client, address):
    page = said(client.post(address, {"action": "paste", "pasted": "MARTIN;Julie\n" * 51}))
    assert "51 lignes collées" in page
    assert "MARTIN;Julie" in page


def test_the_template_opens_in_a_french_spreadsheet_and_reads_back(client, address):
    response = client.get(f"{address}modele.csv")
    text = response.content.decode("utf-8")
    assert text.startswith("\ufeffNom de naissance;Prénoms;")
    assert "1 prête" in paste(client, address, *text.splitlines())


def test_a_birth_abroad_names_its_town(group, client, address):
    page = paste(client, address, row(place="Fès, Maroc"), row("Bonnet", born="02/02/1972", place="Maroc"))
    assert "indiquez aussi la ville" in page
    assert "1 à corriger" in page
