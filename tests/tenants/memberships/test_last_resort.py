"""A group never ends up without an administrator: neither by two at once, nor for ever."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from tenants.memberships.access import Access
from tenants.memberships.links import invitation_of
from tenants.memberships.models import Membership
from tenants.memberships.operations import accept_invitation, confirm_membership, end_membership
from tenants.memberships.queries import access_to, administrators_by_group
from tests.factories.memberships import MembershipFactory
from tests.fixtures import make_group

STRONG = "girouette plinthe osier bambou clavier"


def invite(slug: str, *people: tuple[str, str]) -> list[Membership]:
    out = StringIO()
    typed = [word for person in people for word in ("--administrator", *person)]
    call_command("invite_administrator", slug, *typed, stdout=out)
    tokens = [line.rsplit("/", 2)[1] for line in out.getvalue().splitlines()]
    invitations = [found for token in tokens if (found := invitation_of(token))]
    for one in invitations:
        accept_invitation(actor=one.membership.user, invitation=one, password=STRONG)
    return [one.membership for one in invitations]


def test_the_operator_gives_a_second_administrator_whom_the_first_confirms(group, administrator):
    (right,) = invite(group.slug, ("Anne Seconde", "anne@tilleuls.example"))
    confirm_membership(actor=administrator, membership=right)
    assert administrators_by_group([group.id]) == {group.id: 2}


def test_the_operator_gives_two_to_a_group_that_lost_all(group):
    first, second = invite(group.slug, ("Anne", "anne@tilleuls.example"), ("Bruno", "bruno@tilleuls.example"))
    confirm_membership(actor=first.user, membership=second)
    assert administrators_by_group([group.id]) == {group.id: 1}


def test_an_unknown_group_or_a_repeated_person_is_refused(group, administrator):
    with pytest.raises(CommandError, match="Aucun groupe"):
        invite("inconnu", ("Anne", "anne@tilleuls.example"))
    with pytest.raises(CommandError, match="déjà ce rôle"):
        invite(group.slug, ("Anne", administrator.email))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_at_once_do_not_both_succeed(transactional_db):
    group = make_group()
    first, second = MembershipFactory.create_batch(2, group_id=group.id)

    accesses = [access_to(one.user, group.slug) for one in (first, second)]
    together = Barrier(2)

    def end(access: Access, right: Membership) -> bool:
        try:
            with tenant(group.id):
                found = Membership.objects.get(pk=right.pk)
                together.wait()
                end_membership(actor=access, membership=found)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(end, accesses, (second, first)))
    assert sum(done) == 1
    assert administrators_by_group([group.id]) == {group.id: 1}
