"""Changes of verified identities, inside a tenant door."""

import factory

from identities.identity_checks.models import TraitChange
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from tests.factories.people import PersonFactory


class TraitChangeFactory(factory.django.DjangoModelFactory):
    """Waiting: the first names of a person, as a passport seen by somebody else has them."""

    class Meta:
        model = TraitChange

    person = factory.SubFactory(PersonFactory)
    before = factory.LazyAttribute(lambda change: {"first_names": list(change.person.first_names)})
    after = {"first_names": ["Camille", "Ange"]}
    method = "face_to_face"
    document_kind = "passport"
    asked_at = factory.LazyFunction(now)
    asked_by = factory.LazyFunction(uuid7)
    asked_by_name = "Camille Fictif"
