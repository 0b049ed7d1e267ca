"""Departure, extension and lists, as a browser without JavaScript sees them."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from identities.assignments.models import Assignment, AssignmentChange
from identities.assignments.rules import in_words, tonight
from portal.foundation.clock import PARIS, now
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.permissions import Role
from tests.factories.assignments import AssignmentFactory, many_missions
from tests.factories.memberships import MembershipFactory
from tests.factories.people import PersonFactory, PersonIdentifierFactory


@pytest.fixture
def site(group, manager, client_for):
    """The manager's client and a two-day mission at their site."""
    with tenant(group.id):
        stay = AssignmentFactory(mission=True, establishment=group.first, person__birth_name="Martin")

    def url(name, *ids):
        return reverse(f"assignments:{name}", args=[group.slug, group.first.pk, *ids])

    def again():
        with tenant(group.id):
            return Assignment.objects.get(pk=stay.pk)

    return SimpleNamespace(client=client_for(manager), stay=stay, url=url, again=again, group=group)


def depart(site, **values):
    return site.client.post(
        site.url("depart", site.stay.pk), {"moment": "now", "reason": "early", **values}, follow=True
    )


def changes(site):
    with tenant(site.group.id):
        return AssignmentChange.objects.count()


def text(response) -> str:
    return response.content.decode()


def test_a_departure_now_says_what_happened_and_nothing_more(site):
    page = text(depart(site))
    stay = site.again()
    assert (stay.state, stay.end_reason) == ("ended", "early")
    assert f"Terminée le {in_words(stay.ends_at)}" in page
    assert "rien n'a été fermé automatiquement" in page.replace("&#x27;", "'")


def test_a_second_click_is_harmless(site):
    depart(site)
    response = depart(site)
    assert "Terminée le" in text(response)
    assert list(response.context["messages"]) == []
    assert changes(site) == 1


def test_a_second_person_is_told_who_was_first(site, administrator, client_for):
    depart(site)
    site.client = client_for(administrator)
    response = depart(site)
    assert "vient de le faire avant vous" in str(list(response.context["messages"])[0])
    assert changes(site) == 1


def test_tonight_in_one_tap_then_undone(site):
    planned = site.stay.ends_at
    response = depart(site, moment="tonight", next=site.url("departures"))
    assert response.redirect_chain == [(site.url("departures"), 302)]
    assert site.again().ends_at == tonight()
    assert "Départ de MARTIN Camille programmé le" in text(response)
    assert "Annuler le départ" in text(response)
    response = site.client.post(site.url("cancel_departure", site.stay.pk), follow=True)
    assert "annulé" in text(response)
    assert site.again().ends_at == planned
    response = site.client.post(site.url("cancel_departure", site.stay.pk), follow=True)
    assert "il n&#x27;y a rien à annuler" in text(response)


def test_another_moment_is_typed(site):
    typed = (now() + timedelta(hours=20)).astimezone(PARIS).replace(second=0, microsecond=0)
    depart(site, moment="date", at=f"{typed:%d/%m/%Y %H:%M}")
    assert site.again().ends_at == typed


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"moment": "date"}, "at"),
        ({"moment": "date", "at": "32/01/2026 10:00"}, "at"),
        ({"moment": "date", "at": "01/01/2020 10:00"}, "at"),
        ({"moment": "date", "at": "01/01/2090 10:00"}, "at"),
        ({"moment": "now", "at": "01/01/2090 10:00"}, "moment"),
        ({"reason": "zzz"}, "reason"),
    ],
)
def test_a_refusal_stands_by_its_field_and_keeps_what_was_typed(site, values, field):
    response = depart(site, **values)
    assert list(response.context["form"].errors) == [field]
    assert values.get("at", "") in text(response)
    assert site.again().state == "running"


def test_where_one_came_from_cannot_lead_elsewhere(site):
    response = depart(site, moment="tonight", next="https://ailleurs.invalid/")
    assert response.redirect_chain[0][0] == site.url("departures")


def test_what_has_not_begun_is_cancelled(site):
    with tenant(site.group.id):
        coming = AssignmentFactory(planned=True, establishment=site.group.first)
    assert "Annuler cette arrivée" in text(site.client.get(site.url("depart", coming.pk)))
    assert "définitive" in text(site.client.get(site.url("cancel", coming.pk)))
    assert "annulée" in text(site.client.post(site.url("cancel", coming.pk), follow=True))
    assert "plus rien à faire" in text(site.client.post(site.url("cancel", coming.pk), follow=True))
    assert site.client.get(site.url("cancel", coming.pk)).status_code == 404  # out of the site's sight


def test_what_has_begun_is_not_cancelled(site):
    page = site.url("cancel", site.stay.pk)
    assert site.client.get(page).url == site.url("depart", site.stay.pk)
    assert "terminez-la" in text(site.client.post(page, follow=True))


def test_an_extension_is_one_tap_and_a_second_tap_is_harmless(site):
    choices = site.client.get(site.url("extend", site.stay.pk)).context["choices"]
    assert [label for label, _, _ in choices] in (
        ["3 jours de plus", "7 jours de plus", "Fin de mois"],
        ["3 jours de plus", "7 jours de plus"],
    )
    chosen = choices[0][1]
    for _ in range(2):
        response = site.client.post(site.url("extend", site.stay.pk), {"chosen": chosen}, follow=True)
        assert "fin repoussée au" in text(response)
    assert (
        site.again().ends_at.isoformat() == chosen
        or site.again().ends_at - site.stay.ends_at <= timedelta(days=3)
    )
    assert changes(site) == 1


def test_an_extension_to_a_typed_date_or_refused_by_its_field(site):
    page = site.url("extend", site.stay.pk)
    typed = (now() + timedelta(days=30)).astimezone(PARIS)
    site.client.post(page, {"ends_at": f"{typed:%d/%m/%Y}"})
    assert site.again().ends_at == typed.replace(hour=20, minute=0, second=0, microsecond=0)
    response = site.client.post(page, {"ends_at": "01/01/2020"})
    assert "La fin est déjà prévue le" in text(response)
    assert list(response.context["form"].errors) == ["ends_at"]
    assert 'value="01/01/2020"' in text(response)
    response = site.client.post(page, {"ends_at": "zzz"})
    assert list(response.context["form"].errors) == ["ends_at"]
    response = site.client.post(page, {"chosen": "2020-01-01T00:00:00+00:00"})
    assert "La fin est déjà prévue le" in text(response)


def test_departures_find_by_a_few_letters(site):
    with tenant(site.group.id):
        AssignmentFactory(establishment=site.group.first, person__birth_name="Éluard")
    page = text(site.client.get(site.url("departures"), {"q": "elu"}))
    assert "ÉLUARD" in page.upper()
    assert "MARTIN" not in page
    assert "Personne ne correspond" in text(site.client.get(site.url("departures"), {"q": "zzz"}))


def test_the_list_shows_filters_and_pages(site):
    with tenant(site.group.id):
        many_missions(30, site.group.first.pk, now() + timedelta(hours=5))
    response = site.client.get(site.url("people_of_site"), {"fin": "24h", "tri": "-fin"})
    assert [one["count"] for one in response.context["tabs"]] == [30, 0, 0]
    assert len(response.context["rows"]) == 25
    assert len(site.client.get(site.url("people_of_site"), {"page": "2"}).context["rows"]) == 6
    strange = {
        "presence": "zzz",
        "tri": "zzz",
        "page": "zzz",
        "fonction": "zzz",
        "fin": "zzz",
        "q": "\x00%_'",
    }
    assert site.client.get(site.url("people_of_site"), strange).status_code == 200


@pytest.mark.slow
def test_a_page_costs_the_same_number_of_queries_with_two_rows_and_with_thirty(site):
    def cost(name):
        with CaptureQueriesContext(connection) as queries:
            site.client.get(site.url(name))
        return len(queries)

    names = ("people_of_site", "departures")
    site.client.get(site.url("departures"))  # the first page of a session stamps it
    before = [cost(name) for name in names]
    with tenant(site.group.id):
        many_missions(30, site.group.first.pk, now() + timedelta(hours=5))
    assert [cost(name) for name in names] == before


@pytest.mark.slow
def test_the_group_sees_every_site_and_a_manager_their_own(site, administrator, client_for):
    with tenant(site.group.id):
        AssignmentFactory(establishment=site.group.second, person__birth_name="Voisin")
    page = reverse("assignments:people_in_group", args=[site.group.slug])
    of_group = text(client_for(administrator).get(page))
    assert "MARTIN" in of_group
    assert "VOISIN" in of_group
    one_site = text(client_for(administrator).get(page, {"etablissement": str(site.group.second.pk)}))
    assert "MARTIN" not in one_site
    mine = text(site.client.get(page))
    assert "MARTIN" in mine
    assert "VOISIN" not in mine
    assert site.group.second.name not in mine


def test_an_auditor_reads_without_buttons(group, client_for):
    auditor = MembershipFactory(group_id=group.id, role=Role.AUDITOR).user
    with tenant(group.id):
        stay = AssignmentFactory(mission=True, establishment=group.first)
    client = client_for(auditor)
    page = text(client.get(reverse("assignments:people_of_site", args=[group.slug, group.first.pk])))
    assert "Prolonger" not in page
    assert "format=csv" not in page
    ids = [group.slug, group.first.pk]
    assert client.get(reverse("assignments:export_of_site", args=ids)).status_code == 403
    assert client.post(reverse("assignments:depart", args=[*ids, stay.pk])).status_code == 403


DANGER = '=HYPERLINK("http://x.invalid")'


@pytest.fixture
def dangerous(site):
    with tenant(site.group.id):
        person = PersonFactory(birth_name="Zorn", usage_name="@SUM(A1)", first_names=["-Anne"])
        PersonIdentifierFactory(person=person, value="+M1")
        AssignmentFactory(person=person, establishment=site.group.first, agency=DANGER)


def test_an_export_holds_the_filtered_list_and_runs_nothing(site, dangerous):
    response = site.client.get(site.url("export_of_site"), {"q": "zorn", "format": "csv"})
    assert response["Content-Disposition"].startswith('attachment; filename="professionnels-')
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert len(rows) == 1
    found = dict(zip(header, rows[0], strict=True))
    assert found["Nom d'usage"] == "'@SUM(A1)"
    assert found["Prénoms"] == "'-Anne"
    assert found["Matricule"] == "'+M1"
    assert found["Agence"] == f"'{DANGER}"
    assert found["FINESS"] == site.group.first.finess


def test_an_xlsx_export_has_no_formula(site, dangerous):
    response = site.client.get(site.url("export_of_site"), {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet.max_row == 3
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_an_export_is_journalled_with_its_filters(site, administrator, client_for):
    site.client.get(site.url("export_of_site"), {"q": "mar", "fonction": "R85-313"})
    client_for(administrator).get(
        reverse("assignments:export_of_group", args=[site.group.slug]),
        {"format": "xlsx", "presence": "partis"},
    )
    with tenant(site.group.id):
        ours, theirs = Line.objects.filter(act="assignment.exported").order_by("at")
    assert "exporté 1 lignes" in ours.sentence
    assert "Présents, Nom : mar, Fonction : Aide-soignant, CSV" in ours.sentence
    assert ours.establishment_id == site.group.first.pk
    assert "tous les établissements visibles, Partis (12 mois), XLSX" in theirs.sentence


def test_a_format_that_does_not_exist_is_not_found(site):
    assert site.client.get(site.url("export_of_site"), {"format": "exe"}).status_code == 404


@pytest.mark.slow
def test_the_export_of_a_manager_stays_behind_their_wall(site):
    with tenant(site.group.id):
        AssignmentFactory(establishment=site.group.second, person__birth_name="Voisin")
    response = site.client.get(reverse("assignments:export_of_group", args=[site.group.slug]))
    assert b"Voisin" not in response.content
    assert "Martin" in response.content.decode() or "MARTIN" in response.content.decode()
