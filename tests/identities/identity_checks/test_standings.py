"""Where an identity stands, in lists, figures and on the page of one person; what comes first."""

from datetime import timedelta

import pytest

from identities.identity_checks.operations import set_validity
from identities.identity_checks.queries import (
    ToCheck,
    counts_by_standing,
    people_to_check,
    people_to_see,
    standing_of,
    todo_of_checks,
)
from identities.identity_checks.standings import Standing
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory


def ago(days):
    return now() - timedelta(days=days)


def seen(days, level="substantial", **person):
    one = PersonFactory(**person)
    IdentityCheckFactory(person=one, checked_at=ago(days), level=level)
    return one


@pytest.mark.parametrize(
    ("made", "standing"),
    [
        (lambda: PersonFactory(), Standing.NEVER),
        (lambda: seen(1, "low"), Standing.LOW),
        (lambda: seen(10, identity_changed_at=ago(5)), Standing.TO_REDO),
        (lambda: seen(10, identity_changed_at=ago(10)), Standing.GOOD),
        (lambda: seen(3 * 366 + 2), Standing.EXPIRED),
        (lambda: seen(3 * 365 - 40), Standing.SOON),
        (lambda: seen(3 * 365 - 80), Standing.GOOD),
    ],
)
def test_a_standing_is_computed_from_the_checks(door, made, standing):
    assert standing_of(made()).standing == standing


def test_a_low_check_made_since_takes_nothing_away(door):
    person = seen(20)
    IdentityCheckFactory(person=person, level="low")
    assert standing_of(person).standing == Standing.GOOD


def test_the_setting_of_the_group_dates_every_check(door, administrator):
    person = seen(400)
    assert standing_of(person).standing == Standing.GOOD
    set_validity(actor=administrator, months=12)
    set_validity(actor=administrator, months=12)
    assert standing_of(person).standing == Standing.EXPIRED
    assert Line.objects.filter(act="identity_validity_set").count() == 1
    with pytest.raises(DomainError):
        set_validity(actor=administrator, months=5)


@pytest.fixture
def crew(group, door):
    """At the first site: never seen, to be renewed, good, to come; never seen at the second; gone."""
    made = {
        "never": PersonFactory(birth_name="Zola"),
        "expired": seen(2000, birth_name="Aragon"),
        "good": seen(1, birth_name="Camus"),
        "coming": PersonFactory(birth_name="Balzac"),
    }
    for name, one in made.items():
        AssignmentFactory(person=one, establishment=group.first, planned=name == "coming")
    AssignmentFactory(person__birth_name="Verlaine", establishment=group.second)
    AssignmentFactory(person__birth_name="Rimbaud", establishment=group.first, ended=True)
    return made


def names(people):
    return [one.birth_name for one in people]


def test_people_present_come_first_and_among_them_those_never_seen(group, crew):
    assert names(people_to_check(ToCheck(establishment_id=group.first.pk))) == ["Zola", "Aragon", "Balzac"]
    assert names(people_to_check(ToCheck())) == ["Verlaine", "Zola", "Aragon", "Balzac"]
    assert names(people_to_see(group.first.pk)) == ["Zola", "Aragon"]
    assert names(people_to_check(ToCheck((Standing.GOOD,)))) == ["Camus"]
    assert names(people_to_check(ToCheck(function_code="G15-60"))) == []


def test_the_figures_are_those_of_the_lists(group, crew):
    counts = counts_by_standing(ToCheck(establishment_id=group.first.pk))
    for standing in Standing:
        asked = ToCheck((standing,), group.first.pk)
        assert counts[standing] == people_to_check(asked).count(), standing
    assert sum(counts_by_standing(ToCheck()).values()) == 5


def test_a_site_counts_its_own_people(group, crew):
    with tenant(group.id, [group.second.pk]):
        assert names(people_to_check(ToCheck())) == ["Verlaine"]


def test_the_home_of_a_site_names_who_is_to_be_seen(group, crew):
    (todo,) = todo_of_checks(group.first.pk)
    assert todo.text == "L'identité de 2 personnes présentes est à contrôler."
    assert "ZOLA" in todo.detail
