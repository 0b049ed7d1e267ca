"""The list of people present, on paper."""

import sys

import pytest
from django.urls import reverse

from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory

weasyprint = pytest.importorskip("weasyprint", reason="libpango manque", exc_type=OSError)


@pytest.fixture
def address(group):
    return reverse("shell:presence_sheet", args=[group.slug, group.first.pk])


@pytest.mark.slow
def test_prints_who_is_here_and_the_journal_says_so(group, manager, client_for, address):
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
    answer = client_for(manager).get(address)
    assert answer.content.startswith(b"%PDF")
    with tenant(group.id):
        assert "1 lignes" in Line.objects.get(act="presence_sheet_printed").sentence


def test_without_pango_says_what_to_do(group, manager, client_for, address, monkeypatch):
    class NoPango:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    answer = client_for(manager).get(address, follow=False)
    assert answer.status_code == 302
    with tenant(group.id):
        assert not Line.objects.filter(act="presence_sheet_printed").exists()
