"""The route of each function: the table of 60 roles against the nomenclatures, closed codes, agency staff."""

import csv
from datetime import date

import pytest

from identities.assignments.models import Assignment, NationalFunction
from identities.registrations.models import Route
from identities.registrations.routes import (
    ACCEPTED_BY_PSI,
    agency_staff,
    national_codes,
    practice_mode,
    registered_here,
    routes_of_function,
    routes_of_functions,
    why_not_here,
)
from tests.factories.assignments import AssignmentFactory
from tests.factories.registration_settings import agency_staff_is
from tests.shared import shared

pytestmark = pytest.mark.django_db


def nomenclature(name: str) -> list[dict[str, str]]:
    with shared(f"nomenclatures/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class TestTheTable:
    def test_has_one_line_for_each_of_the_60_roles_of_the_portal(self):
        offered = {
            f"R85-{one['code']}": one["label"]
            for one in nomenclature("tre_r85_role_prise_charge")
            if one["selectable_in_rpps_plus_J121"] == "yes"
        }
        assert {code: one.label for code, one in national_codes().items()} == offered
        assert len(offered) == 60

    def test_names_kinds_of_activity_that_are_offered(self):
        offered = {
            one["code"] for one in nomenclature("tre_r22_genre_activite") if one["in_J116_ENREG"] == "yes"
        }
        assert {one.activity_genre for one in national_codes().values()} <= offered

    def test_follows_the_association_of_2022(self):
        official = {code for code, one in national_codes().items() if one.genre_is_official}
        expected = {f"R85-{code}" for code in range(312, 331)} & set(national_codes())
        assert official == expected
        assert {national_codes()[code].activity_genre for code in official} == {"GENR01"}

    def test_says_what_is_ours(self):
        ours = [one for one in national_codes().values() if not one.genre_is_official]
        assert all("proposé par nous" in one.source for one in ours)

    def test_knows_students(self):
        students = {one.role for one in national_codes().values() if one.category == "E"}
        assert students == {"347", "348", "349", "358"}

    def test_names_families_of_the_contract(self):
        contract = shared("domain/psc-psi.md").read_text("utf-8")
        assert [
            one.psi_function for one in national_codes().values() if one.psi_function not in contract
        ] == []

    def test_covers_every_function_that_an_employer_registers(self):
        codes = NationalFunction.objects.filter(channel="employeur").values_list("code", flat=True)
        found = routes_of_functions(codes)
        assert [code for code, one in found.items() if not (one.codes or one.successors)] == []


class TestAFunction:
    def test_of_the_care_family_goes_by_psi(self):
        found = routes_of_function("R85-313")
        assert (found.proposed, found.routes) == (Route.PSI, (Route.PSI, Route.PORTAL, Route.SELF))
        assert found.codes.psi_function in ACCEPTED_BY_PSI
        assert (found.codes.profession_code, found.codes.role) == ("99", "313")
        assert "Professionnel Soin" in found.reason

    def test_of_another_family_goes_by_the_portal_and_says_why(self):
        found = routes_of_function("R85-328")
        assert (found.proposed, found.routes) == (Route.PORTAL, (Route.PORTAL, Route.SELF))
        assert "n'accepte aujourd'hui que" in found.reason

    @pytest.mark.parametrize(("code", "door"), [("G15-60", "ordre"), ("R95-93", "ars"), ("R94-41", "ars")])
    def test_under_an_ordre_or_an_ars_has_no_route(self, code, door):
        found = routes_of_function(code)
        assert (found.door, found.routes, found.proposed, found.is_ours) == (door, (), None, False)
        assert "jamais par l'établissement" in found.reason

    def test_closed_is_registered_under_its_only_successor(self):
        found = routes_of_function("R85-323")
        assert found.codes.role == "328"
        assert "Enregistrement sous « Accompagnant éducatif et social » (328)" in found.reason

    def test_closed_with_several_successors_asks_to_choose(self):
        found = routes_of_function("R85-318")
        assert (found.is_ours, found.routes, found.codes) == (True, (), None)
        assert found.successors == ("R85-328", "R85-371", "R85-372")

    def test_that_no_table_knows_has_none(self):
        found = routes_of_function("R85-300")
        assert (found.door, found.routes) == ("", ())

    def test_is_not_open_before_its_first_day(self):
        assert routes_of_function("R85-375", date(2026, 3, 29)).routes == ()
        assert routes_of_function("R85-375", date(2026, 3, 30)).routes

    def test_of_many_costs_two_statements(self, django_assert_num_queries):
        with django_assert_num_queries(2):
            routes_of_functions(["R85-313", "R85-328", "G15-60", "R85-318"])


def test_the_mode_of_practice_follows_the_contract():
    assert [practice_mode(one) for one in ("cdi", "temp", "liberal", "other")] == ["S", "S", "L", "S"]


class TestAgencyStaff:
    def test_nobody_is_proposed_until_the_group_decides(self, group, door):
        AssignmentFactory(establishment=group.first, mission=True)
        own = AssignmentFactory(establishment=group.first)
        assert agency_staff() == "unsettled"
        assert list(Assignment.objects.filter(registered_here("unsettled"))) == [own]
        assert "aucun texte" in why_not_here("temp", "unsettled")

    def test_the_choice_of_the_group_holds(self, group, door):
        AssignmentFactory(establishment=group.first, mission=True)
        agency_staff_is("here")
        assert Assignment.objects.filter(registered_here(agency_staff())).count() == 1
        assert why_not_here("temp", "here") == ""
        agency_staff_is("agency")
        assert Assignment.objects.filter(registered_here(agency_staff())).count() == 0
        assert "agence" in why_not_here("temp", "agency")
        assert why_not_here("cdi", "agency") == ""
