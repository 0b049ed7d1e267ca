"""The arrival page brings a person in, once, with the identity seen and the doubles settled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from identities.assignments.drafts import draft_of
from identities.assignments.models import ArrivalDraft, Assignment
from identities.people.models import HomonymDecision, IdentityCheck, Person
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


def address(group, name="arrival", **ids):
    ids = {"establishment_id": group.first.pk, **ids}
    return reverse(f"shell:{name}", kwargs={"group_slug": group.slug, **ids})


def typed(**changes):
    values = {
        "submission_key": str(uuid7()),
        "person": "new",
        "birth_name": "Martin",
        "first_names": "Julie, Anne",
        "birth_date": "12/03/1990",
        "sex": "F",
        "birth_place": "Bourg-en-Bresse (01053)",
        "phone": "06 12 34 56 01",
        "function": "R85-313",
        "starts_at": now().astimezone().strftime("%d/%m/%Y %H:%M"),
        "end_choice": "three_days",
        "contract": "temp",
        "document_kind": "identity_card",
        "seen_by_me": "on",
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def rows(group, model):
    with tenant(group.id):
        return list(model.objects.order_by("pk"))


def said(response):
    return response.content.decode()


@pytest.mark.parametrize("allowed", [False, True])
def test_the_other_sites_of_somebody_known_are_named_when_the_group_says_so(group, client, allowed):
    with tenant(group.id):
        known = PersonFactory(birth_name="Martin", first_names=["Julie"], birth_date="1990-03-12")
        AssignmentFactory(person=known, establishment=group.second)
        long_ago = {"starts_at": now() - timedelta(days=600), "ends_at": now() - timedelta(days=500)}
        left = AssignmentFactory(person=known, ended=True, **long_ago).establishment
        type(group.group).objects.filter(pk=group.id).update(sites_see_other_sites=allowed)
    for name, values in (("arrival_search", {"qui": "martin julie"}), ("arrival_check", typed())):
        url = address(group, name)
        page = said(client.get(url, values) if name == "arrival_search" else client.post(url, values))
        assert "MARTIN Julie" in page
        assert (f"connue à {group.second.name}" in page) == allowed
        assert left.name not in page, "its wall is shut since"


def test_brings_a_new_temp_in(group, client):
    response = client.post(address(group), typed())
    (assignment,) = rows(group, Assignment)
    assert response.status_code == 302
    assert response["Location"] == address(group, "arrival_done", assignment_id=assignment.pk)
    (person,) = rows(group, Person)
    assert (person.birth_name, person.first_names) == ("Martin", ["Julie", "Anne"])
    assert (person.birth_commune_code, person.birth_country_code) == ("01053", "99100")
    assert person.phone == "+33612345601"
    assert (assignment.kind, assignment.contract, assignment.state) == ("mission", "temp", "running")
    (check,) = rows(group, IdentityCheck)
    assert (check.document_kind, check.method) == ("identity_card", "face_to_face")
    assert {line.act for line in rows(group, Line)} >= {
        "person_registered",
        "assignment.started",
        "identity_checked",
    }


def test_the_end_screen_says_what_stands_and_what_is_missing(group, client):
    page = said(client.post(address(group), typed(phone=""), follow=True))
    assert "Identité contrôlée" in page
    assert "un mobile" in page
    assert "un courriel" in page
    assert "Nouvelle arrivée" in page


def test_the_page_opens_on_one_search_box(group, client):
    page = said(client.get(address(group)))
    assert 'id="qui"' in page
    assert 'name="person"' not in page


def test_offers_people_who_come_back_before_any_form(group, client):
    with tenant(group.id):
        person = PersonFactory(birth_name="Lefèvre", first_names=["Anaïs"])
        PersonIdentifierFactory(person=person, value="M00042")
    for text in ("lefevre anais", "M00042"):
        page = said(client.get(address(group, "arrival_search"), {"qui": text}))
        assert str(person.pk) in page
        assert "C&#x27;est cette personne" in page or "C'est cette personne" in page


def test_the_searched_name_fills_the_form(group, client):
    page = said(client.get(address(group), {"qui": "MARTIN Julie"}))
    assert 'value="MARTIN"' in page
    assert 'value="Julie"' in page


def test_a_returning_person_is_asked_for_the_stay_only(group, client):
    with tenant(group.id):
        person = PersonFactory(birth_name="Dupont")
    civil = dict.fromkeys(["birth_name", "first_names", "birth_date", "sex", "birth_place"])
    response = client.post(address(group), typed(**civil, person=str(person.pk), phone="0612345602"))
    assert response.status_code == 302
    (assignment,) = rows(group, Assignment)
    assert assignment.person_id == person.pk
    (kept,) = rows(group, Person)
    assert kept.phone == "+33612345602"
    assert "arrival_recognised" in {line.act for line in rows(group, Line)}


def test_every_missing_field_is_named_and_what_was_typed_stays(group, client):
    response = client.post(
        address(group), typed(first_names="", sex=None, birth_date="31/02/1990", end_choice=None)
    )
    page = said(response)
    assert response.status_code == 200
    assert "tous les prénoms" in page
    assert "Choisissez féminin" in page
    assert "n&#x27;existe pas" in page
    assert "Choisissez la fin" in page
    assert 'value="31/02/1990"' in page
    assert rows(group, Person) == []


def test_a_country_asks_for_the_town(group, client):
    assert "indiquez aussi la ville" in said(client.post(address(group), typed(birth_place="Maroc")))
    client.post(address(group), typed(birth_place="Maroc", birth_town="Fès"))
    (person,) = rows(group, Person)
    assert (person.birth_country_code, person.birth_place, person.birth_commune_code) == ("99350", "Fès", "")


def test_a_double_comes_back_with_its_reasons(group, client):
    with tenant(group.id):
        known = PersonFactory(birth_name="Martin", first_names=["Julie"], birth_date="1990-03-12")
    page = said(client.post(address(group), typed()))
    assert "même nom de naissance" in page
    assert str(known.pk) in page
    assert len(rows(group, Person)) == 1
    client.post(address(group), typed(double=str(known.pk)))
    (assignment,) = rows(group, Assignment)
    assert assignment.person_id == known.pk
    assert len(rows(group, Person)) == 1


def test_homonyms_are_kept_apart_with_a_written_reason(group, client):
    with tenant(group.id):
        known = PersonFactory(birth_name="Martin", first_names=["Julie"], birth_date="1990-03-12")
    apart = {"double": "different", "apart": [str(known.pk)]}
    assert client.post(address(group), typed(**apart)).status_code == 200
    assert (
        client.post(address(group), typed(**apart, apart_reason="Autre lieu de naissance")).status_code == 302
    )
    (decision,) = rows(group, HomonymDecision)
    assert decision.reason == "Autre lieu de naissance"
    assert len(rows(group, Person)) == 2


def test_a_double_that_the_page_did_not_show_is_asked_about(group, client):
    with tenant(group.id):
        PersonFactory(birth_name="Martin", first_names=["Julie"], birth_date="1990-03-12")
    values = typed(double="different", apart=[str(uuid7())], apart_reason="Autre lieu")
    assert client.post(address(group), values).status_code == 200
    assert len(rows(group, Person)) == 1


def test_sending_twice_creates_once(group, client):
    values = typed()
    first, second = client.post(address(group), values), client.post(address(group), values)
    assert first["Location"] == second["Location"]
    assert len(rows(group, Person)) == len(rows(group, Assignment)) == 1


def test_the_same_function_twice_is_refused_with_what_to_do(group, client):
    with tenant(group.id):
        row = AssignmentFactory(person__birth_name="Dupont", establishment=group.first, mission=True)
    page = said(client.post(address(group), typed(person=str(row.person_id))))
    assert "Prolongez-la" in page
    assert "Prolonger ce séjour" in page
    assert len(rows(group, Assignment)) == 1


def test_another_function_at_the_same_time_is_explained_then_confirmed(group, client):
    with tenant(group.id):
        row = AssignmentFactory(
            person__birth_name="Dupont", establishment=group.first, mission=True, function_id="R85-338"
        )
    values = typed(person=str(row.person_id))
    page = said(client.post(address(group), values))
    assert "est déjà ici" in page
    assert client.post(address(group), {**values, "confirmed": ["overlap"]}).status_code == 302
    assert len(rows(group, Assignment)) == 2


def test_unusual_dates_are_asked_about(group, client):
    old = (now() - timedelta(days=10)).astimezone().strftime("%d/%m/%Y %H:%M")
    values = typed(
        starts_at=old, end_choice="date", ends_at=(now() + timedelta(days=500)).strftime("%d/%m/%Y")
    )
    page = said(client.post(address(group), values))
    assert "plus de 7 jours" in page
    assert "plus d&#x27;un an" in page
    assert client.post(address(group), {**values, "confirmed": ["old", "long"]}).status_code == 302


def test_a_cdi_alone_has_no_end(group, client):
    assert "Seul un CDI" in said(client.post(address(group), typed(end_choice="none")))
    assert client.post(address(group), typed(end_choice=None, contract="cdi")).status_code == 302
    (assignment,) = rows(group, Assignment)
    assert (assignment.kind, assignment.ends_at) == ("affectation", None)


def test_a_closed_establishment_is_refused(group, client):
    with tenant(group.id):
        group.first.closed_on = (now() - timedelta(days=30)).date()
        group.first.save()
    assert "est fermé depuis" in said(client.post(address(group), typed()))
    assert rows(group, Person) == []


def test_a_document_is_attested_by_whoever_saw_it(group, client):
    assert "Cochez si vous avez vu" in said(client.post(address(group), typed(seen_by_me=None)))
    client.post(address(group), typed(document_kind="none", seen_by_me=None))
    assert rows(group, IdentityCheck) == []


def test_a_person_of_another_group_is_refused(group, client):
    page = said(client.post(address(group), typed(person=str(uuid7()))))
    assert "ne fait pas partie de votre groupe" in page
    assert rows(group, Assignment) == []


def test_the_draft_is_kept_restored_and_dropped(group, client, manager):
    values = typed(birth_name="Brouillonne", qui="Brouillonne")
    fragment = client.post(address(group, "arrival_check"), values)
    assert "Brouillon gardé" in said(fragment)
    page = said(client.get(address(group)))
    assert 'value="Brouillonne"' in page
    assert "Brouillon du" in page
    assert values["submission_key"] in page
    assert 'value="identity_card" id="id_document_kind_0" checked' not in page
    client.post(address(group, "arrival_draft_dropped"))
    with tenant(group.id):
        assert draft_of(manager.pk, group.first.pk, "single") is None


def test_a_sent_arrival_leaves_no_draft(group, client, manager):
    client.post(address(group, "arrival_check"), typed())
    client.post(address(group), typed())
    with tenant(group.id):
        assert draft_of(manager.pk, group.first.pk, "single") is None


def test_the_live_fragment_shows_doubles_while_typing(group, client):
    with tenant(group.id):
        PersonFactory(birth_name="Martin", first_names=["Julie"], birth_date="1990-03-12")
    half_typed = {"person": "new", "birth_name": "MARTIN", "first_names": "Julie"}
    page = said(client.post(address(group, "arrival_check"), half_typed))
    assert "même nom de naissance" in page
    assert "<html" not in page


def test_a_draft_of_more_than_a_week_is_not_taken_up_and_goes(group, client, manager):
    with time_machine.travel(now() - timedelta(days=8)):
        client_then = Client()
        client_then.force_login(manager)
        client_then.post(address(group, "arrival_check"), typed(birth_name="Oubliée"))
    assert "Oubliée" not in said(client.get(address(group)))
    assert len(rows(group, ArrivalDraft)) == 1
    client.post(address(group, "arrival_draft_dropped"))
    assert rows(group, ArrivalDraft) == []


def test_a_draft_is_its_authors_only(group, client, client_for, administrator):
    client.post(address(group, "arrival_check"), typed(birth_name="Brouillonne"))
    assert "Brouillonne" not in said(client_for(administrator).get(address(group)))


def test_a_site_that_is_not_of_the_group_is_not_found(client_for, administrator, group):
    foreign = reverse("shell:arrival", kwargs={"group_slug": group.slug, "establishment_id": uuid7()})
    assert client_for(administrator).get(foreign).status_code == 404


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [False, True])
def test_the_same_form_sent_at_the_same_moment_creates_once(group, client_for, manager, is_known):
    with tenant(group.id):
        known = PersonFactory(birth_name="Dupont") if is_known else None
    clients, values = (
        [client_for(manager), client_for(manager)],
        typed(person=str(known.pk) if known else "new"),
    )
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: _sent_then_closed(one, address(group), values), clients))
    assert {one.status_code for one in answers} == {302}
    assert answers[0]["Location"] == answers[1]["Location"]
    assert len(rows(group, Person)) == len(rows(group, Assignment)) == len(rows(group, IdentityCheck)) == 1


def _sent_then_closed(client, url, values):
    try:
        return client.post(url, values)
    finally:
        connection.close()
