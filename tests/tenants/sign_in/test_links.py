"""One account per person whatever the door: linked in so many words, learned, unlinked, never by an e-mail address."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.foundation.errors import DomainError
from portal.foundation.tenancy import PLATFORM, tenant
from portal.journal.models import Line
from tenants.memberships.models import User
from tenants.sign_in.models import ExternalIdentity
from tenants.sign_in.operations import accept_with_identity, link_identity, recognise, unlink_identity
from tenants.sign_in.queries import account_opened_by, links_of
from tenants.sign_in.refusals import DoorShutError
from tests.factories.memberships import DoorOnlyUserFactory, InvitationFactory, UserFactory
from tests.factories.sign_in import ExternalIdentityFactory, proved

RPPS = ("rpps", "99700218896")
PSI = ("psi", "019fa371-0d5c-7a63-9f4e-2f3b6f1c2d4e")


def sentences(group_id=PLATFORM) -> list[str]:
    with tenant(group_id):
        return list(Line.objects.order_by("at").values_list("sentence", flat=True))


def test_a_linked_identity_opens_its_account(administrator, group):
    link_identity(actor=administrator, identity=proved(RPPS))
    assert account_opened_by(proved(RPPS)) == administrator
    assert f"{administrator.full_name} a relié son compte à Pro Santé Connect (RPPS)." in sentences(group.id)


def test_linking_twice_changes_nothing(administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    link_identity(actor=administrator, identity=proved(RPPS))
    assert len(links_of(administrator)) == 1


def test_no_number_is_written_in_the_journal(administrator, group):
    link_identity(actor=administrator, identity=proved(RPPS, PSI))
    assert not [one for one in sentences() + sentences(group.id) if RPPS[1] in one or PSI[1] in one]


def test_an_identity_opens_one_account_only(administrator, manager):
    link_identity(actor=administrator, identity=proved(RPPS))
    with pytest.raises(DomainError, match="Opens another account"):
        link_identity(actor=manager, identity=proved(PSI, RPPS))
    assert links_of(manager) == []


def test_the_database_refuses_the_same_identifier_for_two_accounts(db):
    first = ExternalIdentityFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalIdentityFactory(value=first.value)


def test_the_same_number_of_another_issuer_is_another_identity(administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    assert account_opened_by(proved(RPPS, issuer="https://autre.example")) is None


def test_after_a_merge_the_new_main_identifier_is_learned(administrator, group):
    """PSI and RPPS merged: the main identifier becomes the UUID, the RPPS stays among the others."""
    link_identity(actor=administrator, identity=proved(RPPS))
    merged = proved(PSI, RPPS)
    assert account_opened_by(merged) == administrator
    recognise(actor=administrator, identity=merged)
    assert account_opened_by(proved(PSI)) == administrator
    assert [one for one in sentences(group.id) if "nouvel identifiant" in one]
    assert all(one.last_used_at for one in links_of(administrator))


def test_identifiers_of_two_accounts_open_none(administrator, manager):
    ExternalIdentityFactory(user=administrator, kind=RPPS[0], value=RPPS[1])
    ExternalIdentityFactory(user=manager, kind=PSI[0], value=PSI[1])
    with pytest.raises(DoorShutError, match="identites-en-conflit"):
        account_opened_by(proved(PSI, RPPS))


def test_a_closed_account_is_not_linked(db):
    with pytest.raises(DomainError, match="Closed account"):
        link_identity(actor=UserFactory(is_active=False), identity=proved(RPPS))


def test_unlinking_cuts_sessions_and_frees_the_identity(administrator, manager, client_for):
    link_identity(actor=administrator, identity=proved(RPPS))
    client = client_for(administrator)
    unlink_identity(actor=administrator, issuer=proved(RPPS).issuer)
    assert client.get("/compte/").status_code == 302
    link_identity(actor=manager, identity=proved(RPPS))
    assert account_opened_by(proved(RPPS)) == manager
    assert ExternalIdentity.objects.filter(user=administrator, ended_at__isnull=False).count() == 1


def test_the_last_door_of_an_account_stays_open(db):
    user = DoorOnlyUserFactory()
    link_identity(actor=user, identity=proved(RPPS))
    with pytest.raises(DomainError, match="Last door"):
        unlink_identity(actor=user, issuer=proved(RPPS).issuer)


def test_another_identity_allows_to_unlink_the_first(db):
    user = DoorOnlyUserFactory()
    link_identity(actor=user, identity=proved(RPPS))
    link_identity(actor=user, identity=proved(("subject", "abc"), issuer="https://comptes.example"))
    unlink_identity(actor=user, issuer=proved(RPPS).issuer)
    assert [one.kind for one in links_of(user)] == ["subject"]


def test_an_invited_account_opens_without_a_password(group):
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    user = invitation.membership.user
    accept_with_identity(actor=user, invitation=invitation, identity=proved(RPPS, name="Zoé Réelle"))
    opened = User.objects.get(pk=user.pk)
    assert (opened.is_active, opened.full_name, opened.has_usable_password()) == (True, "Zoé Réelle", False)
    assert account_opened_by(proved(RPPS)) == opened


def test_an_invitation_is_not_accepted_with_the_identity_of_another_account(group, administrator):
    link_identity(actor=administrator, identity=proved(RPPS))
    invitation = InvitationFactory(membership__group_id=group.id, membership__role="hr")
    with pytest.raises(DomainError, match="Opens another account"):
        accept_with_identity(actor=invitation.membership.user, invitation=invitation, identity=proved(RPPS))
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_an_active_account_was_opened_says_the_database(db):
    user = UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE memberships_user SET opened_at = NULL WHERE id = %s", [user.pk])
