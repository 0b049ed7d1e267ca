"""Accounts and rights: written anywhere, they stand outside of row security."""

from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP

from portal.foundation.clock import now
from tenants.memberships.models import Invitation, Membership, User
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState

PASSWORD = "Tisane-verte-7-marguerites"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a password and, by the trait `two_factors`, an authentication application."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@tilleuls.example")
    full_name = factory.Sequence(lambda n: f"Camille Fictif {n}")
    password = factory.django.Password(PASSWORD)

    class Params:
        operator = factory.Trait(is_operator=True)

    @factory.post_generation
    def two_factors(self, create, extracted, **kwargs):
        if create and extracted is not False:
            TOTP.activate(self, TOTP_SECRET)

    @factory.post_generation
    def address(self, create, extracted, **kwargs):
        """As an accepted invitation leaves it."""
        if create and self.has_usable_password():
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class InvitedUserFactory(UserFactory):
    """An account that waits for its invitation to be accepted."""

    password = "!"
    is_active = False
    opened_at = None

    @factory.post_generation
    def two_factors(self, create, extracted, **kwargs):
        """None before the account is opened."""


class DoorOnlyUserFactory(UserFactory):
    """An account that another door opens: neither password nor second factor of ours."""

    password = "!"

    @factory.post_generation
    def two_factors(self, create, extracted, **kwargs):
        """None: its door proves them."""


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.GROUP_ADMIN
    state = MembershipState.ACTIVE


class InvitationFactory(factory.django.DjangoModelFactory):
    """An invitation sent now, to somebody who has no account yet."""

    class Meta:
        model = Invitation

    membership = factory.SubFactory(
        MembershipFactory,
        user=factory.SubFactory(InvitedUserFactory),
        state=MembershipState.INVITED,
        invited_as="Dominique Invitée",
    )
    expires_at = factory.LazyFunction(lambda: now() + timedelta(days=7))
