"""The list of rights: sorted by each column, and as spreadsheets that hold what the reader sees and no formula."""

import csv
import io
import re
from datetime import date

import pytest
from django.test import Client
from openpyxl import load_workbook

from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.models import User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tests.factories.memberships import InvitationFactory, MembershipFactory
from tests.fixtures import make_group


@pytest.fixture
def rights(group) -> str:
    return f"/g/{group.slug}/droits/"


@pytest.fixture
def client(administrator, client_for) -> Client:
    User.objects.filter(pk=administrator.pk).update(full_name="Zoé Administratrice")
    return client_for(administrator)


@pytest.fixture
def several(group) -> None:
    """Four rights besides the administrator's."""
    InvitationFactory(
        membership__group_id=group.id, membership__invited_as="Ève Invitée", membership__role=Role.HR
    )
    MembershipFactory(
        group_id=group.id, role=Role.SITE_MANAGER, establishment_ids=[group.first.pk], ends_on=date(2099, 1, 31),
        user__full_name="Damien Référent",
    )  # fmt: skip
    MembershipFactory(
        group_id=group.id, role=Role.DIRECTOR, establishment_ids=[group.first.pk, group.second.pk],
        ends_on=date(2099, 12, 31), user__full_name="Denis Directeur",
    )  # fmt: skip
    MembershipFactory(
        group_id=group.id,
        role=Role.AUDITOR,
        state=MembershipState.TO_CONFIRM,
        user__full_name="Fanny Auditrice",
    )


def first_names(text: str) -> str:
    """« DDEFZ »: initials of the rows, in order."""
    shown = re.findall(r'<a class="row-link"[^>]*>([^<]+)</a>', text)
    return "".join(name[0] for name in shown).replace("È", "E")


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        ("personne", "DDEFZ"),
        ("-personne", "ZFEDD"),
        ("role", "ZDDEF"),  # administrateur, directeur, référent, RH, RSSI
        ("fin", "DDEFZ"),
        ("-fin", "EFZDD"),
        ("perimetre", "DDEFZ"),
        ("-perimetre", "EFZDD"),
        ("etat", "FEDDZ"),
        ("-etat", "DDZEF"),
        ("inconnue", None),
        ("", None),
    ],
)
def test_sorts_by_each_column(client, rights, several, order, shown):
    page = client.get(f"{rights}?tri={order}")
    assert page.status_code == 200
    found = first_names(page.text)
    assert sorted(found) == sorted("DDEFZ")
    assert shown is None or found == shown


def lines_of(answer) -> list[list[str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_exports_the_list_of_the_screen_and_writes_it_in_the_journal(
    client, rights, several, group, administrator
):
    answer = client.get(f"{rights}exporter/?tri=personne&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "droits-du-portail-" in answer["Content-Disposition"]
    header, first, *rest = lines_of(answer)
    assert header[:4] == ["Personne", "Adresse électronique", "Rôle", "Périmètre"]
    assert (first[0], first[2], first[3], first[5], first[6]) == (
        "Damien Référent",
        "référent de site",
        group.first.name,
        "31/01/2099",
        "Actif",
    )
    assert len(rest) == 4
    assert rest[-1][3] == "tout le groupe"
    with tenant(group.id):
        line = Line.objects.get(act="rights_exported")
    assert line.sentence == (
        "Zoé Administratrice a exporté 5 lignes de la liste des droits du portail (État : En cours, CSV)."
    )


def test_exports_what_the_filters_keep(client, rights, several, group):
    answer = client.get(f"{rights}exporter/?role=director&site={group.second.pk}&etat=x&format=csv")
    assert [line[0] for line in lines_of(answer)[1:]] == ["Denis Directeur"]
    with tenant(group.id):
        sentence = Line.objects.get(act="rights_exported").sentence
    assert f"Rôle : directeur, Établissement : {group.second.name}" in sentence


def test_no_cell_is_a_formula(client, rights, group):
    MembershipFactory(group_id=group.id, role=Role.HR, user__full_name='=HYPERLINK("http://x")')
    (_, *lines) = lines_of(client.get(f"{rights}exporter/?role=hr"))
    assert lines[0][0].startswith("'=")
    book = load_workbook(io.BytesIO(client.get(f"{rights}exporter/?role=hr&format=xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)


def test_an_unknown_format_is_not_found_and_a_post_refused(client, rights):
    assert client.get(f"{rights}exporter/?format=pdf").status_code == 404
    assert client.post(f"{rights}exporter/").status_code == 405


def test_a_director_of_one_site_takes_away_that_site_only(rights, several, group, client_for):
    director = MembershipFactory(
        group_id=group.id, role=Role.DIRECTOR, establishment_ids=[group.first.pk]
    ).user
    lines = lines_of(client_for(director).get(f"{rights}exporter/?tri=personne"))
    assert {line[0] for line in lines[1:]} == {"Damien Référent", director.full_name}


def test_who_may_not_read_the_list_may_not_export_it(rights, manager, client_for):
    assert client_for(manager).get(f"{rights}exporter/").status_code == 403
    stranger = MembershipFactory(group_id=make_group().id).user
    assert client_for(stranger).get(f"{rights}exporter/").status_code == 404
