"""Affectations and missions, inside a tenant door."""

from datetime import timedelta

import factory

from identities.assignments.models import Assignment
from identities.assignments.states import AssignmentState
from portal.foundation.clock import now
from tests.factories.groups import EstablishmentFactory
from tests.factories.people import PersonFactory


class AssignmentFactory(factory.django.DjangoModelFactory):
    """An open affectation of an aide-soignant; traits `mission`, `ended`, `planned`."""

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
            state=AssignmentState.ENDED, ends_at=factory.LazyFunction(lambda: now() - timedelta(days=1))
        )
        planned = factory.Trait(
            state=AssignmentState.PLANNED, starts_at=factory.LazyFunction(lambda: now() + timedelta(days=3))
        )
