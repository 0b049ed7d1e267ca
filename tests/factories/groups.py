"""Groups and their places; every factory but `GroupFactory` is used inside a tenant door."""

import factory

from tenants.groups.models import Establishment, Group, LegalEntity, Unit


def luhn_completed(stem: str) -> str:
    """`stem` followed by its Luhn key."""
    digits = [int(one) for one in reversed(stem)]
    total = sum(sum(divmod(one * 2, 10)) if rank % 2 == 0 else one for rank, one in enumerate(digits))
    return f"{stem}{-total % 10}"


class GroupFactory(factory.django.DjangoModelFactory):
    """Written inside `tenant(id)` of the id it is given."""

    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Association Les Tilleuls {n}")
    slug = factory.Sequence(lambda n: f"tilleuls-{n}")


class LegalEntityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LegalEntity

    finess = factory.Sequence(lambda n: luhn_completed(f"9900{n:04}"))
    siren = factory.Sequence(lambda n: luhn_completed(f"9000{n:04}"))
    name = "Association Les Tilleuls"


class EstablishmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Establishment

    legal_entity = factory.SubFactory(LegalEntityFactory)
    finess = factory.Sequence(lambda n: luhn_completed(f"9910{n:04}"))
    name = factory.Sequence(lambda n: f"EHPAD Les Tilleuls {n}")
    category_code = "500"
    city = "Bourg-en-Bresse"
    department = "01"


class UnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unit

    establishment = factory.SubFactory(EstablishmentFactory)
    name = factory.Sequence(lambda n: f"Unité {n}")
