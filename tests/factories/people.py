"""People, inside a tenant door."""

import factory

from identities.people.models import IdentityCheck, Person, PersonIdentifier
from portal.foundation.clock import now
from portal.foundation.keys import uuid7


def in_letters(number: int) -> str:
    """A civil name holds no digit: 0 is A, 25 is Z, 26 is AB."""
    rest, last = divmod(number, 26)
    return chr(ord("A") + last) + (in_letters(rest) if rest else "")


class PersonFactory(factory.django.DjangoModelFactory):
    """A complete professional born in France; traits `abroad`, `single_name`, `bare` (a name and nothing else)."""

    class Meta:
        model = Person

    birth_name = factory.Sequence(lambda n: f"Fictif-{in_letters(n)}")
    first_names = ["Camille", "Dominique"]
    sex = "F"
    birth_date = "1985-03-12"
    birth_commune_code = "01053"
    birth_country_code = "99100"
    birth_place = "Bourg-en-Bresse"

    class Params:
        abroad = factory.Trait(
            birth_commune_code="", birth_country_code="99350", birth_place="Rabat", is_french=False
        )
        single_name = factory.Trait(first_names=[])
        bare = factory.Trait(
            first_names=[],
            sex="",
            birth_date="",
            birth_commune_code="",
            birth_country_code="",
            birth_place="",
        )
        reachable = factory.Trait(phone="+33612345678", email="camille@tilleuls.example")


class PersonIdentifierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PersonIdentifier

    person = factory.SubFactory(PersonFactory)
    kind = "matricule"
    value = factory.Sequence(lambda n: f"M{n:05}")


class IdentityCheckFactory(factory.django.DjangoModelFactory):
    """A passport seen face to face just now."""

    class Meta:
        model = IdentityCheck

    person = factory.SubFactory(PersonFactory)
    method = "face_to_face"
    document_kind = "passport"
    level = "substantial"
    checked_at = factory.LazyFunction(now)
    checked_by = factory.LazyFunction(uuid7)
    checked_by_name = "Camille Fictif"
