"""A group of fictitious people to register, a third of them with an activity to declare, another with a card to order."""

from typing import Any
from uuid import UUID

from identities.assignments.models import Assignment
from identities.assignments.states import AssignmentState
from identities.people.models import IdentifierKind, Person, PersonIdentifier
from identities.psi.operations import set_key
from identities.registrations.models import BlockKind, RegistrationRequest, Route
from identities.registrations.operations import Choices, choose_blocks
from identities.registrations.set_operations import prepare_requests, queue_requests
from portal.demo.seed.places import luhn_completed
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.groups.models import Establishment, Group, LegalEntity

BENCH = Machine("Le banc d'essai")
KEY = "cle-psi-du-bac-a-sable"
FIRST_NUMBER = 9_960_000_000  # before its key
FUNCTION = "R85-313"
ADDRESS = {"addressee": "SITE FICTIF", "streetName": "RUE DES LILAS", "postalCode": "75020", "city": "PARIS"}


def prepare(count: int) -> UUID:
    """The group, its key, and one ready request for each person."""
    group_id = uuid7()
    with tenant(group_id):
        Group.objects.create(id=group_id, name="Banc d'essai", slug=f"banc-{group_id.hex[-12:]}")
        entity = LegalEntity.objects.create(finess=luhn_completed("99000000"), name="Banc d'essai")
        site = Establishment.objects.create(
            legal_entity=entity, finess=luhn_completed("99100001"), name="Site", category_code="500"
        )
        set_key(actor=BENCH, key=KEY)
        people = Person.objects.bulk_create([_person(rank) for rank in range(count)])
        Assignment.objects.bulk_create([_stay(one, site) for one in people])
        active, carded = people[1::3], people[2::3]
        PersonIdentifier.objects.bulk_create(_number(one, rank) for rank, one in enumerate(active))
        _prepare(people[::3])
        _prepare(active, BlockKind.ACTIVITY_START)
        for request in _prepare(carded):
            choose_blocks(actor=BENCH, request_id=request.pk, choices=_card(request))
    return group_id


def queue(group_id: UUID) -> int:
    """Sends them all, as a person does; how many left."""
    with tenant(group_id):
        ids = list(RegistrationRequest.objects.values_list("pk", flat=True))
        return len(queue_requests(actor=BENCH, request_ids=ids).queued)


def _person(rank: int) -> Person:
    return Person(
        birth_name=f"Fictif {rank:04}", first_names=["Camille"], sex="F", birth_date="1990-05-17",
        birth_commune_code="29232", birth_place="Quimper", email=f"fictif{rank}@example.org", phone="+33600000001",
    )  # fmt: skip


def _stay(person: Person, site: Establishment) -> Assignment:
    return Assignment(
        person=person, establishment=site, kind="affectation", contract="cdi", function_id=FUNCTION, starts_at=now(),
        state=AssignmentState.RUNNING,
    )  # fmt: skip


def _number(person: Person, rank: int) -> PersonIdentifier:
    value: Any = luhn_completed(str(FIRST_NUMBER + rank))
    return PersonIdentifier(person=person, kind=IdentifierKind.RPPS, value=value)


def _prepare(people: list[Person], *blocks: str) -> list[RegistrationRequest]:
    asked = (BlockKind.IDENTITY, BlockKind.EMPLOYMENT, *blocks)
    done = prepare_requests(actor=BENCH, person_ids=[one.pk for one in people], route=Route.PSI, blocks=asked)
    if done.refused:
        raise RuntimeError(done.refused[0].french)
    return done.created


def _card(request: RegistrationRequest) -> Choices:
    return Choices(
        blocks=(BlockKind.CARD_PSI,), starts_on=request.starts_on, practice_mode=request.practice_mode,
        activity_genre=request.activity_genre, category=request.category, card_address=ADDRESS,
    )  # fmt: skip
