"""Forms say what they ask, what is wrong and where: labels, descriptions, errors tied to their boxes."""

import re

import pytest
from django import forms

from portal.foundation.forms import FrenchDateField


class SampleForm(forms.Form):
    name = forms.CharField(label="Nom de naissance", help_text="Comme sur la pièce")
    born = FrenchDateField(label="Né(e) le", required=False)
    sex = forms.ChoiceField(
        label="Sexe", choices=[("F", "Féminin"), ("M", "Masculin")], widget=forms.RadioSelect
    )
    job = forms.ChoiceField(label="Fonction", choices=[("", "Choisir"), ("a", "Aide-soignant")])
    note = forms.CharField(label="Remarque", widget=forms.Textarea, required=False)
    seen = forms.BooleanField(label="Pièce vue")
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Les dates se contredisent.")


def tag(html: str, element_id: str) -> str:
    found = re.search(rf'<[a-z]+[^>]*\bid="{element_id}"[^>]*>', html)
    assert found, element_id
    return found[0]


@pytest.fixture(scope="module")
def empty() -> str:
    return str(SampleForm())


@pytest.fixture(scope="module")
def refused() -> str:
    return str(SampleForm({"name": "", "born": "31/02/1980", "job": "zz"}))


def test_every_box_has_its_label(empty):
    for name in ("name", "born", "job", "note", "seen"):
        assert (
            f'<label for="id_{name}"' in empty or f'<label class="form-check-label" for="id_{name}"' in empty
        )
    assert "<legend>Sexe</legend>" in empty
    assert '<label class="form-check-label" for="id_sex_0">Féminin</label>' in empty


def test_labels_have_no_colon_and_tell_what_is_optional(empty):
    assert "Nom de naissance</label>" in empty
    assert 'Né(e) le <span class="optional">(facultatif)</span></label>' in empty
    assert "(facultatif)" not in empty[empty.index("Pièce vue") - 200 :].replace("Remarque", "")


def test_help_is_tied_to_its_box(empty):
    assert 'aria-describedby="id_name_helptext"' in tag(empty, "id_name")
    assert "Comme sur la pièce" in empty
    assert tag(empty, "id_name_helptext")


def test_boxes_carry_the_classes_of_the_theme(empty):
    assert 'class="form-control"' in tag(empty, "id_name")
    assert 'class="form-control input-date"' in tag(empty, "id_born")
    assert 'class="form-select"' in tag(empty, "id_job")
    assert 'class="form-check-input"' in tag(empty, "id_seen")
    assert "class" not in tag(empty, "id_secret")
    assert "is-invalid" not in empty


def test_an_error_is_tied_to_its_box(refused):
    box = tag(refused, "id_born")
    assert "is-invalid" in box
    assert 'aria-invalid="true"' in box
    assert 'aria-describedby="id_born_helptext id_born_error"' in box
    assert tag(refused, "id_born_error")
    assert "Le 31/02/1980 n&#x27;existe pas" in refused
    assert 'aria-describedby="id_sex_error"' in refused[refused.index("<fieldset") :]


def test_what_was_typed_is_kept(refused):
    assert 'value="31/02/1980"' in tag(refused, "id_born")


def test_the_summary_links_to_each_field(refused):
    summary = refused[: refused.index("Comme sur la pièce")]
    for name in ("name", "born", "sex", "job", "seen"):
        assert f'href="#id_{name}"' in summary
        assert tag(refused, f"id_{name}")
    assert "Les dates se contredisent." in summary


def test_no_summary_without_error(empty):
    assert "error-summary" not in empty


def test_typed_text_is_escaped():
    html = str(SampleForm({"name": '"><script>alert(1)</script>'}))
    assert "<script>" not in html
