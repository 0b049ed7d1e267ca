"""People, inside a tenant door."""

import factory

from identities.people.models import Person, PersonIdentifier


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    birth_name = factory.Sequence(lambda n: f"Fictif-{n}")
    first_names = ["Camille", "Dominique"]
    sex = "F"
    birth_date = "1985-03-12"
    birth_commune_code = "01053"
    birth_country_code = "99100"
    birth_place = "Bourg-en-Bresse"


class PersonIdentifierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PersonIdentifier

    person = factory.SubFactory(PersonFactory)
    kind = "matricule"
    value = factory.Sequence(lambda n: f"M{n:05}")
