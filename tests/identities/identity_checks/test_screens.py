"""The list, the session of a site and the change of a verified identity, as people of the portal meet them."""

import pytest
from django.urls import reverse

from identities.identity_checks.models import TraitChange, Validity
from identities.people.models import IdentityCheck, Person
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory


def at(group, name, *, site=True, **ids):
    place = {"group_slug": group.slug} | ({"establishment_id": group.first.pk} if site else {})
    return reverse(f"identity_checks:{name}", kwargs=place | ids)


@pytest.fixture
def crew(group):
    """Two people never seen here, one verified, one never seen next door."""
    with tenant(group.id):
        people = [PersonFactory(birth_name=name) for name in ("Zola", "Aragon", "Camus", "Verlaine")]
        for one in people[:3]:
            AssignmentFactory(person=one, establishment=group.first)
        AssignmentFactory(person=people[3], establishment=group.second)
        IdentityCheckFactory(person=people[2])
    return people


@pytest.fixture
def colleague(group):
    return MembershipFactory(
        group_id=group.id, role=Role.SITE_MANAGER, establishment_ids=[group.first.pk]
    ).user


def changed(person, **typed):
    return {
        "birth_name": person.birth_name,
        "first_names": ", ".join(person.first_names),
        "sex": person.sex,
        "birth_date": "12/03/1985",
        "birth_place": "Bourg-en-Bresse (01053)",
        "is_french": "oui",
        "phone": "06 12 34 56 78",
    } | typed


def test_a_site_lists_its_own_people_and_each_figure_opens_its_list(group, crew, manager, client_for):
    client = client_for(manager)
    page = client.get(at(group, "to_check"))
    assert [row.name for row in page.context["rows"]] == ["ARAGON Camille", "ZOLA Camille"]
    assert "VERLAINE" not in page.content.decode()
    for tab in page.context["tabs"]:
        opened = client.get(at(group, "to_check") + tab["url"])
        assert opened.context["page"].paginator.count == len(opened.context["rows"]) == tab["count"]


def test_the_group_names_the_sites_and_narrows_to_one(group, crew, administrator, client_for):
    client, url = client_for(administrator), at(group, "to_check", site=False)
    assert len(client.get(url).context["rows"]) == 3
    (row,) = client.get(url, {"etablissement": group.second.pk}).context["rows"]
    assert group.second.name in row.job


@pytest.mark.parametrize("site", [True, False])
def test_the_export_is_the_list_and_leaves_a_line(group, crew, administrator, client_for, site):
    answer = client_for(administrator).get(at(group, "export", site=site))
    text = answer.content.decode("utf-8-sig")
    assert text.count("Jamais contrôlée") == (2 if site else 3)
    assert group.first.name in text
    with tenant(group.id):
        assert Line.objects.filter(act="identities_exported").count() == 1
    assert client_for(administrator).get(at(group, "export", site=site), {"format": "pdf"}).status_code == 404


def test_a_session_records_those_seen_and_sent_twice_nobody_again(group, crew, manager, client_for):
    client, url = client_for(manager), at(group, "session")
    assert [row.name for row, _, _ in client.get(url).context["rows"]] == ["ARAGON Camille", "ZOLA Camille"]
    typed = {f"vu-{crew[0].pk}": "passport", f"vu-{crew[1].pk}": "", "vu-x": "passport"}
    page = client.post(url, typed, follow=True).content.decode()
    assert "Une identité contrôlée" in page
    again = client.post(url, typed, follow=True).content.decode()
    assert "plus à contrôler ici" in again
    with tenant(group.id):
        assert IdentityCheck.objects.filter(checked_by=manager.pk).count() == 1


def test_a_refused_line_keeps_what_was_typed(group, crew, manager, client_for):
    typed = {f"vu-{crew[0].pk}": "badge", f"vu-{crew[1].pk}": "passport"}
    page = client_for(manager).post(at(group, "session"), typed)
    rows = {row.id: (chosen, refusal) for row, chosen, refusal in page.context["rows"]}
    assert rows[crew[1].pk] == ("passport", "")
    assert "dans la liste" in rows[crew[0].pk][1]
    assert (
        "choisissez celui" in client_for(manager).post(at(group, "session"), {}, follow=True).content.decode()
    )


def test_a_verified_identity_changes_by_two_people(group, crew, manager, colleague, client_for):
    person = crew[2]
    client = client_for(manager)
    edit = reverse("people:edit", args=[group.slug, group.first.pk, person.pk])
    ask = at(group, "ask_change", person_id=person.pk)
    assert client.get(edit).url == ask
    assert "notre règle" in client.get(ask).content.decode()
    refused = client.post(ask, changed(person, birth_name="Durand"))
    assert "method" in refused.context["check"].errors
    assert 'value="Durand"' in refused.content.decode()
    new_check = {"method": "face_to_face", "document_kind": "passport"}
    client.post(ask, changed(person, birth_name="Durand") | new_check)
    with tenant(group.id):
        change = TraitChange.objects.get(person=person)
        assert Person.objects.get(pk=person.pk).phone == "+33612345678"
    url = at(group, "change", person_id=person.pk, trait_change_id=change.pk)
    assert "Retirer ma demande" in client.get(url).content.decode()
    assert (
        "attente d"
        in client.get(reverse("shell:person", args=[group.slug, group.first.pk, person.pk])).content.decode()
    )
    client.post(url, {"confirm": "1"})
    second = client_for(colleague)
    assert url in second.get(at(group, "to_check")).content.decode()
    second.post(url, {"confirm": "1"})
    with tenant(group.id):
        assert Person.objects.get(pk=person.pk).birth_name == "Durand"
        assert TraitChange.objects.get().decided_by == colleague.pk


def test_a_change_is_refused_with_its_reason_or_withdrawn(group, crew, manager, colleague, client_for):
    person, client = crew[2], client_for(manager)
    typed = changed(person, birth_name="Durand") | {"method": "psc"}
    client.post(at(group, "ask_change", person_id=person.pk), typed)
    with tenant(group.id):
        change = TraitChange.objects.get()
    url = at(group, "change", person_id=person.pk, trait_change_id=change.pk)
    assert client_for(colleague).post(url, {"refuse": "1", "reason": ""}).context["form"].errors
    client_for(colleague).post(url, {"refuse": "1", "reason": "Document illisible"})
    assert "Document illisible" in client.get(url).content.decode()
    client.post(at(group, "ask_change", person_id=person.pk), typed)
    with tenant(group.id):
        second = TraitChange.objects.get(state="waiting")
    withdraw = at(group, "withdraw", person_id=person.pk, trait_change_id=second.pk)
    shown = client.get(at(group, "change", person_id=person.pk, trait_change_id=second.pk)).content.decode()
    assert withdraw in shown
    assert "Durand." in client.get(withdraw).content.decode()
    assert client_for(colleague).get(withdraw).status_code == 302, "only who asked withdraws"
    client.post(withdraw)
    with tenant(group.id):
        assert set(TraitChange.objects.values_list("state", flat=True)) == {"refused", "withdrawn"}


def test_who_asks_without_the_right_to_confirm_withdraws_all_the_same(group, crew, client_for):
    """A gestionnaire RPPS+ attests identities and confirms none."""
    person, role = crew[2], MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER)
    client = client_for(role.user)
    new_check = {"method": "face_to_face", "document_kind": "passport"}
    client.post(
        at(group, "ask_change", person_id=person.pk), changed(person, birth_name="Durand") | new_check
    )
    with tenant(group.id):
        change = TraitChange.objects.get()
    ids = {"person_id": person.pk, "trait_change_id": change.pk}
    assert client.get(at(group, "change", **ids)).status_code == 403
    page = client.get(reverse("shell:person", args=[group.slug, group.first.pk, person.pk])).content.decode()
    assert at(group, "withdraw", **ids) in page
    assert (
        at(group, "withdraw", **ids)
        in client.get(at(group, "ask_change", person_id=person.pk)).content.decode()
    )
    client.post(at(group, "withdraw", **ids))
    with tenant(group.id):
        assert TraitChange.objects.get().state == "withdrawn"


@pytest.mark.parametrize("site", [True, False])
def test_who_may_not_attest_a_check_asks_for_no_new_civil_status(group, crew, client_for, site):
    """The RH edit people and attest nothing: coordinates are written, the civil status is not."""
    person = crew[2]
    client = client_for(MembershipFactory(group_id=group.id, role=Role.HR).user)
    ask = at(group, "ask_change", site=site, person_id=person.pk)
    shown = client.get(ask).content.decode()
    assert "référent du site" in shown
    assert "document_kind" not in shown
    new_check = {"method": "face_to_face", "document_kind": "passport"}
    refused = client.post(ask, changed(person, birth_name="Durand") | new_check)
    assert 'value="Durand"' in refused.content.decode()
    assert "référent du site" in str(refused.context["form"].errors)
    with tenant(group.id):
        assert not TraitChange.objects.exists()
        known = Person.objects.get(pk=person.pk)
    same = changed(
        known, birth_date=known.birth_date_shown, birth_place=known.birth_place_shown, phone="07 12 34 56 78"
    )
    assert client.post(ask, same | {"usage_name": known.usage_name}).status_code == 302
    with tenant(group.id):
        assert Person.objects.get(pk=person.pk).phone == "+33712345678"


@pytest.mark.parametrize("name", ["ask_change"])
def test_somebody_of_another_site_is_not_found(group, crew, manager, client_for, name):
    url = at(group, name, person_id=crew[3].pk)
    assert client_for(manager).get(url).status_code == 404


def test_the_group_sets_how_long_a_check_holds(group, administrator, manager, client_for):
    url = at(group, "validity", site=False)
    assert "Aucun texte ne fixe" in client_for(administrator).get(url).content.decode()
    assert client_for(administrator).post(url, {"months": "3"}).context["form"].errors
    client_for(administrator).post(url, {"months": "24"})
    with tenant(group.id):
        assert Validity.objects.get().months == 24
    assert client_for(manager).get(url).status_code == 403


@pytest.mark.parametrize("site", [True, False])
def test_homes_tell_the_second_person_and_not_who_asked(
    group, crew, manager, colleague, administrator, client_for, site
):
    person, waits = crew[2], "Un changement d'identité attend une seconde personne."
    new_check = {"method": "face_to_face", "document_kind": "passport"}
    asks = client_for(manager)
    asks.post(at(group, "ask_change", person_id=person.pk), changed(person, birth_name="Durand") | new_check)
    own = reverse("shell:site_home", args=[group.slug, group.first.pk])
    home = own if site else reverse("shell:group_home", args=[group.slug])
    shown = client_for(colleague if site else administrator).get(home).content.decode()
    assert waits in shown.replace("&#x27;", "'")
    assert at(group, "to_check", site=site) in shown
    assert waits not in asks.get(own).content.decode().replace("&#x27;", "'")
