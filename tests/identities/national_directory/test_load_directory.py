"""The command on the real database: five files, reload, differences, refusals that change nothing, readers meanwhile."""

import gzip
import json
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction

from identities.national_directory.loading import ONE_AT_A_TIME
from identities.national_directory.models import (
    Card,
    Degree,
    DirectoryChange,
    DirectoryLoad,
    KnowHow,
    Label,
    Mailbox,
    NationalActivity,
    NationalPerson,
    NationalStructure,
)
from portal.demo.seed.directory_files import FictitiousDirectory
from portal.demo.seed.directory_parts import MAIN_COLUMNS
from portal.foundation.names import search_key
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tests.factories.national_directory import at_site, main_row, write_main

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
OTHER = "99900000029"


def load(*paths, **options):
    out = StringIO()
    call_command("load_directory", *map(str, paths), stdout=out, **options)
    return out.getvalue()


def known(model):
    return model.objects.using("owner")


def refused(path, **options):
    with pytest.raises(CommandError) as caught:
        load(path, **options)
    assert "Ce qui était déjà chargé n'a pas été modifié" in str(caught.value)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def two_people(folder):
    rows = [
        main_row(**at_site("990000010")),
        main_row(**at_site("990000028", "F2")),
        main_row(
            OTHER,
            'Dupré "Œuf"',
            "",
            **{"Code profession": "99", "Code rôle": "313", "Libellé rôle": "Aide-soignant"},
        ),
    ]
    return write_main(folder / "PS_LibreAcces_Personne_activite_202611220830.txt", rows)


def test_people_activities_structures_and_labels_are_kept(two_people):
    said = load(two_people)
    assert "données du 22/11/2026" in said
    assert "Lignes lues : 3" in said
    assert sorted(known(NationalPerson).values_list("number", "name_key", "first_name_key")) == [
        ("99900000011", "fictif", "camille"),
        (OTHER, search_key('Dupré "Œuf"'), ""),
    ]
    assert known(NationalActivity).filter(finess="990000010", structure_id="F1").count() == 1
    assert sorted(known(NationalStructure).values_list("structure_id", "name")) == [
        ("F1", "EHPAD F1"),
        ("F2", "EHPAD F2"),
    ]
    assert known(Label).get(field="role_code", code="313").label == "Aide-soignant"


def test_the_five_fictitious_files_load_and_are_told_by_their_titles(folder):
    rows = FictitiousDirectory(400).write(folder, "20261122")
    said = [json.loads(one) for one in load(*sorted(folder.iterdir()), json=True).splitlines()]
    assert {one["file"]: one["rows"] for one in said} == rows
    assert sorted(one["kind"] for one in said) == ["activities", "cards", "degrees", "know_how", "mailboxes"]
    for model in (NationalPerson, KnowHow, Degree, Card, Mailbox):
        assert known(model).exists()
    assert known(NationalPerson).count() == 400
    assert known(NationalPerson).filter(name__contains="\\").exists()
    assert known(NationalPerson).filter(first_name="").exists()
    assert known(Card).filter(opposed_on__isnull=False).exists()


def test_a_second_load_of_the_same_file_changes_nothing(two_people):
    load(two_people)
    load(two_people)
    last = known(DirectoryLoad).latest("id")
    assert (last.rows_read, last.appeared, last.closed, last.changed) == (3, 0, 0, 0)
    assert not known(DirectoryChange).exists()


def test_differences_are_counted_and_kept(two_people, folder):
    load(two_people)
    rows = [
        main_row(name="FICTIF-DURAND", **at_site("990000010", **{"Code mode exercice": "S"})),
        main_row("99900000037", **at_site("990000010")),
        main_row("99900000045"),
    ]
    load(write_main(folder / "next.txt", rows))
    kept = sorted(known(DirectoryChange).values_list("table", "change", "number"))
    assert kept == [
        ("nationalactivity", "appeared", "99900000037"),
        ("nationalactivity", "appeared", "99900000045"),
        ("nationalactivity", "changed", "99900000011"),
        ("nationalactivity", "closed", "99900000011"),
        ("nationalactivity", "closed", OTHER),
        ("nationalperson", "appeared", "99900000037"),
        ("nationalperson", "appeared", "99900000045"),
        ("nationalperson", "changed", "99900000011"),
        ("nationalperson", "closed", OTHER),
        ("nationalstructure", "closed", "F2"),
    ]
    changed = known(DirectoryChange).get(table="nationalperson", change="changed")
    assert (changed.before["name"], changed.after["name"]) == ("FICTIF", "FICTIF-DURAND")


def test_columns_in_another_order_and_unknown_ones_are_accepted(folder):
    columns = ("Colonne nouvelle", *reversed(MAIN_COLUMNS))
    load(write_main(folder / "a.txt", [main_row(**at_site("990000010"))], columns))
    assert known(NationalActivity).get().finess == "990000010"


def test_a_missing_column_is_named(folder):
    columns = [one for one in MAIN_COLUMNS if one != "Code rôle"]
    assert "il manque : « Code rôle »" in refused(write_main(folder / "a.txt", [main_row()], columns))


def test_gz_and_byte_order_mark(two_people, folder):
    packed = folder / "a.txt.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + two_people.read_bytes()))
    load(packed)
    assert known(NationalPerson).count() == 2
    packed.write_bytes(packed.read_bytes()[:-20])
    assert "abîmée ou incomplète" in refused(packed)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda whole: b"", "est vide"),
        (lambda whole: whole.split(b"\n")[0] + b"\n", "n'a que sa ligne de titres"),
        (lambda whole: whole.split(b"\n")[0], "n'a que sa ligne de titres"),
        (lambda whole: whole[:-40], "La ligne 4 de « spoilt.txt » n'a pas toutes ses colonnes : le fichier est tronqué"),
        (lambda whole: whole[:-2], "tronqué"),
        (lambda whole: whole.replace(b"FICTIF", b"FIC\0IF", 1), "La ligne 2 de « spoilt.txt » contient un octet nul"),
        (lambda whole: whole.replace(b"FICTIF", b"FIC\x01IF", 1), "caractère de contrôle"),
        (lambda whole: whole.replace(b"F2", "É".encode("latin-1"), 1), "La ligne 3 de « spoilt.txt » contient un caractère"),
        (lambda whole: whole.decode().encode("utf-16"), "n'est pas un fichier d'extraction"),
        (lambda whole: whole.decode().encode("latin-1"), "pas en UTF-8"),
        (lambda whole: whole.replace(b"|", b";"), "un tableur l'a enregistré"),
        (lambda whole: b"<html>erreur</html>\n", "page web"),
        (lambda whole: b"PK\x03\x04" + whole, "archive ZIP"),
        (lambda whole: whole.replace(b"Code profession|", b"Nom d'exercice|", 1), "deux colonnes|il manque"),
        (lambda whole: whole + b"a" * 3_000_000 + b"\n", "La ligne 5 de « spoilt.txt » dépasse 1 Mo"),
        (lambda whole: b"a" * 3_000_000, "n'est pas un fichier d'extraction"),
        (lambda whole: whole.replace(b"|\n", b"|en trop|\n").replace(b"|en trop|\n", b"|\n", 1), "trop de colonnes"),
    ],
)  # fmt: skip
def test_what_is_spoilt_is_refused_and_the_old_rows_stay(two_people, folder, spoil, said):
    load(two_people)
    before = sorted(known(NationalActivity).values_list())
    spoilt = folder / "spoilt.txt"
    spoilt.write_bytes(spoil(two_people.read_bytes().replace("Œ".encode(), b"E")))
    found = refused(spoilt)
    assert any(one in found for one in said.split("|")), found
    assert sorted(known(NationalActivity).values_list()) == before
    assert known(DirectoryLoad).count() == 1


def test_a_file_that_shrank_is_refused_until_a_reason_is_given(two_people, folder):
    load(two_people)
    short = write_main(folder / "short.txt", [main_row()])
    assert "33 % des 3" in refused(short)
    load(short, accept_shrink="fichier d'essai")
    assert known(DirectoryLoad).latest("id").shrink_reason == "fichier d'essai"
    with tenant(PLATFORM):
        assert "accepté malgré sa taille : fichier d'essai" in Line.objects.latest("at").sentence


def leftovers():
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'national_directory%' AND relkind IN ('r', 'v')"
            " AND (relname ~ '(_next|_difference)$' OR relname LIKE '%arriving%')"
        )
        return cursor.fetchall()


def test_what_a_killed_load_left_behind_is_swept_by_the_next(two_people):
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE national_directory_arriving_0 (x text)")
        cursor.execute("CREATE TABLE national_directory_nationalperson_next (x text)")
        cursor.execute(
            "CREATE VIEW national_directory_arriving AS SELECT * FROM national_directory_arriving_0"
        )
    load(two_people)
    assert known(NationalPerson).count() == 2
    assert leftovers() == []


def test_a_refused_file_leaves_nothing_behind(two_people, folder):
    spoilt = folder / "spoilt.txt"
    spoilt.write_bytes(two_people.read_bytes()[:-40])
    refused(spoilt)
    assert leftovers() == []


def test_the_line_of_a_fault_is_that_of_the_file_whichever_connection_read_it(two_people, folder):
    lines = two_people.read_bytes().splitlines(keepends=True)
    rows = lines[1:] * 3000  # several blocks
    rows[7000] = rows[7000].replace(b"|", b"", 5)
    spoilt = folder / "spoilt.txt"
    spoilt.write_bytes(b"".join([lines[0], *rows]))
    assert "La ligne 7002 de « spoilt.txt »" in refused(spoilt)


def test_two_loads_at_once_are_refused(two_people):
    with psycopg.connect(**connections["owner"].get_connection_params()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        assert "en cours" in refused(two_people)


def test_a_file_that_is_not_there(folder):
    assert "ne s'ouvre pas" in refused(folder / "absent.txt")


def test_the_application_only_reads(two_people):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        NationalPerson.objects.create(number="1", digest=0)


def catalogue():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'national_directory%' UNION ALL"
            " SELECT table_name, grantee || privilege_type, '' FROM information_schema.role_table_grants"
            " WHERE table_name LIKE 'national_directory%' UNION ALL"
            " SELECT table_name, column_name, data_type || is_nullable FROM information_schema.columns"
            " WHERE table_name LIKE 'national_directory%' UNION ALL"
            " SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text LIKE 'national_directory%' AND contype <> 'n'"  # NOT NULL: as a column says
        )
        return sorted(cursor.fetchall())


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_swap_leaves_the_catalogue_as_it_was_and_readers_see_whole_tables(two_people, folder):
    before = catalogue()
    load(two_people)
    with transaction.atomic():
        assert NationalPerson.objects.count() == 2
    short = write_main(folder / "short.txt", [main_row()] * 2 + [main_row(OTHER)])
    load(short)
    assert catalogue() == before
    assert NationalActivity.objects.count() == 2  # a line twice in the file is one activity
