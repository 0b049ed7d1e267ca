"""Requests for a national identity and the group's connection, inside a tenant door."""

import factory

from identities.psi.models import Connection
from identities.registrations.models import RegistrationRequest, RequestBlock
from portal.foundation.clock import now, today
from portal.foundation.secrets import encrypt
from tests.factories.groups import EstablishmentFactory
from tests.factories.people import PersonFactory

SANDBOX_KEY = "cle-psi-du-bac-a-sable"
SENT = ("queued", "sent", "unknown", "correction", "partly_done", "done", "refused", "expired")


class ConnectionFactory(factory.django.DjangoModelFactory):
    """With the key of the stand-in."""

    class Meta:
        model = Connection

    sealed_key = factory.LazyFunction(lambda: encrypt(SANDBOX_KEY))
    key_end = SANDBOX_KEY[-4:]
    key_set_at = factory.LazyFunction(now)
    key_set_by_name = "Camille Fictif"


class RegistrationRequestFactory(factory.django.DjangoModelFactory):
    """Ready, by API PSI, of an aide-soignant; its two usual blocks."""

    class Meta:
        model = RegistrationRequest
        skip_postgeneration_save = True

    person = factory.SubFactory(PersonFactory, reachable=True)
    establishment = factory.SubFactory(EstablishmentFactory)
    function_id = "R85-313"
    route = "psi"
    state = "ready"
    starts_on = factory.LazyFunction(today)
    practice_mode = "S"
    activity_genre = "GENR01"
    category = "C"
    payload = factory.LazyAttribute(lambda one: {"lastName": "FICTIF"} if one.state in SENT else None)
    attempt = factory.LazyAttribute(lambda one: int(one.state in SENT))
    created_by_name = "Camille Fictif"

    @factory.post_generation
    def blocks(self, create, extracted, **kwargs):
        for kind in extracted or ("identity", "employment"):
            RequestBlock.objects.create(request=self, establishment_id=self.establishment_id, kind=kind)
