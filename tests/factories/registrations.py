"""Requests for a national identity and the group's connection, inside a tenant door."""

import json
from uuid import UUID

import factory

from identities.psi.models import Connection
from identities.registrations.models import (
    RegistrationRequest,
    RequestBlock,
    RequestEvent,
    RnippDeath,
    RnippEcho,
)
from identities.registrations.states import RequestState
from portal.foundation.clock import now, today
from portal.foundation.keys import uuid7
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


def told_of(request, mark: str) -> None:
    """One line of its timeline, and what the RNIPP said: another name, and a death."""
    RequestEvent.objects.create(
        request=request, establishment_id=request.establishment_id, at=now(), by_name=f"{mark} AGENT",
        to_state=request.state, sentence=f"{mark} PHRASE",
    )  # fmt: skip
    echo = {"birth_name": f"{mark} ECHO", "first_names": ["Camille"]}
    RnippEcho.objects.create(
        request=request, establishment_id=request.establishment_id, sealed=encrypt(json.dumps(echo)),
        received_at=now(),
    )  # fmt: skip
    death = {"date": "2026-01-02", "place": f"{mark} LIEU"}
    RnippDeath.objects.create(request=request, sealed=encrypt(json.dumps(death)), received_at=now())


def request_of(assignment, mark: str) -> dict[str, UUID]:
    """One that came back to be corrected, sent with others: the ids that stand in addresses. One connection a group."""
    if not Connection.objects.exists():
        ConnectionFactory(key_set_by_name=f"{mark} CLÉ", last_failure=f"{mark} PANNE")
    request = RegistrationRequestFactory(
        person=assignment.person,
        establishment=assignment.establishment,
        assignment=assignment,
        state="correction",
        batch_id=uuid7(),
        divergences=["birth_name"],
        payload={"lastName": f"{mark} ENVOYÉ"},
        created_by_name=f"{mark} PRÉPARE",
    )
    told_of(request, mark)
    return {"request_id": request.pk, "batch_id": request.batch_id}


def more_of_request(request_id: UUID, count: int) -> None:
    """As many lines of its timeline, and as many requests of each state at that site."""
    request = RegistrationRequest.objects.get(pk=request_id)
    for _ in range(count):
        RequestEvent.objects.create(
            request=request, establishment_id=request.establishment_id, at=now(), by_name="Camille Fictif",
            to_state=request.state, sentence="Une ligne de plus.",
        )  # fmt: skip
        for state in RequestState.values:
            RegistrationRequestFactory(
                establishment=request.establishment,
                state=state,
                batch_id=request.batch_id,
                missing=["Le sexe."],
            )
