"""The group's table as a spreadsheet: what the page shows to that reader, no formula, a line in the journal."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.groups.models import Establishment
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory
from tests.factories.memberships import MembershipFactory
from tests.fixtures import make_group


@pytest.fixture
def table(group) -> str:
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
        Establishment.objects.filter(pk=group.first.pk).update(
            department="73", name="IME Éléonore", city="Chambéry"
        )
    return reverse("shell:group_table", args=[group.slug])


def lines_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_gives_the_rows_of_the_page_and_writes_it_in_the_journal(table, group, administrator, client_for):
    client = client_for(administrator)
    page = client.get(reverse("shell:group_home", args=[group.slug]) + "?department=73&tri=-present").text
    assert f"{table}?department=73&amp;tri=-present&amp;format=xlsx" in page
    header, *lines = lines_of(client.get(f"{table}?tri=-present&format=csv"))
    assert header[4:] == ["Présents", "Fins sous 72 h", "Départs du jour", "Arrivées sous 7 jours"]
    assert (lines[0][0], lines[0][1], lines[0][3], lines[0][4]) == ("IME Éléonore", "Chambéry", "73", "1")
    assert len(lines) == 2
    with tenant(group.id):
        sentence = Line.objects.get(act="group_table_exported").sentence
    assert sentence == (
        f"{administrator.full_name} a exporté le tableau du groupe, 2 lignes (tous les établissements, CSV)."
    )


def test_keeps_the_filters_and_says_so(table, group, administrator, client_for):
    book = load_workbook(io.BytesIO(client_for(administrator).get(f"{table}?q=eleonore&format=xlsx").content))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == ["IME Éléonore"]
    assert book.active["E2"].value == 1
    with tenant(group.id):
        assert (
            "1 ligne (Nom ou ville : eleonore, XLSX)" in Line.objects.get(act="group_table_exported").sentence
        )


def test_no_cell_is_a_formula(table, group, administrator, client_for):
    with tenant(group.id):
        Establishment.objects.filter(pk=group.first.pk).update(name="=1+1", city="@SUM(A1)")
    client = client_for(administrator)
    texts = [cell for line in lines_of(client.get(table)) for cell in line]
    assert {"'=1+1", "'@SUM(A1)"} <= set(texts)
    book = load_workbook(io.BytesIO(client.get(f"{table}?format=xlsx").content))
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_reader_of_one_site_takes_away_that_site(table, group, client_for):
    hr = MembershipFactory(group_id=group.id, role=Role.HR, establishment_ids=[group.second.pk]).user
    assert [line[0] for line in lines_of(client_for(hr).get(table))[1:]] == [group.second.name]


def test_who_may_not_see_the_page_may_not_take_it_away(table, group, manager, client_for):
    assert client_for(manager).get(table).status_code == 403
    assert client_for(MembershipFactory(group_id=make_group().id).user).get(table).status_code == 404


def test_an_unknown_format_is_not_found(table, administrator, client_for):
    assert client_for(administrator).get(f"{table}?format=ods").status_code == 404
