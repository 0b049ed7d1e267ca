"""Affectations and missions, inside a tenant door."""

from datetime import datetime, timedelta
from uuid import UUID

import factory

from identities.assignments.models import Assignment
from identities.assignments.states import AssignmentState
from identities.people.models import Person
from portal.foundation.clock import now
from tests.factories.groups import EstablishmentFactory
from tests.factories.people import PersonFactory


class AssignmentFactory(factory.django.DjangoModelFactory):
    """An open affectation of an aide-soignant; traits `mission`, `ended`, `planned`, `cancelled`, `due`."""

    class Meta:
        model = Assignment

    person = factory.SubFactory(PersonFactory)
    establishment = factory.SubFactory(EstablishmentFactory)
    kind = "affectation"
    contract = "cdi"
    function_id = "R85-313"
    starts_at = factory.LazyFunction(lambda: now() - timedelta(days=30))
    state = AssignmentState.RUNNING

    class Params:
        mission = factory.Trait(
            kind="mission", contract="temp", ends_at=factory.LazyFunction(lambda: now() + timedelta(days=2))
        )
        ended = factory.Trait(
            state=AssignmentState.ENDED,
            end_reason="scheduled",
            ends_at=factory.LazyFunction(lambda: now() - timedelta(days=1)),
        )
        planned = factory.Trait(
            state=AssignmentState.PLANNED, starts_at=factory.LazyFunction(lambda: now() + timedelta(days=3))
        )
        cancelled = factory.Trait(
            state=AssignmentState.CANCELLED, starts_at=factory.LazyFunction(lambda: now() + timedelta(days=3))
        )
        due = factory.Trait(
            kind="mission",
            contract="temp",
            ends_at=factory.LazyFunction(lambda: now() - timedelta(minutes=1)),
        )


def many_missions(count: int, establishment_id: UUID, ends_at: datetime) -> list[Assignment]:
    """Running missions of as many people, all ending at that moment, written by set."""
    people = Person.objects.bulk_create(PersonFactory.build_batch(count))
    return Assignment.objects.bulk_create(
        Assignment(
            person=one,
            establishment_id=establishment_id,
            kind="mission",
            contract="temp",
            function_id="R85-313",
            starts_at=ends_at - timedelta(days=3),
            ends_at=ends_at,
            state=AssignmentState.RUNNING,
        )
        for one in people
    )
