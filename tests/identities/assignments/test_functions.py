"""The national functions: the file, what is offered, what a job title stands for."""

import csv
from datetime import date

import pytest

from identities.assignments.models import JobShortcut, NationalFunction
from identities.assignments.queries import function_for_label, functions_for_labels, functions_offered
from tests.shared import SHARED

pytestmark = pytest.mark.django_db
NOMENCLATURES = SHARED / "nomenclatures"


def codes(text: str) -> list[str]:
    return [one.code for one in functions_offered(text)]


def test_usual_ones_come_first():
    offered = functions_offered()
    commons = [one.is_common for one in offered]
    assert commons == sorted(commons, reverse=True)
    assert {"R85-313", "G15-60", "R85-328"} <= {one.code for one in offered[:40]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("aide-soignant", "R85-313"),
        ("AIDE SOIGN", "R85-313"),
        ("éducateur spé", "R85-326"),
        ("educateur spe", "R85-326"),
        ("AS", "R85-313"),
        ("ide", "G15-60"),
        ("ASH", "R85-338"),
        ("AES", "R85-328"),
        ("ME", "R85-324"),
        ("ES", "R85-326"),
        ("veilleur de nuit", "R85-367"),
        ("assistante sociale", "R94-41"),
        ("psychologue", "R95-93"),
    ],
)
def test_is_found_by_label_title_or_abbreviation_without_accents(text, code):
    assert codes(text)[0] == code


@pytest.mark.parametrize("text", ["AMP", "aide médico-psychologique", "AVS", "auxiliaire de vie sociale"])
def test_a_closed_function_is_not_offered_but_what_replaces_it_is(text):
    first = functions_offered(text)[0]
    assert first.code == "R85-328"
    assert "fermée le 22/12/2025" in first.hint
    assert not {"R85-323", "R85-318", "R94-47"} & set(codes(text))


def test_nothing_is_offered_that_nobody_registers_or_uses():
    assert not {"R85-300", "R291-99", "R94-51", "G15-35", "R85-350"} & set(codes(""))
    assert codes("boulanger") == []


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Aide-soignant(e)", "R85-313"),
        ("Aide-soignante", "R85-313"),
        ("A.S.", "R85-313"),
        ("Infirmière D.E.", "G15-60"),
        ("INFIRMIER(ÈRE)", "G15-60"),
        ("Infirmier diplômé d’État", "G15-60"),
        ("Aide-soignant (AS)", "R85-313"),
        ("Accompagnant·e éducatif et social", "R85-328"),
        ("r85-313", "R85-313"),
        ("AVS", "R85-328"),
        ("Veilleuse de nuit", "R85-367"),
        ("élève aide soignant", "R85-347"),
        ("boulanger", None),
        ("", None),
    ],
)
def test_a_typed_job_title_stands_for_one_function(title, code):
    found = function_for_label(title)
    assert (found.code if found else None) == code


def test_a_batch_is_read_in_two_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        found = functions_for_labels(["AS", "IDE", "boulanger"] * 9)
    assert [one and one.code for one in found.values()] == ["R85-313", "G15-60", None]


def test_every_shortcut_leads_to_a_function_in_force():
    offered = set(codes(""))
    titles = JobShortcut.objects.order_by("label").values_list("label", flat=True)
    for title, found in functions_for_labels(titles).items():
        assert found is not None, title
        assert found.code in offered, title


def test_what_replaces_a_function_exists():
    known = set(NationalFunction.objects.values_list("code", flat=True))
    for one in NationalFunction.objects.exclude(replaced_by="").order_by("code"):
        assert set(one.replaced_by.split()) <= known


def test_channels_are_the_three_doors():
    assert set(NationalFunction.objects.filter(is_selectable=True).values_list("channel", flat=True)) == {
        "ordre",
        "ARS",
        "employeur",
    }
    assert NationalFunction.objects.get(pk="G15-60").channel == "ordre"
    assert NationalFunction.objects.get(pk="R95-93").channel == "ARS"
    assert NationalFunction.objects.get(pk="R85-313").channel == "employeur"


@pytest.mark.skipif(not NOMENCLATURES.exists(), reason="the shared nomenclatures are not on this machine")
def test_the_table_says_what_the_nomenclatures_say():
    with (NOMENCLATURES / "tre_r85_role_prise_charge.csv").open(encoding="utf-8") as stream:
        official = {f"R85-{line['code']}": line for line in csv.DictReader(stream)}
    ours = NationalFunction.objects.filter(code__startswith="R85-").in_bulk()
    assert set(ours) == set(official)
    for code, line in official.items():
        assert ours[code].label == line["label"]
        assert ours[code].is_selectable == (line["selectable_in_rpps_plus_J121"] == "yes")
        closed_on = date.fromisoformat(line["deprecated_on"]) if line["deprecated_on"] else None
        assert ours[code].closed_on == closed_on


@pytest.mark.skipif(not NOMENCLATURES.exists(), reason="the shared nomenclatures are not on this machine")
def test_proposed_job_titles_are_understood():
    with (NOMENCLATURES / "esms_job_to_national_code_PROPOSED.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    titles = [line["local_job_title"] for line in lines]
    found = functions_for_labels(titles)
    understood = [line for line in lines if found[line["local_job_title"]]]
    wrong = [
        (line["local_job_title"], found[line["local_job_title"]])
        for line in understood
        if not found[line["local_job_title"]].code.endswith(f"-{line['code'].split('/')[-1]}")
    ]
    assert wrong == []
    assert len(understood) >= 0.8 * len(lines), [one for one in titles if not found[one]]
