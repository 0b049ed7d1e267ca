"""An invitation: one link, one use, seven days; an account known elsewhere tells nothing."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client

from portal.dispatch.mail import Mail
from portal.dispatch.models import Message
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import tenant
from portal.journal.models import Line
from tenants.memberships.handlers import invitation as invitation_mail
from tenants.memberships.links import invitation_path, invitation_token
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.operations import accept_invitation, end_membership, invite, resend_invitation
from tenants.memberships.permissions import Role
from tenants.memberships.queries import memberships_in_force
from tenants.memberships.states import MembershipState
from tests.factories.memberships import InvitationFactory, MembershipFactory, UserFactory
from tests.fixtures import make_group

STRONG = "girouette plinthe osier bambou clavier"


@pytest.fixture
def actor(administrator, access_of):
    return access_of(administrator)


def invited(group, actor, **terms) -> Membership:
    values = {
        "email": "Nina.Invitee@Tilleuls.example",
        "full_name": "Nina Invitée",
        "role": Role.SITE_MANAGER,
    }
    values["establishment_ids"] = [group.first.pk]
    with tenant(group.id):
        return invite(actor=actor, group_id=group.id, **{**values, **terms})


def open_account(invitation, **typed):
    client = Client()
    values = {"full_name": "Nina Invitée", "password1": STRONG, "password2": STRONG, **typed}
    return client, client.post(invitation_path(invitation.pk), values)


def test_an_invited_person_has_no_right_and_cannot_sign_in(group, actor):
    right = invited(group, actor)
    assert right.state == MembershipState.INVITED
    assert not right.user.is_active
    assert not right.user.has_usable_password()
    assert right.user.email == "nina.invitee@tilleuls.example"
    assert not memberships_in_force(right.user).exists()


def test_the_message_to_send_holds_ids_only(group, actor):
    right = invited(group, actor)
    with tenant(group.id):
        payload = Message.objects.get(kind="mail").payload
    invitation = right.invitations.get()
    assert payload == {
        "template": "invitation",
        "to_user_id": str(right.user_id),
        "context": {"invitation_id": str(invitation.pk)},
    }


def test_opening_the_link_uses_nothing_up(group, actor):
    invitation = invited(group, actor).invitations.get()
    for _ in range(3):
        response = Client().get(invitation_path(invitation.pk))
        assert response.status_code == 200
    assert "Créer votre compte" in response.text
    assert "nina.invitee@tilleuls.example" in response.text


@pytest.mark.slow
def test_accepting_opens_the_account_and_leads_to_the_second_factor(group, actor):
    right = invited(group, actor)
    client, response = open_account(right.invitations.get())
    assert response.status_code == 302
    assert response["Location"] == "/compte/2fa/"
    right.refresh_from_db()
    assert right.state == MembershipState.ACTIVE
    assert right.user.is_active
    assert right.user.check_password(STRONG)
    assert right.user.emailaddress_set.get().verified
    refused = client.get(f"/g/{group.slug}/e/{group.first.pk}/")
    assert refused["Location"].startswith("/compte/2fa/")
    assert client.get("/compte/2fa/totp/activate/").status_code == 200, "the password is not asked again"


@pytest.mark.slow
def test_a_right_over_the_whole_group_waits_for_a_second_administrator(group, actor):
    right = invited(group, actor, role=Role.HR, establishment_ids=None)
    open_account(right.invitations.get())
    right.refresh_from_db()
    assert right.state == MembershipState.TO_CONFIRM
    assert not memberships_in_force(right.user).exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password1": "azerty123", "password2": "azerty123"}, "parmi les plus utilisés"),
        ({"password1": "Nina Invitée 2026", "password2": "Nina Invitée 2026"}, "Retirez votre nom"),
        ({"password2": "autre chose"}, "Les deux saisies diffèrent"),
        ({"full_name": ""}, "obligatoire"),
    ],
)
def test_a_refused_form_uses_nothing_up(group, actor, typed, said):
    right = invited(group, actor)
    _, response = open_account(right.invitations.get(), **typed)
    assert response.status_code == 200
    assert said in response.text
    right.refresh_from_db()
    assert right.state == MembershipState.INVITED
    assert right.invitations.get().accepted_at is None


def test_a_link_serves_once(group, actor):
    invitation = invited(group, actor).invitations.get()
    client, _ = open_account(invitation)
    again = client.post(invitation_path(invitation.pk), {"password1": STRONG})
    assert again.status_code == 302, "the second of two clicks lands on one's account"
    _, stranger = open_account(invitation, password1="autre phrase plinthe osier bambou")
    assert stranger.status_code == 410
    assert "déjà servi" in stranger.text
    assert User.objects.get(email="nina.invitee@tilleuls.example").check_password(STRONG)


def test_the_operation_itself_passes_once(group, actor):
    right = invited(group, actor)
    invitation = right.invitations.get()
    twin = Invitation.objects.get(pk=invitation.pk)
    accept_invitation(actor=right.user, invitation=invitation, full_name="Nina", password=STRONG)
    with pytest.raises(DomainError):
        accept_invitation(actor=right.user, invitation=twin, full_name="Nina", password="autre")
    assert User.objects.get(pk=right.user_id).check_password(STRONG)


def test_an_expired_link_is_refused(group, actor, time_machine):
    invitation = invited(group, actor).invitations.get()
    time_machine.move_to(now() + timedelta(days=7, seconds=1))
    _, response = open_account(invitation)
    assert response.status_code == 410
    assert "plus de 7 jours" in response.text


def test_a_tampered_link_is_refused(group, actor):
    invitation = invited(group, actor).invitations.get()
    token = invitation_token(invitation.pk)
    forged = signing.dumps(invitation.pk.hex, salt="another")
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), forged, "n-importe-quoi"):
        assert Client().get(f"/compte/invitation/{wrong}/").status_code == 404


def test_a_cancelled_link_is_refused(group, actor):
    right = invited(group, actor)
    invitation = right.invitations.get()
    with tenant(group.id):
        end_membership(actor=actor, membership=right)
    _, response = open_account(invitation)
    assert response.status_code == 410
    assert "annulée" in response.text


def test_sending_again_closes_the_link_before(group, actor):
    right = invited(group, actor)
    first = right.invitations.get()
    with tenant(group.id):
        resend_invitation(actor=actor, membership=right)
    assert open_account(first)[1].status_code == 410
    assert open_account(right.invitations.order_by("created_at").last())[1].status_code == 302


@pytest.mark.slow
def test_an_account_known_elsewhere_tells_nothing_to_the_inviter(group, actor, client_for):
    known = UserFactory(full_name="Vrai Nom Ailleurs", email="connue@ailleurs.example")
    MembershipFactory(user=known, group_id=make_group().id)
    right = invited(group, actor, email="connue@ailleurs.example", full_name="Nom Tapé")
    unknown = invited(group, actor, email="inconnue@ailleurs.example", full_name="Autre Tapé")
    pages = [
        client_for(actor.user).get(f"/g/{group.slug}/droits/{one.pk}/").text.replace("connue@", "inconnue@")
        for one in (right, unknown)
    ]
    listed = client_for(actor.user).get(f"/g/{group.slug}/droits/").text
    assert "Vrai Nom Ailleurs" not in pages[0] + listed
    assert "Nom Tapé" in pages[0]
    with tenant(group.id):
        assert not Line.objects.filter(sentence__contains="Vrai Nom").exists()
        end_membership(actor=actor, membership=right)
    assert "Vrai Nom" not in client_for(actor.user).get(f"/g/{group.slug}/droits/{right.pk}/").text


def test_an_existing_account_signs_in_to_accept(group, actor, client_for):
    known = UserFactory(email="connue@ailleurs.example")
    right = invited(group, actor, email="connue@ailleurs.example")
    path = invitation_path(right.invitations.get().pk)
    page = Client().get(path)
    assert "Vous avez déjà un compte" in page.text
    assert "password1" not in page.text
    assert Client().post(path, {"password1": STRONG, "password2": STRONG}).status_code == 200
    right.refresh_from_db()
    assert right.state == MembershipState.INVITED
    client = client_for(known)
    assert client.post(path).status_code == 302
    right.refresh_from_db()
    assert right.state == MembershipState.ACTIVE
    assert right.shown_name == known.full_name


def test_somebody_elses_invitation_cannot_be_taken(group, actor, client_for):
    right = invited(group, actor)
    path = invitation_path(right.invitations.get().pk)
    other = UserFactory()
    assert "pour un autre compte" in client_for(other).post(path, {"password1": STRONG}).text
    with pytest.raises(DomainError):
        accept_invitation(actor=other, invitation=right.invitations.get(), password=STRONG)


def test_a_closed_account_stays_closed(group, actor):
    UserFactory(email="fermee@ailleurs.example", is_active=False)
    right = invited(group, actor, email="fermee@ailleurs.example")
    response = Client().get(invitation_path(right.invitations.get().pk))
    assert response.status_code == 410
    with pytest.raises(DomainError):
        accept_invitation(actor=right.user, invitation=right.invitations.get())
    assert right.invitations.get().accepted_at is None


def test_refuses_the_same_role_twice_but_not_after_it_expired(group, actor):
    right = invited(group, actor)
    with pytest.raises(DomainError) as refused:
        invited(group, actor)
    assert refused.value.field == "email"
    yesterday = today() - timedelta(days=1)
    Membership.objects.filter(pk=right.pk).update(state=MembershipState.ACTIVE, ends_on=yesterday)
    assert invited(group, actor).state == MembershipState.INVITED
    right.refresh_from_db()
    assert right.state == MembershipState.ENDED


def test_refuses_oneself_and_a_site_of_another_group(group, actor):
    with pytest.raises(DomainError):
        invited(group, actor, email=actor.user.email)
    other = make_group()
    with pytest.raises(DomainError) as refused:
        invited(group, actor, establishment_ids=[group.first.pk, other.first.pk])
    assert refused.value.field == "establishment_ids"


def test_the_mail_says_who_where_and_until_when(group, actor):
    right = invited(group, actor)
    found = right.invitations.get()
    mail = Mail("invitation", group.id, right.user_id, {"invitation_id": str(found.pk)})
    values = invitation_mail(mail)
    assert values["link"].endswith(invitation_path(found.pk))
    assert values["group_name"] == group.group.name
    assert values["inviter_name"] == actor.user.full_name
    Invitation.objects.filter(pk=found.pk).update(cancelled_at=now())
    assert invitation_mail(mail) is None


def test_two_groups_invite_the_same_new_person(group, actor):
    other = make_group()
    first = invited(group, actor)
    second = InvitationFactory(membership__group_id=other.id, membership__user=first.user)
    open_account(first.invitations.get())
    page = Client().get(invitation_path(second.pk))
    assert "Vous avez déjà un compte" in page.text
