"""Self-registrations, inside a tenant door."""

from datetime import timedelta

import factory

from identities.self_registrations.links import new_secret
from identities.self_registrations.models import ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.rules import LINK_LIFE, deadline
from portal.foundation.clock import now, today
from tests.factories.groups import EstablishmentFactory
from tests.factories.people import PersonFactory
from tests.factories.registrations import RegistrationRequestFactory


class SelfRegistrationFactory(factory.django.DjangoModelFactory):
    """Just invited, at the establishment of its request; traits `filled`, `declared`, `late`."""

    class Meta:
        model = SelfRegistration

    person = factory.SubFactory(PersonFactory, reachable=True)
    establishment = factory.SubFactory(EstablishmentFactory)
    request = factory.SubFactory(
        RegistrationRequestFactory,
        person=factory.SelfAttribute("..person"),
        establishment=factory.SelfAttribute("..establishment"),
        route="self",
    )
    state = "invited"
    invited_at = factory.LazyFunction(now)
    invited_by_name = "Référente Fictive"

    class Params:
        filled = factory.Trait(
            state="filled", traits_at=factory.LazyFunction(now), filled_at=factory.LazyFunction(now)
        )
        declared = factory.Trait(
            state="declared",
            enrolled_on=factory.LazyFunction(today),
            confirm_by=factory.LazyAttribute(lambda one: deadline(one.enrolled_on)),
            declared_by_name="Camille Fictif",
        )
        late = factory.Trait(
            state="declared",
            enrolled_on=factory.LazyFunction(lambda: today() - timedelta(days=31)),
            confirm_by=factory.LazyAttribute(lambda one: deadline(one.enrolled_on)),
            declared_by_name="Camille Fictif",
        )


class PersonalLinkFactory(factory.django.DjangoModelFactory):
    """Not opened, by mail."""

    class Meta:
        model = PersonalLink

    registration = factory.SubFactory(SelfRegistrationFactory)
    establishment_id = factory.SelfAttribute("registration.establishment_id")
    channel = "email"
    sent_to = factory.SelfAttribute("registration.person.email")
    token_hash = factory.LazyAttribute(lambda one: new_secret(one.registration.group_id).hash)
    created_at = factory.LazyFunction(now)
    created_by_name = "Référente Fictive"
    expires_at = factory.LazyFunction(lambda: now() + LINK_LIFE)


def self_registration_of(person, establishment, mark: str, **values) -> dict:
    """One of that person there, with its link and code, marked: the ids that addresses name."""
    path = SelfRegistrationFactory(
        person=person, establishment=establishment, invited_by_name=f"{mark} INVITANTE", **values
    )
    PersonalLinkFactory(registration=path, created_by_name=f"{mark} ENVOYEUSE", sent_to=f"{mark} ADRESSE")
    ContactCodeFactory(registration=path, value=f"{mark} CONTACT")
    return {"self_registration_id": path.pk}


def link_to(path: SelfRegistration, **values) -> str:
    """Makes a link and says its secret."""
    secret = new_secret(path.group_id)
    PersonalLinkFactory(registration=path, token_hash=secret.hash, **values)
    return secret.text


class ContactCodeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactCode

    registration = factory.SubFactory(SelfRegistrationFactory)
    establishment_id = factory.SelfAttribute("registration.establishment_id")
    contact = "email"
    value = factory.SelfAttribute("registration.person.email")
    given = 1
    asked_at = factory.LazyFunction(now)
    expires_at = factory.LazyFunction(lambda: now() + timedelta(minutes=15))
