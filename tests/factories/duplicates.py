"""Pairs and merges, inside a tenant door."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import factory

from identities.duplicates.models import Merge, MergedRow, Pair, PairSearch
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from tests.factories.people import PersonFactory


class PairFactory(factory.django.DjangoModelFactory):
    """Two records that look alike and wait; `of` gives the two people in any order."""

    class Meta:
        model = Pair

    person = factory.SubFactory(PersonFactory)
    other = factory.SubFactory(PersonFactory)
    score = 90
    reasons = ["même nom de naissance", "même date de naissance"]


def pair_of(one, two, **values) -> Pair:
    """The smaller id first, as the table wants it."""
    first, second = sorted((one, two), key=lambda person: person.pk)
    return PairFactory(person=first, other=second, **values)


class MergeFactory(factory.django.DjangoModelFactory):
    """A merge of two days ago, without its rows."""

    class Meta:
        model = Merge

    kept = factory.SubFactory(PersonFactory)
    absorbed = factory.SubFactory(PersonFactory, merged_into=factory.SelfAttribute("..kept"))
    kept_name = "FICTIF Camille"
    absorbed_name = "FICTIF Camille"
    merged_at = factory.LazyFunction(lambda: now() - timedelta(days=2))
    merged_by = factory.LazyFunction(uuid7)
    merged_by_name = "Camille Fictif"


def doubles_of(mark: str, person) -> dict[str, UUID]:
    """A pair with that person and a merge into another one: the ids that addresses name."""
    pair = pair_of(person, PersonFactory(birth_name=f"{mark} DOUBLE"), reasons=[f"{mark} RAISON"])
    merge = MergeFactory(
        kept__birth_name=f"{mark} GARDÉ", kept_name=f"{mark} GARDÉ", absorbed_name=f"{mark} RÉUNI"
    )
    before, after = {"phone": f"{mark} AVANT"}, {"phone": ""}
    MergedRow.objects.create(
        merge=merge,
        table_name="people_person",
        row_id=merge.kept_id,
        change="changed",
        before=before,
        after=after,
    )
    PairSearch.objects.get_or_create(
        group_id=merge.group_id, defaults={"asked_by_name": mark, "whole_at": now()}
    )
    return {"pair_id": pair.pk, "merge_id": merge.pk}


def people_alike(**values) -> SimpleNamespace:
    """Two records of one human being: `.one` was typed whole, `.two` without its birth place, with a typing error."""
    one = PersonFactory(birth_name="Lefebvre", first_names=["Jeanne", "Marie"], **values)
    two = PersonFactory(
        birth_name="Lefevre",
        first_names=["Jeanne"],
        birth_commune_code="",
        birth_country_code="",
        birth_place="",
    )
    return SimpleNamespace(one=one, two=two, pair=pair_of(one, two))
