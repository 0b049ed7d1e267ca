"""A group's settings and units."""

import pytest

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.groups.models import Group, Unit
from tenants.groups.places import add_unit, remove_unit, rename_unit
from tests.factories.assignments import AssignmentFactory


@pytest.fixture
def site_url(group):
    return f"/g/{group.slug}/e/{group.first.pk}/services/"


def test_an_administrator_changes_the_settings_and_the_journal_says_so(group, administrator, client_for):
    answer = client_for(administrator).post(
        f"/g/{group.slug}/reglages/", {"name": "Les Rives", "sites_see_other_sites": "on"}
    )
    assert answer.status_code == 302
    with tenant(group.id):
        assert Group.objects.get().sites_see_other_sites
        assert Line.objects.get(act="group_settings_changed").after["name"] == "Les Rives"


def test_a_unit_is_added_renamed_and_removed(group, administrator, client_for, site_url):
    client = client_for(administrator)
    assert client.post(site_url, {"name": "Nuit"}).status_code == 302
    with tenant(group.id):
        unit = Unit.objects.get()
    assert client.post(f"{site_url}{unit.pk}/", {"name": "Nuit 2"}).status_code == 302
    assert "Nuit 2" in client.get(site_url).text
    assert client.post(f"{site_url}{unit.pk}/", {"remove": "1"}).status_code == 302
    with tenant(group.id):
        assert not Unit.objects.exists()
        assert Line.objects.filter(object_kind="unit").count() == 3


def test_refuses_two_units_of_one_name(group, administrator, client_for, site_url):
    client = client_for(administrator)
    client.post(site_url, {"name": "Nuit"})
    answer = client.post(site_url, {"name": "Nuit"})
    assert "choisissez un autre nom" in answer.text
    assert 'value="Nuit"' in answer.text


def test_refuses_to_remove_a_unit_that_an_affectation_names(group, door, administrator):
    unit = add_unit(actor=administrator, establishment=group.first, name="Nuit")
    AssignmentFactory(establishment=group.first, unit=unit)
    with pytest.raises(DomainError, match="named by assignments") as refused:
        remove_unit(actor=administrator, unit=unit)
    assert "renommer" in refused.value.french
    rename_unit(actor=administrator, unit=unit, name="Jour")


def test_a_site_manager_does_not_edit_units(manager, client_for, site_url):
    assert client_for(manager).get(site_url).status_code == 403
