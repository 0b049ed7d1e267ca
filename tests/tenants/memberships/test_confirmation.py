"""A right over the whole group waits for a second administrator; the last administrator stays; a right ends by its date."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import IntegrityError, transaction

from portal.dispatch.mail import Mail
from portal.dispatch.models import Message
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from portal.journal.queries import lines_about
from tenants.memberships.handlers import membership_confirmed, membership_to_confirm
from tenants.memberships.models import Membership, User
from tenants.memberships.operations import (
    accept_invitation,
    change_membership,
    confirm_membership,
    end_membership,
    invite_first_administrators,
)
from tenants.memberships.permissions import Role
from tenants.memberships.queries import administrators_by_group
from tenants.memberships.states import MembershipState
from tests.factories.memberships import TOTP_SECRET, InvitationFactory, MembershipFactory
from tests.fixtures import make_group

STRONG = "girouette plinthe osier bambou clavier"


@pytest.fixture
def founders(group) -> SimpleNamespace:
    """The two first administrators of a group, their invitations accepted, nobody confirmed."""
    with tenant(group.id):
        links = invite_first_administrators(
            actor=Machine("L'exploitant"),
            group=group.group,
            recipients=[
                ("Anne Première", "anne@tilleuls.example"),
                ("Bruno Second", "bruno@tilleuls.example"),
            ],
        )
    assert len(links) == 2
    rights = list(Membership.objects.filter(group_id=group.id).order_by("granted_at"))
    for one in rights:
        accept_invitation(actor=one.user, invitation=one.invitations.get(), password=STRONG)
    return SimpleNamespace(first=rights[0], second=rights[1])


def waiting(group, granted_by: User | None = None) -> Membership:
    return MembershipFactory(
        group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM, granted_by=granted_by
    )


def test_the_two_founders_confirm_each_other(group, founders):
    assert founders.first.state == MembershipState.TO_CONFIRM
    confirm_membership(actor=founders.second.user, membership=founders.first)
    assert administrators_by_group([group.id]) == {group.id: 1}
    confirm_membership(actor=founders.first.user, membership=founders.second)
    assert administrators_by_group([group.id]) == {group.id: 2}


def test_a_founder_cannot_confirm_themself(founders):
    with pytest.raises(DomainError, match="Own right"):
        confirm_membership(actor=founders.first.user, membership=founders.first)


def test_the_database_refuses_self_confirmation_too(founders):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=founders.first.pk).update(confirmed_by=founders.first.user)


def test_a_founder_confirms_nobody_but_the_other_founder(group, founders):
    with pytest.raises(DomainError):
        confirm_membership(actor=founders.first.user, membership=waiting(group))


def test_a_founder_who_waits_confirms_nobody_once_the_group_has_an_administrator(
    group, founders, administrator
):
    with pytest.raises(DomainError):
        confirm_membership(actor=founders.first.user, membership=founders.second)
    confirm_membership(actor=administrator, membership=founders.second)


def test_a_founder_who_has_not_accepted_confirms_nobody(group):
    with tenant(group.id):
        invite_first_administrators(
            actor=Machine("L'exploitant"),
            group=group.group,
            recipients=[("A", "a@x.example"), ("B", "b@x.example")],
        )
    first, second = Membership.objects.filter(group_id=group.id).order_by("granted_at")
    accept_invitation(actor=first.user, invitation=first.invitations.get(), password=STRONG)
    with pytest.raises(DomainError):
        confirm_membership(actor=second.user, membership=first)
    with pytest.raises(DomainError, match="Nothing to confirm"):
        confirm_membership(actor=first.user, membership=second)


@pytest.mark.slow
def test_a_founder_who_waits_sees_only_their_account(group, founders, client_for):
    TOTP.activate(founders.first.user, TOTP_SECRET)
    client = client_for(founders.first.user)
    assert client.get(f"/g/{group.slug}/").status_code == 404
    assert client.get(f"/g/{group.slug}/droits/").status_code == 404
    page = client.get("/compte/").text
    assert "en attente de confirmation" in page
    path = f"/compte/droits/{founders.second.pk}/confirmer/"
    assert path in page
    assert client.get(f"/compte/droits/{founders.first.pk}/confirmer/").status_code == 404
    assert "Bruno Second" in client.get(path).text
    assert client.post(path).status_code == 302
    founders.second.refresh_from_db()
    assert founders.second.state == MembershipState.ACTIVE
    assert client.post(path).status_code == 404


def test_nobody_else_opens_the_page_of_the_founders(founders, administrator, operator_user, client_for):
    path = f"/compte/droits/{founders.second.pk}/confirmer/"
    stranger = MembershipFactory(group_id=make_group().id).user
    for user in (administrator, operator_user, stranger):
        assert client_for(user).get(path).status_code == 404
        assert client_for(user).post(path).status_code == 404
    founders.second.refresh_from_db()
    assert founders.second.state == MembershipState.TO_CONFIRM


def test_administrators_are_told_of_what_waits_and_the_holder_of_what_is_confirmed(group, administrator):
    granter = MembershipFactory(group_id=group.id).user
    right = InvitationFactory(
        membership__group_id=group.id, membership__role=Role.HR, membership__granted_by=granter
    ).membership
    accept_invitation(actor=right.user, invitation=right.invitations.get(), password=STRONG)
    assert sent(group) == [("membership_to_confirm", administrator.pk)]
    content = membership_to_confirm(Mail("x", group.id, None, {"membership_id": str(right.pk)}))
    assert content["link"].endswith(f"/g/{group.slug}/droits/{right.pk}/")
    confirm_membership(actor=administrator, membership=right)
    assert sent(group)[-1] == ("membership_confirmed", right.user_id)
    told = membership_confirmed(Mail("x", group.id, None, {"membership_id": str(right.pk)}))
    assert told["confirmed_by_name"] == administrator.full_name
    assert membership_to_confirm(Mail("x", group.id, None, {"membership_id": str(right.pk)})) is None


def sent(group) -> list[tuple[str, UUID]]:
    with tenant(group.id):
        payloads = Message.objects.order_by("created_at", "pk").values_list("payload", flat=True)
        return [(one["template"], UUID(one["to_user_id"])) for one in payloads]


def test_a_second_administrator_confirms_and_it_is_written(group, administrator):
    granter = MembershipFactory(group_id=group.id).user
    right = waiting(group, granter)
    confirm_membership(actor=administrator, membership=right)
    right.refresh_from_db()
    assert (right.state, right.confirmed_by) == (MembershipState.ACTIVE, administrator)
    with tenant(group.id):
        assert "a confirmé le droit" in lines_about(right.pk)[0].sentence


def test_the_granter_does_not_confirm_their_own_grant(group, administrator):
    with pytest.raises(DomainError, match="Own grant"):
        confirm_membership(actor=administrator, membership=waiting(group, administrator))


@pytest.mark.parametrize("role", [one for one in Role if one != Role.GROUP_ADMIN], ids=str)
def test_no_other_role_confirms(group, role):
    user = MembershipFactory(group_id=group.id, role=role).user
    with pytest.raises(DomainError):
        confirm_membership(actor=user, membership=waiting(group))


def test_an_administrator_of_another_group_confirms_nothing(group):
    stranger = MembershipFactory(group_id=make_group().id).user
    with pytest.raises(DomainError):
        confirm_membership(actor=stranger, membership=waiting(group))


def test_the_last_administrator_cannot_be_ended_dated_or_changed(group, administrator, access_of):
    MembershipFactory(group_id=group.id, ends_on=today() + timedelta(days=3))
    access = access_of(administrator)
    right = administrator.memberships.get()
    with tenant(group.id), pytest.raises(DomainError, match="Last administrator"):
        end_membership(actor=access, membership=right)
    dated = access_of(Membership.objects.get(ends_on__isnull=False).user)
    with tenant(group.id), pytest.raises(DomainError, match="Last administrator"):
        change_membership(
            actor=dated, membership=right, role=Role.GROUP_ADMIN, establishment_ids=None, starts_on=None,
            ends_on=today() + timedelta(days=1),
        )  # fmt: skip
    other = MembershipFactory(group_id=group.id)
    with tenant(group.id):
        end_membership(actor=access, membership=right)
        with pytest.raises(DomainError, match="Last administrator"):
            end_membership(actor=access_of(other.user), membership=other)


def test_a_shut_account_is_not_an_administrator_that_stays(group, administrator, access_of):
    MembershipFactory(group_id=group.id, user__is_active=False)
    with tenant(group.id), pytest.raises(DomainError, match="Last administrator"):
        end_membership(actor=access_of(administrator), membership=administrator.memberships.get())


def test_nobody_changes_their_own_right(group, administrator, access_of):
    MembershipFactory(group_id=group.id)
    with tenant(group.id), pytest.raises(DomainError, match="Own right"):
        change_membership(
            actor=access_of(administrator), membership=administrator.memberships.get(), role=Role.HR,
            establishment_ids=None, starts_on=None, ends_on=None,
        )  # fmt: skip


def change(group, actor, right, **terms) -> Membership:
    values = {
        "role": Role(right.role),
        "establishment_ids": right.establishment_ids,
        "starts_on": right.starts_on,
        "ends_on": right.ends_on,
    }
    with tenant(group.id):
        change_membership(actor=actor, membership=right, **{**values, **terms})
    right.refresh_from_db()
    return right


def test_widening_to_the_group_waits_again_and_narrowing_does_not(group, administrator, manager, access_of):
    actor = access_of(administrator)
    right = manager.memberships.get()
    assert change(group, actor, right, establishment_ids=[group.first.pk, group.second.pk]).state == "active"
    widened = change(group, actor, right, establishment_ids=None)
    assert (widened.state, widened.granted_by) == (MembershipState.TO_CONFIRM, administrator)
    with pytest.raises(DomainError, match="Own grant"):
        confirm_membership(actor=administrator, membership=widened)
    confirm_membership(actor=MembershipFactory(group_id=group.id).user, membership=widened)
    assert change(group, actor, widened, ends_on=today()).state == "active"
    assert change(group, actor, widened, ends_on=None).state == MembershipState.TO_CONFIRM


def test_changing_and_ending_cut_the_holders_sessions(group, administrator, manager, access_of, client_for):
    client = client_for(manager)
    site = f"/g/{group.slug}/e/{group.first.pk}/"
    assert client.get(site).status_code == 200
    right = manager.memberships.get()
    change(group, access_of(administrator), right, ends_on=today())
    assert client.get(site).status_code == 302
    client = client_for(User.objects.get(pk=manager.pk))
    with tenant(group.id):
        end_membership(actor=access_of(administrator), membership=right)
    assert client.get(site)["Location"].startswith("/compte/login/")


def test_an_expired_right_stops_by_itself_in_an_open_session(group, manager, client_for, time_machine):
    right = manager.memberships.get()
    Membership.objects.filter(pk=right.pk).update(ends_on="2026-12-31")
    time_machine.move_to("2026-12-31T23:50:00+01:00")
    client = client_for(manager)
    site = f"/g/{group.slug}/e/{group.first.pk}/"
    assert client.get(site).status_code == 200
    time_machine.move_to("2027-01-01T00:01:00+01:00")
    assert client.get(site).status_code == 404


def test_a_right_to_come_opens_on_its_first_day(group, manager, client_for, time_machine):
    Membership.objects.filter(user=manager).update(starts_on="2026-12-31")
    site = f"/g/{group.slug}/e/{group.first.pk}/"
    time_machine.move_to("2026-12-30T23:50:00+01:00")
    client = client_for(manager)
    assert client.get(site).status_code == 404
    time_machine.move_to("2026-12-31T00:01:00+01:00")
    assert client.get(site).status_code == 200
