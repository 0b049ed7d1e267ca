"""Nobody grants what they do not hold: every role by every role, on the whole group and on one site."""

from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest

from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.keys import uuid7
from tenants.memberships.access import Access
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import GROUP_ONLY_ROLES, ROLE_PERMISSIONS, Permission, Role
from tenants.memberships.rules import can_grant, check_dates, check_grant, check_scope, widens
from tenants.memberships.states import MembershipState

HERE, THERE = uuid7(), uuid7()
SCOPES = {"group": None, "here": [HERE]}


def holder(role: Role, establishment_ids: list[UUID] | None) -> Access:
    user = User(email="a@tilleuls.example", full_name="Anne Essai")
    right = Membership(
        user=user, role=role, establishment_ids=establishment_ids, state=MembershipState.ACTIVE
    )
    return Access(user, uuid7(), "tilleuls", "Les Tilleuls", (right,))


@pytest.mark.parametrize(("giver", "given"), list(product(Role, Role)), ids=str)
@pytest.mark.parametrize("giver_scope", SCOPES)
@pytest.mark.parametrize("given_scope", SCOPES)
def test_a_role_is_given_only_by_who_holds_all_of_it(giver, given, giver_scope, given_scope):
    reaches = giver_scope == "group" or given_scope == "here"
    may = Permission.MEMBERSHIPS_GRANT in ROLE_PERMISSIONS[giver] and reaches
    expected = may and ROLE_PERMISSIONS[given] <= ROLE_PERMISSIONS[giver]
    assert can_grant(holder(giver, SCOPES[giver_scope]), given, SCOPES[given_scope]) == expected


def test_only_an_administrator_gives_anything_today():
    givers = {one for one in Role if can_grant(holder(one, None), Role.SITE_MANAGER, [HERE])}
    assert givers == {Role.GROUP_ADMIN}


def test_a_role_with_one_power_more_than_the_givers_is_refused(monkeypatch):
    powers = {
        **ROLE_PERMISSIONS,
        Role.DIRECTOR: frozenset({Permission.MEMBERSHIPS_GRANT, Permission.SITE_HOME}),
    }
    monkeypatch.setattr("tenants.memberships.access.ROLE_PERMISSIONS", powers)
    with pytest.raises(DomainError) as refused:
        check_grant(holder(Role.DIRECTOR, [HERE]), Role.SITE_MANAGER, [HERE])
    assert "que vous ne pouvez pas faire vous-même" in refused.value.french
    with pytest.raises(DomainError):
        check_grant(holder(Role.DIRECTOR, [HERE]), Role.DIRECTOR, [HERE, THERE])


@pytest.mark.parametrize("role", Role)
def test_a_role_of_the_group_is_not_limited_to_sites(role):
    if role in GROUP_ONLY_ROLES:
        with pytest.raises(DomainError):
            check_scope(role, [HERE])
    else:
        check_scope(role, [HERE])


def test_refuses_a_right_over_no_site_at_all():
    with pytest.raises(DomainError):
        check_scope(Role.SITE_MANAGER, [])


@pytest.mark.parametrize(("starts", "ends"), [(None, -1), (3, 2), (-9, -1)])
def test_refuses_dates_that_give_no_day(starts, ends):
    with pytest.raises(DomainError):
        check_dates(today() + timedelta(days=starts) if starts else None, today() + timedelta(days=ends))


def test_what_widens_a_right():
    soon, later = today() + timedelta(days=1), today() + timedelta(days=9)
    right = Membership(role=Role.HR, establishment_ids=[HERE], ends_on=soon)
    assert not widens(right, Role.HR, [HERE], soon)
    assert not widens(Membership(role=Role.GROUP_ADMIN, ends_on=soon), Role.RPPS_MANAGER, None, soon)
    assert widens(right, Role.HR, [HERE, THERE], soon)
    assert widens(right, Role.HR, None, soon)
    assert widens(right, Role.SITE_MANAGER, [HERE], soon)
    assert widens(right, Role.HR, [HERE], later)
    assert widens(right, Role.HR, [HERE], None)
    assert widens(right, Role.ANS_READER, None, soon)
