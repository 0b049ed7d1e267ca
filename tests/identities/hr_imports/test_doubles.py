"""Who a new line may be: linked by an RPPS whose holder agrees, refused when the number is a stranger's, shown else."""

import pytest

from portal.foundation.tenancy import tenant
from tests.factories.hr_imports import HEADERS, hr_line
from tests.factories.people import PersonFactory, PersonIdentifierFactory
from tests.fixtures import make_group

RPPS = "10001234565"
WITH_RPPS = (*HEADERS, "RPPS")


def line(payroll, rpps=RPPS, **cells):
    return [
        *hr_line(payroll.group.first, **{name.replace("_", " "): text for name, text in cells.items()}),
        rpps,
    ]


@pytest.fixture
def holder(payroll):
    with tenant(payroll.group.id):
        person = PersonFactory(birth_name="Fictif", first_names=["Camille", "Ana"], birth_date="1985-03-12")
        PersonIdentifierFactory(person=person, kind="rpps", value=RPPS)
    return person


def the_line(payroll, *lines):
    run = payroll.check(*lines, headers=WITH_RPPS)
    ((outcome, (found,)),) = payroll.lines(run).items()
    return outcome, found


@pytest.mark.parametrize(
    "cells",
    [{}, {"Nom de naissance": "Petit"}, {"Date de naissance": "03/12/1985"}, {"Prénoms": "Camile"}],
)
def test_a_number_with_agreeing_traits_links(payroll, holder, cells):
    outcome, found = the_line(payroll, line(payroll, **cells))
    assert outcome in ("changed", "joined", "created")
    assert found.person_id == holder.pk


@pytest.mark.parametrize("cells", [{"Prénoms": "Louise"}, {"Prénoms": "Louise, Ana"}, {"Sexe": "M"}])
def test_a_number_of_the_twin_waits_for_somebody(payroll, holder, cells):
    outcome, found = the_line(payroll, line(payroll, **cells))
    assert outcome == "double"
    assert found.doubles[0]["person_id"] == str(holder.pk)
    assert found.doubles[0]["reasons"][0] == f"même identifiant : {RPPS}"


def test_a_number_of_a_stranger_is_refused_with_the_name_of_its_holder(payroll, holder):
    cells = {"Nom de naissance": "Petit", "Prénoms": "Paul", "Date de naissance": "24/12/1991", "Sexe": "M"}
    outcome, found = the_line(payroll, line(payroll, **cells))
    assert outcome == "refused"
    assert found.problems[0]["column"] == "RPPS"
    assert "Ce RPPS est celui de FICTIF Camille" in found.problems[0]["message"]


def test_a_twin_without_a_number_is_somebody_else(payroll, holder):
    outcome, found = the_line(payroll, line(payroll, rpps="", Prénoms="Louise"))
    assert outcome == "created"
    assert found.person_id != holder.pk


def test_people_of_another_group_are_never_compared(payroll):
    other = make_group()
    with tenant(other.id):
        stranger = PersonFactory(birth_name="Fictif", first_names=["Camille"], birth_date="1985-03-12")
        PersonIdentifierFactory(person=stranger, kind="rpps", value=RPPS)
    outcome, found = the_line(payroll, line(payroll))
    assert outcome == "created"
    assert found.doubles == []
