"""The operator's page: who enters, what it says before and after a load."""

import pytest
from django.core.management import call_command

from tests.factories.memberships import UserFactory
from tests.factories.national_directory import main_row, write_main

ADDRESS = "/exploitant/annuaire/"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_operator_sees_loads_and_freshness(client_for, tmp_path):
    client = client_for(UserFactory(is_operator=True))
    assert "Aucun fichier chargé" in client.get(ADDRESS).text
    path = write_main(tmp_path / "PS_LibreAcces_Personne_activite_20200102.txt", [main_row()])
    call_command("load_directory", str(path), verbosity=0)
    page = client.get(ADDRESS).text
    assert "PS_LibreAcces_Personne_activite_20200102.txt" in page
    assert "02/01/2020" in page
    assert "Jamais chargé" in page


@pytest.mark.django_db
def test_nobody_else_enters(client_for, administrator):
    assert client_for(administrator).get(ADDRESS).status_code == 404
