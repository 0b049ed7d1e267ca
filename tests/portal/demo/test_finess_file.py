"""The generated FINESS+ file: the counts asked for, the same for the same seed, odd as the real one, and loadable."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from portal.demo.seed.finess_file import LARGEST, FictitiousFile
from tenants.groups.finess import FinessEJ, FinessET, Refusal, open_finess
from tenants.groups.models import FinessEstablishment, FinessLegalEntity, FinessLoad


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    path = tmp_path_factory.mktemp("finess") / "finess.json"
    return path, FictitiousFile(700, 1200, seed=5, events_each=2).write(path)


def test_the_counts_are_those_asked_for(generated):
    path, written = generated
    rows = list(open_finess(path).rows)
    assert (written.legal_entities, written.establishments) == (700, 1200)
    assert sum(isinstance(row, FinessEJ) for row in rows) == 700
    assert sum(isinstance(row, Refusal) for row in rows) == written.spoilt
    numbers = [row.finess for row in rows if not isinstance(row, Refusal)]
    assert len(set(numbers)) == len(numbers)


def test_the_same_seed_writes_the_same_file(tmp_path):
    texts = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        FictitiousFile(30, 60, seed, events_each=2).write(tmp_path / name)
        texts.append((tmp_path / name).read_text("utf-8"))
    assert texts[0] == texts[1] != texts[2]


def test_the_file_is_as_odd_as_the_real_one(generated):
    path, written = generated
    text = path.read_text("utf-8")
    rows = [row for row in open_finess(path).rows if not isinstance(row, Refusal)]
    sites = [row for row in rows if isinstance(row, FinessET)]
    assert set(written.shapes) == {"published", "schema of December 2025"}
    assert '"[FERME] ' in text
    assert any(one.finess.startswith(("2A", "2B")) for one in rows)
    assert any(one.finess.startswith("97") for one in rows)
    assert any(one.is_closed and not one.closed_on for one in rows)
    assert any(one.remark for one in sites)
    assert any(not one.siret and not one.remark for one in sites)
    assert any(not one.address for one in rows)
    structure = json.loads(text)["pmej"]
    assert 200 < max(len(one.get("ege", [])) for one in structure) <= LARGEST
    assert any("ege" not in one for one in structure)
    assert any(one.get("ege") == [] for one in structure)


@pytest.mark.django_db(databases=["default", "owner"])
def test_make_finess_writes_what_load_finess_takes(tmp_path):
    path, out = tmp_path / "finess.json", StringIO()
    options = {"out": path, "establishments": 300, "legal_entities": 150, "json": True}
    call_command("make_finess", **options, stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue())
    call_command("load_finess", str(path), stdout=StringIO())
    load = FinessLoad.objects.using("owner").get()
    assert load.rows_read == 450
    assert load.rows_refused == told["spoilt"]
    assert FinessLegalEntity.objects.using("owner").count() == 150
    assert FinessEstablishment.objects.using("owner").count() == 300 - told["spoilt"]
