"""Gestionnaires RPPS+ and what is followed at the portal, inside a tenant door."""

from datetime import timedelta

import factory

from identities.rpps_plus.models import PortalEntry, RppsManager
from portal.foundation.clock import now, today


class RppsManagerFactory(factory.django.DjangoModelFactory):
    """Designated, trained, with a valid card, for a whole entité juridique; traits `legal`, `card_expired`."""

    class Meta:
        model = RppsManager

    class Params:
        legal = factory.Trait(kind="legal", designated_on=None, designated_by="", trained_on=None)
        card_expired = factory.Trait(
            card_expires_on=factory.LazyFunction(lambda: today() - timedelta(days=1))
        )

    full_name = "Camille Fictif"
    kind = "designated"
    designated_on = factory.LazyFunction(lambda: today() - timedelta(days=200))
    designated_by = "Hélène Fictive"
    trained_on = factory.LazyFunction(lambda: today() - timedelta(days=190))
    card_expires_on = factory.LazyFunction(lambda: today() + timedelta(days=400))


class PortalEntryFactory(factory.django.DjangoModelFactory):
    """The diploma of that request is declared checked."""

    class Meta:
        model = PortalEntry

    establishment_id = factory.SelfAttribute("request.establishment_id")
    degree_checked_at = factory.LazyFunction(now)
    degree_checked_by_name = "Camille Fictif"
