"""Gestionnaires RPPS+ and what is followed at the portal, inside a tenant door."""

from datetime import timedelta
from uuid import UUID

import factory

from identities.rpps_plus.models import PortalEntry, RppsManager
from portal.foundation.clock import now, today
from portal.foundation.keys import uuid7
from tests.factories.registrations import RegistrationRequestFactory


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


def portal_work_of(establishment, mark: str) -> dict[str, UUID]:
    """A request at the portal with what is followed of it, and a gestionnaire: the ids that stand in addresses."""
    request = RegistrationRequestFactory(
        establishment=establishment, route="portal", person__birth_name=f"{mark} PORTAIL"
    )
    PortalEntryFactory(request=request, contradiction=f"{mark} AUTRE NOM")
    manager = RppsManagerFactory(
        user_id=uuid7(),
        full_name=f"{mark} GESTIONNAIRE",
        legal_entity=establishment.legal_entity,
        establishment=establishment,
    )
    return {"portal_request_id": request.pk, "rpps_manager_id": manager.pk}


def more_of_portal_work(establishment, count: int) -> None:
    """As many requests to enter there, awaited, and gestionnaires."""
    for state in ("ready", "sent"):
        for _ in range(count):
            PortalEntryFactory(
                request=RegistrationRequestFactory(establishment=establishment, route="portal", state=state)
            )
    for _ in range(count):
        RppsManagerFactory(user_id=uuid7(), legal_entity=establishment.legal_entity)
