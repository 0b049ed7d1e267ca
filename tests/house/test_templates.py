"""Templates keep to the strict content security policy, and to our own words."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.house.rooms import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_compiles_and_obeys_the_policy(path: Path):
    text = path.read_text()
    get_template(str(path.relative_to(ROOT / "templates")))
    if "emails" not in path.parts:
        assert not re.search(r"\sstyle\s*=", text), "inline style"
        assert not re.search(r"<style", text), "style block"
    assert not re.search(r"\son[a-z]+\s*=", text), "inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text), "inline script"
    assert not re.search(r"(src|href)\s*=\s*\"(https?:)?//", text), "something from another host"
    if path != ROOT / "templates/django/forms/field.html":  # Django's help texts are HTML by contract
        assert "|safe" not in text, "unescaped text"


# template → why it stands alone without being a page of the portal.
ALONE = {
    "templates/shell/presence_sheet.html": "a PDF",
    "templates/rpps_plus/sheets.html": "a PDF",
    "templates/people/birth_place_input.html": "the widget of a form field",
}


def test_fragments_start_with_an_underscore():
    wrong = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if path.parent.name
        not in {"components", "elements", "layouts", "layout", "forms", "widgets", "emails"}
        and not path.name.startswith("_")
        and "{% extends" not in path.read_text()
        and "django" not in path.parts
        and path.parent != ROOT / "templates"
        and "emails" not in path.parts
    ]
    assert sorted(wrong) == sorted(ALONE)
