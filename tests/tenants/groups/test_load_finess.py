"""The command on the real database: three real formats, reload, closings, refusals that change nothing."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError

from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tenants.groups.models import FinessCategory, FinessEstablishment, FinessLegalEntity, FinessLoad
from tests.tenants.groups.places import EXCEL, JSON, SEMICOLON, SHARED, XML_ENTITIES, XML_SITES, needs_shared

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def load(*paths):
    out = StringIO()
    call_command("load_finess", *map(str, paths), stdout=out)
    return out.getvalue()


def known(model):
    return model.objects.using("owner")


def changed(folder, path, *replacements):
    text = path.read_text("utf-8")
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after)
    target = folder / path.name
    target.write_text(text, "utf-8")
    return target


def test_the_three_real_formats_load(tmp_path):
    said = load(JSON, SEMICOLON, XML_ENTITIES, XML_SITES)
    assert known(FinessLegalEntity).count() == 5
    assert known(FinessEstablishment).count() == 24
    assert "flux FINESS+ (JSON), données du 09/03/2026" in said
    assert "Structures : lues 14, gardées 14, refusées 0" in said
    assert [one.file_format for one in known(FinessLoad).order_by("id")] == [
        "json",
        "semicolon",
        "xml",
        "xml",
    ]


@pytest.mark.parametrize("path", [JSON, SEMICOLON, XML_ENTITIES, XML_SITES])
def test_a_second_load_of_the_same_file_changes_nothing(path):
    load(path)
    load(path)
    first, second = known(FinessLoad).order_by("id")
    assert first.opened > 0
    assert (second.opened, second.closed, second.changed) == (0, 0, 0)
    assert second.rows_kept == first.rows_kept


def test_openings_and_closings_are_told(tmp_path):
    load(XML_SITES)
    closing = changed(tmp_path, XML_SITES, ("<rs>IFAS CH DU", "<rs>[Fermé] IFAS CH DU"))
    assert "fermeture : 010003598 IFAS CH DU HAUT BUGEY" in load(closing)
    closed = known(FinessEstablishment).get(pk="010003598")
    assert (closed.is_closed, closed.closed_on, closed.name) == (True, None, "IFAS CH DU HAUT BUGEY")
    load(XML_SITES)
    _, second, third = known(FinessLoad).order_by("id")
    assert (second.opened, second.closed) == (0, 1)
    assert (third.opened, third.closed) == (1, 0)


def test_a_load_leaves_a_line_in_the_platforms_journal():
    load(JSON)
    with tenant(PLATFORM):
        (sentence,) = Line.objects.values_list("sentence", flat=True)
    assert sentence.endswith("20260309.json : ouvertures 2, fermetures 0, modifications 0.")


def test_a_new_name_is_a_change(tmp_path):
    load(JSON)
    load(changed(tmp_path, JSON, ("CLINIQUE DOCTEUR CONVERT", "CLINIQUE DU DOCTEUR CONVERT")))
    assert known(FinessLoad).latest("id").changed == 1
    assert known(FinessEstablishment).get(pk="010780195").long_name == "CLINIQUE DU DOCTEUR CONVERT"


def test_an_older_row_does_not_undo_a_more_recent_one(tmp_path):
    load(JSON)
    older = changed(
        tmp_path, JSON, ("2021-10-18 00:00:00", "2019-10-18 00:00:00"), ("DOCTEUR CONVERT", "ANCIEN NOM")
    )
    said = load(older)
    assert "plus anciennes que les nôtres" in said
    assert known(FinessEstablishment).get(pk="010780195").long_name == "CLINIQUE DOCTEUR CONVERT"


def test_the_last_of_two_lines_with_one_number_is_kept(tmp_path):
    line = SEMICOLON.read_text("utf-8").splitlines()[1]
    twice = tmp_path / "twice.csv"
    twice.write_text(f"{line}\n{line.replace('CH DE FLEYRIAT', 'CH DE FLEYRIAT BIS')}\n", "utf-8")
    load(twice)
    assert known(FinessEstablishment).get().name == "CH DE FLEYRIAT BIS"


def test_refused_lines_are_told_and_kept_in_the_report(tmp_path):
    said = load(changed(tmp_path, SEMICOLON, ("structureet;010000024", "structureet;010000025")))
    assert "Structures : lues 9, gardées 8, refusées 1" in said
    assert "ligne 2 : Le numéro FINESS 010000025 comporte une erreur de saisie" in said
    report = known(FinessLoad).get()
    assert (report.rows_refused, report.report["refusals"][0]["line"]) == (1, 2)


def test_only_the_first_twenty_refusals_are_told_the_rest_is_counted(tmp_path):
    good, wrong = SEMICOLON.read_text("utf-8").splitlines()[1], "structureet;trop;court\n" * 25
    many = tmp_path / "many.csv"
    many.write_text(f"{good}\n{wrong}", "utf-8")
    said = load(many)
    assert said.count("champs") == 20
    assert "… et 5 autres" in said


@pytest.mark.parametrize("damage", ["excel", "cut", "empty"])
def test_a_damaged_file_changes_nothing(damage, tmp_path):
    load(JSON)
    before = list(known(FinessEstablishment).order_by("pk").values_list())
    text = JSON.read_text("utf-8").replace("CONVERT", "PERDU")
    path = tmp_path / "damaged.json"
    path.write_text({"cut": text[:-40], "empty": "", "excel": EXCEL.read_text("utf-8")}[damage], "utf-8")
    with pytest.raises(CommandError, match="n'a pas été modifié"):
        load(path)
    assert list(known(FinessEstablishment).order_by("pk").values_list()) == before
    assert known(FinessLoad).count() == 1


def test_the_applications_role_may_read_the_national_tables_and_not_write_them():
    assert FinessCategory.objects.count() == 312
    with pytest.raises(ProgrammingError, match="permission denied"):
        FinessCategory.objects.filter(pk="500").update(label="autre")


def test_the_categories_that_make_an_esms():
    esms = FinessCategory.objects.filter(is_esms=True)
    assert esms.filter(valid_to=None).count() == 89
    assert str(esms.get(pk="500")) == "EHPAD"
    assert not FinessCategory.objects.get(pk="355").is_esms


@needs_shared
def test_our_categories_are_those_of_the_shared_nomenclature():
    with (SHARED / "nomenclatures" / "finess_categories_esms.csv").open(encoding="utf-8") as stream:
        theirs = {row["code"]: row["label"] for row in csv.DictReader(stream)}
    ours = dict(FinessCategory.objects.filter(is_esms=True, valid_to=None).values_list("code", "label"))
    assert ours == theirs
