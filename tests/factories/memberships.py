"""Accounts and rights: written anywhere, they stand outside of row security."""

import factory
from allauth.mfa.totp.internal.auth import TOTP

from tenants.memberships.models import Membership, User
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


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.GROUP_ADMIN
    state = MembershipState.ACTIVE


