"""Search, a person's page and its edits, as people of the portal meet them."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from identities.people.models import IdentityCheck, Person
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonFactory

TYPED = {
    "birth_name": "Lefèvre",
    "first_names": "Jeanne, Marie-Anne",
    "sex": "F",
    "birth_date": "010280",
    "birth_place": "Bourg-en-Bresse (01)",
    "usage_name": "",
    "birth_town": "",
    "is_french": "oui",
    "phone": "06 12 34 56 78",
    "email": "",
}


@pytest.fixture
def people(group):
    """One at each site, and one of nowhere yet."""
    with tenant(group.id):
        here = PersonFactory(birth_name="Martin", first_names=["Paul"])
        there = PersonFactory(birth_name="Martin", first_names=["Louise"])
        AssignmentFactory(person=here, establishment=group.first)
        AssignmentFactory(person=there, establishment=group.second)
    return here, there


def at(group, name, *, site=True, **ids):
    place = {"group_slug": group.slug} | ({"establishment_id": group.first.pk} if site else {})
    return reverse(name, kwargs=place | ids)


def test_a_site_finds_its_own_people_only_and_lists_a_single_answer(group, people, manager, client_for):
    answer = client_for(manager).get(at(group, "people:search"), {"q": "martin"})
    assert [one.first_names for one in answer.context["rows"]] == ["Paul"]
    assert "1 personne pour « martin »" in answer.content.decode()
    assert at(group, "shell:person", person_id=people[0].pk) in answer.content.decode()


def test_the_group_finds_everybody(group, people, administrator, client_for):
    answer = client_for(administrator).get(at(group, "people:search", site=False), {"q": "martin"})
    assert len(answer.context["rows"]) == 2


def test_htmx_receives_the_results_alone_and_the_same(group, people, manager, client_for):
    client = client_for(manager)
    whole = client.get(at(group, "people:search"), {"q": "martin"}).content.decode()
    part = client.get(
        at(group, "people:search"), {"q": "martin"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in part
    assert part.strip() in whole


def test_the_page_shows_one_person_with_affectation_and_history(group, people, manager, client_for):
    here, _ = people
    client = client_for(manager)
    client.post(
        at(group, "people:check_identity", person_id=here.pk),
        {"method": "face_to_face", "document_kind": "passport"},
    )
    page = client.get(at(group, "shell:person", person_id=here.pk)).content.decode()
    for words in (
        "MARTIN Paul",
        "12/03/1985",
        "Bourg-en-Bresse (01053)",
        group.first.name,
        "niveau substantiel",
        "un mobile",
    ):
        assert words in page
    assert f"{manager.full_name} a contrôlé l&#x27;identité de MARTIN Paul" in page


@pytest.mark.parametrize(
    "name", ["shell:person", "people:edit", "people:new_identifier", "people:check_identity"]
)
def test_a_person_of_another_site_is_not_found(group, people, manager, client_for, name):
    client = client_for(manager)
    assert client.get(at(group, name, person_id=people[1].pk)).status_code == 404
    assert client.get(at(group, name, site=False, person_id=people[1].pk)).status_code == 404
    assert client.get(at(group, name, person_id=people[0].pk)).status_code == 200


def test_an_edit_is_kept_and_sends_back_to_the_page(group, people, manager, client_for):
    here, _ = people
    answer = client_for(manager).post(at(group, "people:edit", person_id=here.pk), TYPED)
    assert answer.url == at(group, "shell:person", person_id=here.pk)
    with tenant(group.id):
        kept = Person.objects.get(pk=here.pk)
    assert (kept.birth_name, kept.first_names) == ("Lefèvre", ["Jeanne", "Marie-Anne"])
    assert (kept.birth_date, kept.birth_commune_code, kept.birth_place) == (
        "1980-02-01",
        "01053",
        "Bourg-en-Bresse",
    )
    assert kept.phone == "+33612345678"


@pytest.mark.parametrize("name", ["people:edit", "identity_checks:ask_change"])
def test_what_somebody_else_wrote_meanwhile_is_told_before_it_is_replaced(
    group, people, manager, client_for, name
):
    here, _ = people
    client, url = client_for(manager), at(group, name, person_id=here.pk)
    opened = TYPED | {"mark": client.get(url).context["mark"]}
    client_for(manager).post(url, opened | {"phone": "07 11 22 33 44"})
    refused = client.post(url, opened)
    (said,) = refused.context["form"].non_field_errors()
    assert "mobile : +33711223344 → +33612345678" in said
    assert "nom de naissance" not in said
    assert 'value="06 12 34 56 78"' in refused.content.decode()
    again = TYPED | {"mark": refused.context["mark"]}
    assert [client.post(url, again).status_code for _ in range(2)] == [302, 302], "told once, then written"
    with tenant(group.id):
        assert Person.objects.get(pk=here.pk).phone == "+33612345678"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"birth_name": ""}, "birth_name"),
        ({"birth_name": "Martin 2"}, "birth_name"),
        ({"first_names": ""}, "first_names"),
        ({"sex": ""}, "sex"),
        ({"birth_date": "31/02/1980"}, "birth_date"),
        ({"birth_place": "Saint-Denis"}, "birth_place"),
        ({"birth_place": "Zzyzx"}, "birth_place"),
        ({"birth_place": "France"}, "birth_place"),
        ({"phone": "12"}, "phone"),
        ({"has_no_phone": "on"}, "phone"),
        ({"email": "camille"}, "email"),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    group, people, manager, client_for, changed, field
):
    here, _ = people
    answer = client_for(manager).post(at(group, "people:edit", person_id=here.pk), TYPED | changed)
    form = answer.context["form"]
    assert set(form.errors) == {field}
    shown = answer.content.decode()
    for value in (TYPED | changed).values():
        assert not value or value == "on" or f'value="{value}"' in shown
    with tenant(group.id):
        assert Person.objects.get(pk=here.pk).birth_name == "Martin"


def test_an_ambiguous_birth_place_offers_its_choices(group, people, manager, client_for):
    answer = client_for(manager).post(
        at(group, "people:edit", person_id=people[0].pk), TYPED | {"birth_place": "Saint-Denis"}
    )
    assert '<option value="Saint-Denis (93066)">' in answer.content.decode()


def test_a_single_name_is_kept_once_confirmed(group, people, manager, client_for):
    here, _ = people
    url = at(group, "people:edit", person_id=here.pk)
    client_for(manager).post(url, TYPED | {"first_names": "", "has_no_first_name": "on"})
    with tenant(group.id):
        assert Person.objects.get(pk=here.pk).first_names == []


def test_an_unknown_commune_code_is_kept_with_a_warning(group, people, manager, client_for):
    here, _ = people
    url = at(group, "people:edit", person_id=here.pk)
    answer = client_for(manager).post(url, TYPED | {"birth_place": "Calvi (20050)"}, follow=True)
    assert "d&#x27;avant 1976" in answer.content.decode()
    with tenant(group.id):
        kept = Person.objects.get(pk=here.pk)
    assert (kept.birth_commune_code, kept.birth_place) == ("20050", "Calvi")


def test_a_birth_abroad_keeps_its_town_and_comes_back_in_the_form(group, people, manager, client_for):
    here, _ = people
    client, url = client_for(manager), at(group, "people:edit", person_id=here.pk)
    client.post(url, TYPED | {"birth_place": "Maroc", "birth_town": "Rabat"})
    initial = client.get(url).context["form"].initial
    assert (initial["birth_place"], initial["birth_town"]) == ("Maroc (99350)", "Rabat")
    client.post(url, initial)
    with tenant(group.id):
        kept = Person.objects.get(pk=here.pk)
    assert (kept.birth_country_code, kept.birth_place) == ("99350", "Rabat")


def test_an_identifier_held_elsewhere_is_refused_without_naming_the_holder(
    group, people, manager, client_for
):
    here, there = people
    with tenant(group.id):
        there.identifiers.create(kind="matricule", value="M1")
    answer = client_for(manager).post(
        at(group, "people:new_identifier", person_id=here.pk), {"kind": "matricule", "value": "M1"}
    )
    assert "déjà porté" in answer.content.decode()
    assert "Louise" not in answer.content.decode()


def test_a_check_sent_twice_is_one_and_another_day_another(group, people, manager, administrator, client_for):
    here, _ = people
    url = at(group, "people:check_identity", person_id=here.pk)
    typed = {"method": "face_to_face", "document_kind": "passport"}

    def counts_after(user, **more):
        assert client_for(user).post(url, typed | more).status_code == 302
        with tenant(group.id):
            return IdentityCheck.objects.count(), Line.objects.filter(act="identity_checked").count()

    assert [counts_after(manager) for _ in range(2)] == [(1, 1), (1, 1)]
    assert counts_after(manager, document_kind="identity_card") == (2, 2)
    assert counts_after(administrator) == (3, 3)
    with tenant(group.id):
        Person.objects.filter(pk=here.pk).update(identity_changed_at=now())
    assert counts_after(administrator) == (4, 4), "the civil status changed in between"
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert counts_after(administrator) == (5, 5)


def test_an_identity_check_needs_a_document(group, people, manager, client_for):
    url = at(group, "people:check_identity", person_id=people[0].pk)
    answer = client_for(manager).post(url, {"method": "face_to_face", "document_kind": "none"})
    assert set(answer.context["form"].errors) == {"document_kind"}
    assert "Aucun numéro, aucune copie" in answer.content.decode()
    with tenant(group.id):
        assert not IdentityCheck.objects.exists()


def test_the_birth_place_choices_are_options(group, manager, client_for):
    url = at(group, "people:birth_places", site=False)
    for name in ("q", "birth_place"):
        assert (
            '<option value="Bourg-en-Bresse (01053)">'
            in client_for(manager).get(url, {name: "bourg-en-b"}).content.decode()
        )
    assert client_for(manager).get(url).content.decode().strip() == ""
