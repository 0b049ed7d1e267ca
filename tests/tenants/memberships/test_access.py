"""Rights in force, read in one statement: the same as `in_force` says."""

from datetime import timedelta
from itertools import product

import pytest

from portal.foundation.clock import today
from tenants.memberships.permissions import Role
from tenants.memberships.queries import access_to, memberships_in_force
from tenants.memberships.states import MembershipState
from tests.factories.memberships import MembershipFactory, UserFactory
from tests.fixtures import make_group

DAYS = [None, -1, 0, 1]


def _day(offset):
    return None if offset is None else today() + timedelta(days=offset)


@pytest.mark.slow
def test_the_statement_of_every_request_says_what_in_force_says(group):
    spans = [(a, b) for a, b in product(DAYS, DAYS) if a is None or b is None or a <= b]
    for state, (start, end) in product(MembershipState, spans):
        user = UserFactory(two_factors=False)
        MembershipFactory(group_id=group.id, user=user, state=state, starts_on=_day(start), ends_on=_day(end))
        access = access_to(user, group.slug)
        expected = [one.pk for one in memberships_in_force(user).filter(group_id=group.id)]
        assert [one.pk for one in (access.memberships if access else ())] == expected, (state, start, end)


def test_names_the_establishment_of_the_address_and_only_one_of_the_group(group, administrator):
    assert access_to(administrator, group.slug, group.first.pk).establishment_name == group.first.name
    assert access_to(administrator, group.slug, make_group().first.pk).establishment_name == ""
    assert access_to(administrator, group.slug).establishment_name == ""


def test_rights_in_several_sites_add_up(group):
    user = UserFactory(two_factors=False)
    for role, site in ((Role.SITE_MANAGER, group.first), (Role.HR, group.second)):
        MembershipFactory(group_id=group.id, user=user, role=role, establishment_ids=[site.pk])
    assert len(access_to(user, group.slug).memberships) == 2
    assert access_to(user, make_group().slug) is None
