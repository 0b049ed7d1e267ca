"""What accounts chose to be told, and what became of their mailboxes; written anywhere, outside of row security."""

import factory

from portal.foundation.clock import now, today
from portal.foundation.keys import uuid7
from tenants.notices.models import Departure, Digest, MailAddress, Preferences
from tests.factories.memberships import UserFactory


class PreferencesFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Preferences

    user = factory.SubFactory(UserFactory)


class DigestFactory(factory.django.DjangoModelFactory):
    """Planned for today; trait `composed`."""

    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    day = factory.LazyFunction(today)
    planned_at = factory.LazyFunction(now)

    class Params:
        composed = factory.Trait(outcome="composed", composed_at=factory.LazyFunction(now))


class DepartureFactory(factory.django.DjangoModelFactory):
    """One of our mails that left to the account's address."""

    class Meta:
        model = Departure

    message_id = factory.LazyFunction(uuid7)
    user = factory.SubFactory(UserFactory)
    address = factory.LazyAttribute(lambda one: one.user.email)
    template = "digest"
    left_at = factory.LazyFunction(now)


class MailAddressFactory(factory.django.DjangoModelFactory):
    """An address that fails: no such mailbox."""

    class Meta:
        model = MailAddress

    address = factory.Sequence(lambda n: f"perdue{n}@tilleuls.example")
    failing_since = factory.LazyFunction(now)
    status = "5.1.1"
