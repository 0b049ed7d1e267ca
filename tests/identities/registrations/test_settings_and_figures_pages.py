"""The group's choice about agency staff, and the page of figures: who may, what is written, what a figure opens."""

import pytest

from identities.registrations.models import RegistrationSettings
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.registrations import RegistrationRequestFactory
from tests.factories.situations import SituationFactory

pytestmark = pytest.mark.django_db


class TestSettings:
    def test_say_that_no_text_settles_it_and_keep_the_choice(self, group, administrator, client_for):
        client = client_for(administrator)
        url = f"/g/{group.slug}/enregistrements/reglages/"
        assert "Les textes ne tranchent pas" in client.get(url).text
        for _ in range(2):
            answer = client.post(url, {"agency_staff": "here"}, follow=True)
        assert "Choix enregistré" in answer.text
        with tenant(group.id):
            assert RegistrationSettings.objects.get().agency_staff == "here"
            assert Line.objects.filter(act="registrations_agency_staff").count() == 1

    def test_refuse_another_word(self, group, administrator, client_for):
        answer = client_for(administrator).post(
            f"/g/{group.slug}/enregistrements/reglages/", {"agency_staff": "perhaps"}
        )
        assert answer.status_code == 200
        with tenant(group.id):
            assert not RegistrationSettings.objects.exists()

    def test_are_for_those_who_set_the_group(self, group, manager, client_for):
        assert client_for(manager).get(f"/g/{group.slug}/enregistrements/reglages/").status_code == 403


class TestFigures:
    @pytest.fixture
    def month(self, group):
        with tenant(group.id):
            RegistrationRequestFactory(
                establishment=group.first, person__birth_name="Abeille", state="done", sent_at=now(),
                settled_at=now(), numbered_on=today(), ecps_on=today(),
            )  # fmt: skip
            RegistrationRequestFactory(establishment=group.second, person__birth_name="Bouvreuil")
            SituationFactory(assignment__establishment=group.first, closed=True)

    def test_open_their_lists(self, group, administrator, client_for, month):
        client = client_for(administrator)
        page = client.get(f"/g/{group.slug}/enregistrements/chiffres/").text
        assert "1 faite" in page
        assert f"mois={today():%Y-%m}" in page
        behind = f"/g/{group.slug}/enregistrements/chiffres/liste/"
        for name, there, absent in (("demandes", "BOUVREUIL", "nobody"), ("numeros", "ABEILLE", "BOUVREUIL")):
            text = client.get(behind, {"liste": name}).text
            assert there in text
            assert absent not in text
        text = client.get(behind, {"liste": "demandes", "etablissement": group.first.pk}).text
        assert "BOUVREUIL" not in text

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_leave_as_a_file_told_in_the_journal(self, group, administrator, client_for, month, kind):
        answer = client_for(administrator).get(
            f"/g/{group.slug}/enregistrements/chiffres/exporter/", {"format": kind}
        )
        assert answer.status_code == 200
        if kind == "csv":
            lines = answer.content.decode("utf-8-sig").splitlines()
            assert len(lines) == 4
            assert lines[1].startswith("Ensemble;2;1;1;0;0;1;")
        with tenant(group.id):
            assert Line.objects.filter(act="registrations_figures_exported").count() == 1

    def test_are_for_those_who_see_the_whole_group(self, group, manager, client_for):
        assert client_for(manager).get(f"/g/{group.slug}/enregistrements/chiffres/").status_code == 403

    def test_of_a_month_that_is_not_one_are_those_of_this_month(self, group, administrator, client_for):
        answer = client_for(administrator).get(f"/g/{group.slug}/enregistrements/chiffres/?mois=2026-13")
        assert answer.status_code == 200
