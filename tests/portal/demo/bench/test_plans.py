"""No statement of a page looks at another group's rows: the statements come from the pages, the plans from PostgreSQL."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test import override_settings

from portal.demo.bench.hot import statements_of
from portal.demo.bench.pages import PAGES
from portal.demo.bench.places import places, sign_in
from portal.demo.bench.plans import explained, strays
from portal.demo.bench.walls import explicit, tenant_tables
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tests.factories.assignments import many_missions
from tests.factories.memberships import MembershipFactory
from tests.factories.people import IdentityCheckFactory, PersonIdentifierFactory
from tests.fixtures import make_group

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
GROUPS, PEOPLE = 4, 60


@pytest.fixture
def country():
    """A few groups with enough people to choose an index by, and the figures PostgreSQL chooses with."""
    for _ in range(GROUPS):
        group = make_group()
        with tenant(group.id):
            for site in (group.first, group.second):
                missions = many_missions(PEOPLE, site.pk, now() + timedelta(days=2))
                for one in missions[:5]:
                    PersonIdentifierFactory(person=one.person)
                    IdentityCheckFactory(person=one.person)
        MembershipFactory(group_id=group.id)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    return places(GROUPS, small=False)


@pytest.fixture
def no_whole_table():
    """A small table is read whole sooner than through an index: here PostgreSQL must show that an index serves."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_seqscan")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_reads_another_groups_rows(country, no_whole_table, page):
    place, tables = country[0], tenant_tables()
    client = sign_in([place])[place.user.pk]
    with override_settings(ROOT_URLCONF="portal.demo.bench.urls"):
        statements = statements_of(page, place, client, set(tables))
    assert statements, "the page read nothing"
    found = {one.title: strays(explained(one), tables) for one in statements}
    assert {title: wrong for title, wrong in found.items() if wrong} == {}


def test_a_read_without_the_group_is_seen(country, no_whole_table):
    """As an index that does not begin with the group would make it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM assignments_assignment WHERE state = 'running'"
        )
        plan = cursor.fetchone()[0]
    assert strays(plan, tenant_tables())


def test_explicit_filters_stand_on_every_tenant_table():
    tables = {"people_person": "group_id", "groups_group": "id"}
    sql = 'SELECT 1 FROM "people_person" U0 JOIN "groups_group" ON true JOIN "people_commune" ON true'
    group = UUID("01a205b9-6078-7946-b446-ef6eb9822688")
    assert explicit(sql, group, tables) == (
        f"SELECT 1 FROM (SELECT * FROM \"people_person\" WHERE group_id = '{group}'::uuid) U0"
        f' JOIN (SELECT * FROM "groups_group" WHERE id = \'{group}\'::uuid) "groups_group" ON true'
        ' JOIN "people_commune" ON true'
    )
