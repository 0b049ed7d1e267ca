"""The pages of doubles, as those who settle them go through them."""

import pytest
from django.urls import reverse

from identities.duplicates.merge_operations import merge_pair
from identities.duplicates.models import Merge, Pair, PairSearch
from identities.people.models import HomonymDecision, Person, PersonIdentifier
from identities.people.operations import keep_apart
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.duplicates import pair_of, people_alike
from tests.factories.memberships import MembershipFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory, PersonIdentifierFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def site(group):
    """The addresses of the group, and its doubles."""

    class Site:
        slug = group.slug

        def url(self, name: str, **ids) -> str:
            route = name if ":" in name else f"duplicates:{name}"
            return reverse(route, kwargs={"group_slug": self.slug, **ids})

    found = Site()
    with tenant(group.id):
        found.alike = people_alike()
        IdentityCheckFactory(person=found.alike.one)
        AssignmentFactory(person=found.alike.one, establishment=group.first)
        AssignmentFactory(person=found.alike.two, establishment=group.first, mission=True)
    return found


@pytest.fixture
def client(client_for, administrator):
    return client_for(administrator)


def chosen(site, **values) -> dict[str, str]:
    """The form of a merge as it is proposed."""
    one, two = str(site.alike.one.pk), str(site.alike.two.pk)
    names = ("birth_name", "first_names", "birth_place")
    return {"kept": one, **{f"trait_{name}": one for name in names}, **values} | {
        key: two if value == "two" else value for key, value in values.items()
    }


def stay_field(group) -> str:
    return f"stay_{group.first.pk}_R85-313"


def test_the_list_shows_who_looks_alike_where_and_why(client, site, group):
    answer = client.get(site.url("pairs"))
    assert answer.status_code == 200
    text = answer.content.decode()
    for words in (
        "LEFEBVRE Jeanne",
        "LEFEVRE Jeanne",
        "même date de naissance",
        group.first.name,
        "Très probable",
    ):
        assert words in text
    for question, seen in (
        ({"q": "lefevre"}, True), ({"q": "durand"}, False), ({"etablissement": str(group.second.pk)}, False),
        ({"etablissement": str(group.first.pk)}, True), ({"score": "85"}, True), ({"liste": "plus-tard"}, False),
    ):  # fmt: skip
        assert ("LEFEVRE Jeanne" in client.get(site.url("pairs"), question).content.decode()) == seen, (
            question
        )


def test_an_empty_list_says_what_to_do(client, site, group):
    with tenant(group.id):
        Pair.objects.all().delete()
    assert "n'ont pas encore été comparées" in client.get(site.url("pairs")).content.decode()


def test_a_search_is_asked_once_and_its_end_is_told(
    client, site, group, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr(
        "identities.duplicates.operations.ring", lambda group_id, is_whole: rung.append(is_whole)
    )
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            client.post(site.url("search"))
    assert rung == [True]
    assert "Recherche en cours" in client.get(site.url("pairs")).content.decode()
    fragment = client.get(site.url("pairs"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    with tenant(group.id):
        PairSearch.objects.update(whole_at=now())
    assert client.get(site.url("pairs"), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_two_records_are_merged_in_two_steps(client, site, group):
    pair = site.alike.pair
    page = client.get(site.url("pair", pair_id=pair.pk)).content.decode()
    assert "C'est la même personne…" in page
    form = client.get(site.url("merge", pair_id=pair.pk)).content.decode()
    assert "même fonction en même temps" in form
    values = chosen(site, **{stay_field(group): str(site.alike.one.pk)})
    asked = client.post(site.url("merge", pair_id=pair.pk), values)
    assert "peut être défaite à tout moment" in asked.content.decode()
    with tenant(group.id):
        assert not Merge.objects.exists()
    done = client.post(site.url("merge", pair_id=pair.pk), values | {"sure": "1"})
    assert done["Location"] == site.url("shell:person", person_id=site.alike.one.pk)
    with tenant(group.id):
        assert Merge.objects.get().kept_id == site.alike.one.pk
    again = client.post(site.url("merge", pair_id=pair.pk), values | {"sure": "1"}, follow=True)
    assert again.status_code == 200
    with tenant(group.id):
        assert Merge.objects.count() == 1


def test_a_refusal_keeps_what_was_chosen(client, site, group):
    values = chosen(site, trait_birth_name="two", **{stay_field(group): str(site.alike.one.pk)}, sure="1")
    answer = client.post(site.url("merge", pair_id=site.alike.pair.pk), values)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "a été vérifié" in text
    assert f'value="{site.alike.two.pk}"' in text


def test_the_old_address_leads_to_the_record_that_goes_on(client, site, group, client_for, manager, settler):
    """For the group, and for a site that sees it; its own page tells of the merge and holds both histories."""
    with tenant(group.id):
        merge_pair(actor=settler, pair=site.alike.pair, kept_id=site.alike.one.pk)
    kept = site.url("shell:person", person_id=site.alike.one.pk)
    assert client.get(site.url("shell:person", person_id=site.alike.two.pk))["Location"] == kept
    page = client.get(kept).content.decode()
    assert "Cette fiche réunit" in page
    assert "qui la continue" in page, "the line of the absorbed record"
    at_site = {"establishment_id": group.first.pk}
    old = client_for(manager).get(site.url("shell:person", person_id=site.alike.two.pk, **at_site))
    assert old["Location"] == site.url("shell:person", person_id=site.alike.one.pk, **at_site)
    assert "Cette fiche réunit" not in client_for(manager).get(old["Location"]).content.decode()
    assert client.get(site.url("people:edit", person_id=site.alike.two.pk)).status_code == 404
    found = client.get(site.url("people:search"), {"q": "Lefevre"}).content.decode()
    assert "LEFEVRE Jeanne" not in found


def test_a_merge_is_undone_with_its_reason(client, site, group, settler):
    with tenant(group.id):
        merge = merge_pair(actor=settler, pair=site.alike.pair, kept_id=site.alike.one.pk)
    assert "Défaire…" in client.get(site.url("merges"), {"q": "lefevre"}).content.decode()
    assert "Aucune fusion à ce nom" in client.get(site.url("merges"), {"q": "durand"}).content.decode()
    undo = site.url("undo", merge_id=merge.pk)
    asked = client.get(undo).content.decode()
    assert "1 affectation" in asked
    assert "réapparaît" in asked
    refused = client.post(undo, {"reason": " "})
    assert refused.status_code == 200
    client.post(undo, {"reason": "Deux cousines"})
    with tenant(group.id):
        assert Merge.objects.get().state == "undone"
        assert Person.objects.get(pk=site.alike.two.pk).merged_into_id is None
    assert "Deux cousines" in client.get(site.url("merges")).content.decode()
    assert client.get(undo).status_code == 302


def test_homonyms_are_told_apart_with_a_reason_and_reconsidered(client, site, group):
    pair = site.alike.pair
    refused = client.post(site.url("homonyms", pair_id=pair.pk), {"reason": ""})
    assert refused.context["form"].errors
    for _ in range(2):
        client.post(site.url("homonyms", pair_id=pair.pk), {"reason": "Sœurs jumelles"})
    with tenant(group.id):
        assert HomonymDecision.objects.count() == 1
        assert Line.objects.filter(act="homonyms_kept_apart").count() == 2, "one in each history"
    assert "Sœurs jumelles" in client.get(site.url("pairs"), {"liste": "homonymes"}).content.decode()
    client.post(site.url("reconsider", pair_id=pair.pk))
    with tenant(group.id):
        assert not HomonymDecision.objects.exists()
        assert Pair.objects.get().state == "to_settle"


def test_later_with_a_date_to_come_or_none(client, site, group):
    later = site.url("later", pair_id=site.alike.pair.pk)
    refused = client.post(later, {"until": "01/01/2020"}).content.decode()
    assert "une date à venir" in refused
    client.post(later, {"until": ""})
    with tenant(group.id):
        assert Pair.objects.get().state == "later"
    assert "sans date" in client.get(site.url("pairs"), {"liste": "plus-tard"}).content.decode()


def test_one_of_two_numbers_is_ended_before_the_merge(client, site, group):
    with tenant(group.id):
        numbers = [
            PersonIdentifierFactory(person=one, kind="rpps", value=value)
            for one, value in ((site.alike.one, "99900000011"), (site.alike.two, "99900000029"))
        ]
    pair_id = site.alike.pair.pk
    assert "ce sont deux personnes" in client.get(site.url("pair", pair_id=pair_id)).content.decode()
    assert client.get(site.url("merge", pair_id=pair_id)).status_code == 302
    end = site.url("end_number", pair_id=pair_id, identifier_id=numbers[1].pk)
    assert client.get(end).status_code == 200
    client.post(end)
    with tenant(group.id):
        assert PersonIdentifier.objects.get(pk=numbers[1].pk).valid_to is not None
    assert client.get(site.url("merge", pair_id=pair_id)).status_code == 200


def test_somebody_compares_two_records_that_the_matching_did_not_find(client, site, group):
    with tenant(group.id):
        third = PersonFactory(birth_name="Autrement", first_names=["Léa"], birth_date="1970-01-01")
    propose = site.url("propose", person_id=site.alike.one.pk)
    assert "AUTREMENT" in client.get(propose, {"q": "autrement"}).content.decode()
    for _ in range(2):
        answer = client.post(propose, {"other": str(third.pk)})
    with tenant(group.id):
        made = Pair.objects.exclude(proposed_by_name="").get()
    assert answer["Location"] == site.url("pair", pair_id=made.pk)
    for wrong in ("", "x", str(site.alike.one.pk)):
        assert client.post(propose, {"other": wrong}).status_code == 200


def test_a_site_and_an_auditor_do_not_settle_doubles(site, group, client_for, manager):
    auditor = MembershipFactory(group_id=group.id, role=Role.AUDITOR).user
    for user in (manager, auditor):
        assert client_for(user).get(site.url("pairs")).status_code == 403
    hr = MembershipFactory(group_id=group.id, role=Role.HR).user
    assert client_for(hr).get(site.url("pairs")).status_code == 200


def test_the_home_of_the_group_and_the_persons_page_tell_of_open_pairs(client, site, group):
    home = client.get(site.url("shell:group_home")).content.decode()
    assert "Deux fiches se ressemblent" in home
    with tenant(group.id):
        pair_of(PersonFactory(), PersonFactory())
    assert "2 paires de fiches se ressemblent" in client.get(site.url("shell:group_home")).content.decode()
    page = client.get(site.url("shell:person", person_id=site.alike.one.pk)).content.decode()
    assert "LEFEVRE Jeanne est peut-être la même personne" in page


def test_what_no_database_takes_is_no_fault_of_the_list_of_merges(client, site):
    for typed in ("%00", "a%00b", "%F0%9F%98%80"):
        assert client.get(f"{site.url('merges')}?q={typed}&page=99999999999999999999").status_code == 200
        assert client.get(f"{site.url('pairs')}?q={typed}&liste=x&etablissement=x&score=9").status_code == 200


def test_two_people_told_apart_elsewhere_may_be_compared_again(client, site, group, settler):
    """A decision made at an arrival has no pair: the page that names it must be able to take it back."""
    with tenant(group.id):
        keep_apart(actor=settler, person=site.alike.one, other=site.alike.two, reason="jumelles")
    page = client.get(site.url("pair", pair_id=site.alike.pair.pk)).content.decode()
    assert site.url("reconsider", pair_id=site.alike.pair.pk) in page
    client.post(site.url("reconsider", pair_id=site.alike.pair.pk))
    with tenant(group.id):
        assert not HomonymDecision.objects.exists()
    assert client.get(site.url("merge", pair_id=site.alike.pair.pk)).status_code == 200
