"""National tables: shipped, refreshed from CSV or from the npm package, twice without effect, never emptied."""

import json

import pytest
from django.core.management import CommandError, call_command

from identities.people.insee import REFERENCE, Loaded, insee_files, load_insee
from identities.people.models import Commune, Country
from portal.foundation.errors import DomainError

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

SAMPLE = [
    {"code": code, "nom": name, "departement": "01", "type": kind, **more}
    for code, name, kind, more in (
        ("01001", "L'Abergement-Clémenciat", "commune-actuelle", {"codesPostaux": ["01400"]}),
        ("01002", "L'Abergement Neuf", "commune-actuelle", {"codesPostaux": ["01640"]}),
        ("01999", "Essai", "commune-deleguee", {"chefLieu": "01001"}),
    )
]


def test_the_tables_come_with_the_migrations():
    assert Commune.objects.count() == 37590
    assert Country.objects.count() == 255
    assert Commune.objects.filter(code="01033").count() == 2


def test_the_json_of_the_package_adds_and_changes_once(tmp_path):
    file = tmp_path / "communes.json"
    file.write_text(json.dumps(SAMPLE), encoding="utf-8")
    assert load_insee(file) == Loaded("people_commune", 3, 1, 1)
    assert load_insee(file) == Loaded("people_commune", 3, 0, 0)


def test_the_countries_csv_changes_what_changed(tmp_path):
    file = tmp_path / "insee_pays.csv"
    file.write_text("code,nom,code_pays_rattachement,date_debut,date_fin\n99350,Maroc nouveau,,1956-03-02,\n")
    assert load_insee(file).changed == 1


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "\x00\xff"])
def test_refuses_a_file_of_another_shape(tmp_path, content):
    file = tmp_path / "insee_communes.csv"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(DomainError) as refused:
        load_insee(file)
    assert "Rien n'a été modifié" in refused.value.french


def test_a_folder_gives_its_known_files_and_an_empty_one_is_told(tmp_path):
    assert [one.name for one in insee_files([REFERENCE])] == ["insee_communes.csv", "insee_pays.csv"]
    with pytest.raises(CommandError, match="Aucun fichier"):
        call_command("load_insee", str(tmp_path))


@pytest.mark.slow
def test_the_command_without_argument_reloads_what_is_shipped(capsys):
    call_command("load_insee")
    assert "Communes : lus 37590, nouveaux 0, modifiés 0, inchangés 37590" in capsys.readouterr().out
