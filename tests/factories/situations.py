"""Situations to close, inside a tenant door: somebody with a number left an establishment."""

from datetime import timedelta

import factory

from identities.situations.models import SituationToClose
from portal.foundation.clock import now, today
from tests.factories.assignments import AssignmentFactory
from tests.factories.people import PersonIdentifierFactory


class SituationFactory(factory.django.DjangoModelFactory):
    """Open since yesterday, of an aide-soignante who has left; traits `late`, `closed`, `not_needed`."""

    class Meta:
        model = SituationToClose

    class Params:
        late = factory.Trait(opened_at=factory.LazyFunction(lambda: now() - timedelta(days=9)))
        settled = factory.Trait(settled_at=factory.LazyFunction(now), settled_by_name="Camille Fictif")
        closed = factory.Trait(
            settled=True,
            state="closed",
            closed_by="portal",
            end_reason="AUT",
            closed_on=factory.LazyFunction(today),
        )
        not_needed = factory.Trait(settled=True, state="not_needed", note="Jamais déclarée.")

    assignment = factory.SubFactory(AssignmentFactory, ended=True)
    person = factory.SelfAttribute("assignment.person")
    establishment = factory.SelfAttribute("assignment.establishment")
    function = factory.SelfAttribute("assignment.function")
    ended_on = factory.LazyFunction(lambda: today() - timedelta(days=1))
    opened_at = factory.LazyFunction(lambda: now() - timedelta(days=1))


def registered_leaver(establishment, rpps="99900000011", **stay):
    """An ended stay of somebody with an RPPS number, as the message of their departure finds it."""
    ended = AssignmentFactory(establishment=establishment, ended=True, **stay)
    PersonIdentifierFactory(person=ended.person, kind="rpps", value=rpps)
    return ended
