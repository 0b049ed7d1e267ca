"""A second factor that was lost: who may take it away, what follows, and what is left of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from portal.dispatch.mail import Mail
from portal.dispatch.models import Message
from portal.foundation.clock import today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tenants.memberships.handlers import security_notice
from tenants.memberships.lost_factors import remove_second_factors
from tenants.memberships.models import Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.queries import access_to
from tenants.memberships.states import MembershipState
from tests.factories.memberships import PASSWORD, InvitationFactory, MembershipFactory
from tests.fixtures import make_group

REASON = "Téléphone perdu, demande faite au bureau"


def page_of(right: Membership, group) -> str:
    return f"/g/{group.slug}/droits/{right.pk}/seconds-facteurs/"


def factors_of(user: User) -> int:
    return Authenticator.objects.filter(user=user).count()


def mails_to(user: User, group_id) -> list[Mail]:
    with tenant(group_id):
        found = [one.payload for one in Message.objects.filter(kind="mail")]
    return [
        Mail(one["template"], group_id, user.pk, one["context"])
        for one in found
        if one["to_user_id"] == str(user.pk)
    ]


@pytest.fixture
def right(manager) -> Membership:
    return manager.memberships.get()


@pytest.fixture
def client(administrator, client_for) -> Client:
    return client_for(administrator)


def test_an_administrator_takes_them_away_with_a_reason(
    client, group, right, manager, administrator, client_for
):
    RecoveryCodes.activate(manager)
    other = client_for(manager)
    home = f"/g/{group.slug}/e/{group.first.pk}/"
    assert other.get(home).status_code == 200
    assert page_of(right, group) in client.get(f"/g/{group.slug}/droits/{right.pk}/").text
    asked = client.get(page_of(right, group))
    assert "codes de secours ne serviront plus" in asked.text
    assert factors_of(manager) == 2
    done = client.post(page_of(right, group), {"reason": f" {REASON}. "}, follow=True)
    assert "ajoutera un second facteur" in done.text
    assert factors_of(manager) == 0
    assert other.get(home)["Location"].startswith("/compte/login/")
    with tenant(group.id):
        line = Line.objects.get(act="second_factors_removed")
    assert line.sentence == (
        f"{administrator.full_name} a retiré les seconds facteurs de {manager.full_name}. Motif : {REASON}."
    )
    assert line.object_id == right.pk
    assert line.sentence in done.text.replace("&#x27;", "'")
    (notice,) = mails_to(manager, group.id)
    assert "Un administrateur de votre groupe a retiré" in security_notice(notice)["sentence"]


def test_the_next_sign_in_by_password_leads_to_enrolment_at_once(client, group, right, manager):
    client.post(page_of(right, group), {"reason": REASON})
    person = Client()
    person.post("/compte/login/", {"login": manager.email, "password": PASSWORD})
    assert person.get(f"/g/{group.slug}/e/{group.first.pk}/")["Location"].startswith("/compte/2fa/")
    assert person.get("/compte/2fa/totp/activate/").status_code == 200


@pytest.mark.parametrize("reason", ["", "perdu", "x" * 301])
def test_without_a_reason_nothing_is_taken(client, group, right, manager, reason):
    page = client.post(page_of(right, group), {"reason": reason})
    assert page.status_code == 200
    assert factors_of(manager) == 1


def test_a_second_click_finds_nothing_to_take(client, group, right, manager):
    client.post(page_of(right, group), {"reason": REASON})
    again = client.post(page_of(right, group), {"reason": REASON}, follow=True)
    assert "n'a pas, ou n'a plus, de second facteur" in again.text.replace("&#x27;", "'")
    with tenant(group.id):
        assert Line.objects.filter(act="second_factors_removed").count() == 1
    assert len(mails_to(manager, group.id)) == 1


def test_nobody_takes_away_their_own(client, group, administrator):
    own = administrator.memberships.get()
    assert "seconds-facteurs" not in client.get(f"/g/{group.slug}/droits/{own.pk}/").text
    refused = client.post(page_of(own, group), {"reason": REASON}, follow=True)
    assert "demandez à un autre administrateur" in refused.text
    assert factors_of(administrator) == 1


def test_an_administrator_takes_away_those_of_another(client, group):
    other = MembershipFactory(group_id=group.id)
    client.post(page_of(other, group), {"reason": REASON})
    assert factors_of(other.user) == 0


@pytest.mark.parametrize("state", [MembershipState.INVITED, MembershipState.ENDED])
def test_a_right_that_is_not_in_force_gives_no_power_over_the_account(client, group, state):
    other = make_group()
    elsewhere = MembershipFactory(group_id=other.id, role=Role.HR)
    right = MembershipFactory(group_id=group.id, role=Role.HR, user=elsewhere.user, state=state)
    refused = client.post(page_of(right, group), {"reason": REASON}, follow=True)
    assert "pas accepté, ou il est terminé" in refused.text
    assert factors_of(elsewhere.user) == 1


def test_an_expired_right_gives_no_power_either(client, group):
    right = MembershipFactory(group_id=group.id, role=Role.HR, ends_on=today() - timedelta(days=1))
    client.post(page_of(right, group), {"reason": REASON})
    assert factors_of(right.user) == 1


def test_an_invitation_shows_no_button(client, group):
    invited = InvitationFactory(membership__group_id=group.id).membership
    assert "seconds-facteurs" not in client.get(f"/g/{group.slug}/droits/{invited.pk}/").text


@pytest.mark.parametrize("state", [MembershipState.ACTIVE, MembershipState.TO_CONFIRM])
def test_somebody_of_another_group_too_is_for_the_operator(client, group, right, manager, state):
    MembershipFactory(group_id=make_group().id, user=manager, role=Role.HR, state=state)
    for answer in (
        client.get(page_of(right, group), follow=True),
        client.post(page_of(right, group), {"reason": REASON}, follow=True),
    ):
        assert "demandez à l'exploitant" in answer.text.replace("&#x27;", "'")
    assert factors_of(manager) == 1


def test_a_right_of_another_group_that_is_over_does_not_count(client, group, right, manager):
    other = make_group().id
    MembershipFactory(group_id=other, user=manager, role=Role.HR, state=MembershipState.ENDED)
    MembershipFactory(group_id=other, user=manager, role=Role.DIRECTOR, ends_on=today() - timedelta(days=1))
    client.post(page_of(right, group), {"reason": REASON})
    assert factors_of(manager) == 0


def test_the_administrator_of_both_groups_may(client, group, right, manager, administrator):
    other = make_group().id
    MembershipFactory(group_id=other, user=manager, role=Role.HR)
    MembershipFactory(group_id=other, user=administrator)
    client.post(page_of(right, group), {"reason": REASON})
    assert factors_of(manager) == 0


def test_a_mere_member_of_the_other_group_may_not(client, group, right, manager, administrator):
    other = make_group().id
    MembershipFactory(group_id=other, user=manager, role=Role.HR)
    MembershipFactory(group_id=other, user=administrator, role=Role.DIRECTOR)
    client.post(page_of(right, group), {"reason": REASON})
    assert factors_of(manager) == 1


def test_the_platforms_operator_is_out_of_reach(client, group, right, manager):
    User.objects.filter(pk=manager.pk).update(is_operator=True)
    client.post(page_of(right, group), {"reason": REASON})
    assert factors_of(manager) == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DIRECTOR, Role.HR])
def test_the_other_roles_may_not(group, right, manager, client_for, role):
    client = client_for(MembershipFactory(group_id=group.id, role=role).user)
    for answer in (client.get(page_of(right, group)), client.post(page_of(right, group), {"reason": REASON})):
        assert answer.status_code == 403
    assert factors_of(manager) == 1


def test_a_right_of_another_group_is_not_found(client, group):
    other = make_group()
    abroad = MembershipFactory(group_id=other.id)
    for address in (page_of(abroad, group), page_of(abroad, other)):
        assert client.get(address).status_code == client.post(address, {"reason": REASON}).status_code == 404
    assert factors_of(abroad.user) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_finds_something(transactional_db):
    group = make_group()
    right, first, second = MembershipFactory.create_batch(3, group_id=group.id)
    together = Barrier(2)

    def take(actor: User) -> bool:
        try:
            access = access_to(actor, group.slug)
            assert access is not None
            with tenant(group.id):
                together.wait()
                remove_second_factors(actor=access, membership=right, reason=REASON)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(take, (first.user, second.user))) == 1
    assert len(mails_to(right.user, group.id)) == 1


def test_the_operator_takes_away_those_of_anybody_and_every_group_reads_it(group, manager):
    other = make_group().id
    MembershipFactory(group_id=other, user=manager, role=Role.HR)
    out = StringIO()
    call_command("reset_second_factors", manager.email.upper(), reason=REASON, stdout=out)
    assert manager.full_name in out.getvalue()
    assert factors_of(manager) == 0
    for group_id in (PLATFORM, group.id, other):
        with tenant(group_id):
            line = Line.objects.get(act="second_factors_removed")
        assert line.sentence.startswith("L'exploitant (commande reset_second_factors) a retiré")
        assert REASON in line.sentence
    (notice,) = mails_to(manager, PLATFORM)
    assert "exploitant de la plateforme a retiré" in security_notice(notice)["sentence"]


def test_the_operators_command_refuses_what_it_cannot_do(manager):
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("reset_second_factors", "personne@x.example", reason=REASON)
    with pytest.raises(CommandError, match="10 à 300"):
        call_command("reset_second_factors", manager.email, reason="perdu")
    Authenticator.objects.all().delete()
    with pytest.raises(CommandError, match="n'a plus"):
        call_command("reset_second_factors", manager.email, reason=REASON)
