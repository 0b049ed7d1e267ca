"""Data quality: figures that agree with their lists, behind the walls, in a bounded number of statements."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from identities.people.models import Person
from identities.people.operations import keep_apart
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from portal.shell.data_quality.figures import OF_EVERYBODY, OF_SITES, people_with, quality
from portal.shell.data_quality.gaps import BY_CODE, GAPS
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.directory_links import DirectoryLinkFactory
from tests.factories.memberships import MembershipFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory


def here(group, person=None, **values):
    return AssignmentFactory(
        establishment=group.first, **({"person": person} if person else {}), **values
    ).person


@pytest.fixture
def crew(door, group):
    """One person of each kind at the first site, one whole person at the second."""
    long_ago = now() - timedelta(days=900)
    bare = here(group, PersonFactory(bare=True, birth_name="Nu"))
    moved = here(
        group, PersonFactory(reachable=True, birth_name="Change", identity_changed_at=now()), source="hr:1"
    )
    IdentityCheckFactory(person=moved, checked_at=now() - timedelta(days=2))
    whole = PersonFactory(reachable=True, birth_name="Complet", identity_changed_at=now() - timedelta(days=2))
    AssignmentFactory(person=whole, establishment=group.second, source="hr:1")
    AssignmentFactory(person=whole, establishment=group.first, source="hr:1")
    IdentityCheckFactory(person=whole)
    DirectoryLinkFactory(person=whole, state="linked", checked_at=now(), differences=[])
    DirectoryLinkFactory(person=moved, state="linked", checked_at=long_ago, differences=["other_name"])
    gone = PersonFactory(bare=True, birth_name="Parti")
    AssignmentFactory(person=gone, establishment=group.first, ended=True)
    return {"bare": bare, "moved": moved, "whole": whole, "gone": gone}


WHO = {
    "date-de-naissance": ["bare"],
    "lieu-de-naissance": ["bare"],
    "sexe": ["bare"],
    "prenoms": ["bare"],
    "mobile": ["bare"],
    "courriel": ["bare"],
    "jamais-vus": ["bare"],
    "a-refaire": ["moved"],
    "niveau-faible": [],
    "controle-echu": [],
    "bientot-echu": [],
    "sans-lien": ["bare"],
    "lien-a-verifier": ["moved"],
    "differences": ["moved"],
    "saisies": ["bare"],
    "doublons": [],
    "homonymes": [],
    "sans-affectation": ["gone"],
}


@pytest.mark.parametrize("code", [one.code for one in GAPS])
def test_each_figure_is_its_list(crew, group, code):
    expected = {crew[name].pk for name in WHO[code]}
    assert set(people_with(BY_CODE[code]).values_list("pk", flat=True)) == expected
    found = quality(of_group=True)
    assert found.counts[code] == len(expected)
    if not BY_CODE[code].of_everybody:
        first = next(one for one in found.sites if one.id == group.first.pk)
        assert first.counts[code] == len(expected)
        assert people_with(BY_CODE[code], sites=[group.second.pk]).count() == 0


def test_somebody_of_two_sites_counts_once_in_all(crew, group):
    found = quality(of_group=True)
    assert (found.people, found.records) == (3, 4)
    assert {one.id: one.people for one in found.sites} == {group.first.pk: 3, group.second.pk: 1}


def test_a_place_known_by_its_code_alone_is_known(door, group):
    """Overseas and former communes are kept without a name."""
    here(group, PersonFactory(birth_commune_code="98735", birth_place=""))
    town_unknown = here(group, PersonFactory(abroad=True, birth_place=""))
    assert list(people_with(BY_CODE["lieu-de-naissance"])) == [town_unknown]


def test_homonyms_told_apart_at_an_arrival_count_as_those_of_a_pair(door, group, administrator):
    one, other = PersonFactory(birth_name="Martin"), PersonFactory(birth_name="Martin")
    keep_apart(actor=administrator, person=one, other=other, reason="Née à Lyon, l'autre à Brest.")
    assert set(people_with(BY_CODE["homonymes"])) == {one, other}
    assert quality(of_group=True).counts["homonymes"] == 2


def test_a_merged_record_is_nowhere(crew):
    Person.objects.filter(pk=crew["bare"].pk).update(merged_into=crew["whole"].pk)
    found = quality(of_group=True)
    assert (found.people, found.records, found.counts["mobile"]) == (2, 3, 0)


@pytest.fixture
def reader(group, client_for):
    """RH of the first site only."""
    user = MembershipFactory(group_id=group.id, role=Role.HR, establishment_ids=[group.first.pk]).user
    return client_for(user)


def url(group, name):
    return reverse(f"data_quality:{name}", args=[group.slug])


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def test_a_site_sees_its_own_figures_only(group, reader):
    with tenant(group.id):
        here(group, PersonFactory(bare=True, birth_name="Ici"))
        AssignmentFactory(establishment=group.second, person=PersonFactory(bare=True, birth_name="Ailleurs"))
    page = text(reader.get(url(group, "overview")))
    assert "1 personne avec une affectation" in page
    assert group.second.name not in page
    assert not [one for one in OF_EVERYBODY if one.label in page]
    page = text(reader.get(url(group, "people"), {"manque": "mobile"}))
    assert "ICI" in page
    assert "AILLEURS" not in page
    page = text(reader.get(url(group, "people"), {"manque": "sans-affectation", "etablissement": "zzz"}))
    assert OF_SITES[0].advice in page


def test_a_list_is_filtered_by_site_and_exported_with_a_line(group, administrator, client_for):
    with tenant(group.id):
        here(group, PersonFactory(bare=True, birth_name="=Ici"))
        AssignmentFactory(establishment=group.second, person=PersonFactory(bare=True, birth_name="Ailleurs"))
    client = client_for(administrator)
    asked = {"manque": "mobile", "etablissement": group.first.pk}
    page = text(client.get(url(group, "people"), asked))
    assert "=ICI" in page
    assert "AILLEURS</a>" not in page
    body = client.get(url(group, "export"), asked).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["'=Ici"]
    assert "sans mobile" in rows[1][4]
    with tenant(group.id):
        said = Line.objects.get(act="data_quality_exported").sentence
    assert f"1 ligne de la qualité des données (Sans mobile, {group.first.name}, CSV)" in said


def test_who_may_not_export_people_exports_nothing(group, client_for):
    client = client_for(MembershipFactory(group_id=group.id, role=Role.RPPS_MANAGER).user)
    assert "exporter" not in text(client.get(url(group, "people")))
    assert client.get(url(group, "export")).status_code == 403


def test_the_number_of_statements_does_not_grow(group, administrator, client_for):
    client = client_for(administrator)

    def statements(name):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url(group, name)).status_code == 200
        return len(asked)

    with tenant(group.id):
        here(group, PersonFactory(bare=True))
    statements("overview")  # a new session is written once
    before = statements("overview"), statements("people")
    with tenant(group.id):
        for _ in range(12):
            here(group, PersonFactory(bare=True))
    assert (statements("overview"), statements("people")) == before


def test_sites_are_sorted_by_a_column(group, administrator, client_for):
    with tenant(group.id):
        AssignmentFactory(establishment=group.second, person=PersonFactory(bare=True))
    page = text(client_for(administrator).get(url(group, "overview"), {"tri": "-mobile"}))
    assert page.index(f"{group.second.name}</th>") < page.index(f"{group.first.name}</th>")
