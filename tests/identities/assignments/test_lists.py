"""Lists, figures and what is left to do."""

from datetime import timedelta

import pytest

from identities.assignments.lists import PeopleFilter, counts_by_presence, functions_in_use
from identities.assignments.queries import (
    NO_FIGURES,
    SiteFigures,
    people_at,
    people_of_group,
    site_figures,
    todo_for_site,
)
from identities.assignments.rules import tonight
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import IdentityCheckFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay(door, group):
    """A stay at the first site of somebody of that birth name."""

    def make(name, **values):
        values.setdefault("establishment", group.first)
        return AssignmentFactory(person=PersonFactory(birth_name=name), **values)

    return make


def names(rows):
    return [one.person.birth_name for one in rows]


def test_tabs_part_those_present_coming_and_gone(stay, group):
    stay("Ici")
    stay("Bientôt", planned=True)
    stay("Parti", ended=True)
    stay("Annulé", cancelled=True)
    stay("Ailleurs", establishment=group.second)
    assert names(people_at(group.first.pk)) == ["Ici"]
    assert names(people_at(group.first.pk, PeopleFilter("a-venir"))) == ["Bientôt"]
    assert names(people_at(group.first.pk, PeopleFilter("partis"))) == ["Parti"]
    assert counts_by_presence(PeopleFilter(), group.first.pk) == {"PRESENT": 1, "COMING": 1, "GONE": 1}
    assert counts_by_presence(PeopleFilter()) == {"PRESENT": 2, "COMING": 1, "GONE": 1}
    assert names(people_of_group(PeopleFilter())) == ["Ailleurs", "Ici"]
    assert names(people_of_group(PeopleFilter(), establishment_id=group.second.pk)) == ["Ailleurs"]


def test_somebody_who_is_back_is_present_not_gone(stay, group):
    gone = stay("Revenue", ended=True)
    AssignmentFactory(person=gone.person, establishment=group.first, starts_at=now())
    assert names(people_at(group.first.pk, PeopleFilter("partis"))) == []
    assert counts_by_presence(PeopleFilter(), group.first.pk)["GONE"] == 0


def test_a_year_after_the_end_nobody_is_listed(stay, group):
    stay("Ancien", ended=True, starts_at=now() - timedelta(days=900), ends_at=now() - timedelta(days=366))
    assert names(people_at(group.first.pk, PeopleFilter("partis"))) == []


@pytest.mark.parametrize("text", ["le go", "LE GOFF", "goff le", "gôff", "d arc", "d'Arc"])
def test_filters_by_every_word_without_accents(stay, group, text):
    stay("Le Goff d'Arc")
    stay("Martin")
    assert names(people_at(group.first.pk, PeopleFilter(text=text))) == ["Le Goff d'Arc"]


def test_filters_by_function_end_and_identity(stay, group):
    stay("Infirmière", function_id="G15-60")
    soon = stay("Bientôt fini", mission=True)
    IdentityCheckFactory(person=soon.person)
    assert names(people_at(group.first.pk, PeopleFilter(function_code="G15-60"))) == ["Infirmière"]
    assert names(people_at(group.first.pk, PeopleFilter(within=72))) == ["Bientôt fini"]
    assert names(people_at(group.first.pk, PeopleFilter(within=24))) == []
    assert names(people_at(group.first.pk, PeopleFilter(without_identity_check=True))) == ["Infirmière"]
    assert functions_in_use(group.first.pk) == {"R85-313": "Aide-soignant", "G15-60": "Infirmier"}


@pytest.mark.parametrize(
    ("order", "descending", "expected"),
    [
        ("nom", False, ["Adam", "Écu", "Zola"]),
        ("nom", True, ["Zola", "Écu", "Adam"]),
        ("fin", False, ["Zola", "Écu", "Adam"]),
        ("fin", True, ["Écu", "Zola", "Adam"]),
        ("zzz", False, ["Adam", "Écu", "Zola"]),
    ],
)
def test_sorts_without_end_last(stay, group, order, descending, expected):
    stay("Zola", mission=True)
    stay("Adam")
    stay("Écu", mission=True, ends_at=now() + timedelta(days=9))
    rows = people_at(group.first.pk, PeopleFilter(order=order, descending=descending))
    assert names(rows) == expected


def test_figures_of_every_site_in_one_statement(stay, group, django_assert_num_queries):
    both = stay("Deux fonctions")
    AssignmentFactory(person=both.person, establishment=group.first, function_id="R85-328")
    stay("Part ce soir", mission=True, ends_at=tonight())
    stay("Part demain", mission=True, ends_at=tonight() + timedelta(hours=8))
    stay("Arrive", planned=True)
    stay("Arrive tard", planned=True, starts_at=now() + timedelta(days=20))
    stay("Parti", ended=True)
    stay("Ailleurs", establishment=group.second)
    with django_assert_num_queries(1):
        figures = site_figures()
    assert figures[group.first.pk] == SiteFigures(present=3, ending_72h=2, leaving_today=1, arriving_7d=1)
    assert figures[group.second.pk] == SiteFigures(present=1)
    assert figures[group.id] == NO_FIGURES


def test_a_site_reads_its_own_figures_only(group):
    with tenant(group.id):
        AssignmentFactory(establishment=group.first)
        AssignmentFactory(establishment=group.second)
    with tenant(group.id, [group.first.pk]):
        assert dict(site_figures()) == {group.first.pk: SiteFigures(present=1)}


def test_says_what_the_site_has_to_do(stay, group, django_assert_num_queries):
    stay("Retard", due=True, ends_at=now() - timedelta(minutes=10))
    for name in ("Un", "Deux", "Trois", "Quatre", "Cinq"):
        stay(name, mission=True, ends_at=tonight())
    stay("Arrivante", planned=True, starts_at=tonight() - timedelta(minutes=1))
    stay("Plus tard", mission=True, ends_at=tonight() + timedelta(hours=5))
    with django_assert_num_queries(1):
        todo = todo_for_site(group.first.pk)
    assert [(one.severity, one.text) for one in todo] == [
        ("danger", "Une mission aurait dû se terminer : prévenez votre service informatique."),
        ("warn", "5 missions se terminent aujourd'hui."),
        ("info", "Une personne arrive aujourd'hui."),
        ("info", "Une mission se termine dans les 72 heures."),
    ]
    assert todo[1].detail.endswith("(minuit) et 2 autres")


def test_nothing_to_do_says_nothing(stay, group):
    IdentityCheckFactory(person=stay("Contrôlée").person)
    assert todo_for_site(group.first.pk) == []
