"""A few people of the demo's group typed a second time, as agencies and night shifts do, and the search that finds them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from identities.assignments.models import Assignment
from identities.assignments.set_operations import start_assignments
from identities.assignments.states import AssignmentState
from identities.duplicates.operations import SEARCHER, search_everybody
from identities.duplicates.queries import search_of_group
from identities.people.models import Person
from identities.people.set_operations import register_people
from identities.people.traits import PersonTraits
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine

TYPED = Machine("Reprise de l'historique")
_STAYS = 400  # looked at for people who may be typed twice


def seed_doubles(group_id: UUID) -> None:
    """Writes the doubles once and searches; a group without affectations gets none."""
    with tenant(group_id):
        if search_of_group() is not None:
            return
        models = _models()
        spoiled = [spoil(PersonTraits.of(one.person)) for one, spoil in zip(models, SPOILED, strict=False)]
        newcomers = {uuid7(): traits for traits in spoiled}
        people = register_people(actor=TYPED, newcomers=newcomers)
        places = models[::-1]  # each comes in where another of them works
        rows = [_mission(people[one], place) for one, place in zip(newcomers, places, strict=False)]
        start_assignments(actor=TYPED, rows=rows)
        search_everybody(actor=SEARCHER)


def _models() -> Sequence[Assignment]:
    """As many different people as there are ways to spoil a record: two first names, a whole birth date, a mobile."""
    stays = Assignment.objects.filter(kind="affectation", state=AssignmentState.RUNNING)
    stays = stays.select_related("person", "establishment", "function").order_by("pk")[:_STAYS]
    found: dict[UUID, Assignment] = {}
    for one in stays:
        known = one.person
        if len(known.first_names) > 1 and known.phone and _day_may_be_a_month(known.birth_date):
            found.setdefault(known.pk, one)
    return list(found.values())[: len(SPOILED)]


def _day_may_be_a_month(date: str) -> bool:
    _, month, day = date.split("-") if date else ("", "00", "00")
    return "00" < day <= "12" and day != month


def _mission(person: Person, place: Assignment) -> Assignment:
    starts_at = now().replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    return Assignment(
        id=uuid7(), person=person, establishment=place.establishment, function=place.function, kind="mission",
        contract="temp", agency="Relais Santé Intérim", starts_at=starts_at, ends_at=starts_at + timedelta(days=9),
        source="demo",
    )  # fmt: skip


def _mistyped(traits: PersonTraits) -> PersonTraits:
    """One letter twice, no second first name, no e-mail."""
    name = traits.birth_name
    return replace(traits, birth_name=name[:3] + name[2:], first_names=traits.first_names[:1], email="")


def _day_for_month(traits: PersonTraits) -> PersonTraits:
    year, month, day = traits.birth_date.split("-")
    return replace(traits, birth_date=f"{year}-{day}-{month}", phone="", email="")


def _usage_name_only(traits: PersonTraits) -> PersonTraits:
    """Typed by the agency under the name of every day."""
    return replace(traits, birth_name=traits.usage_name or traits.birth_name, usage_name="", email="")


def _name_for_first_name(traits: PersonTraits) -> PersonTraits:
    return replace(
        traits, birth_name=traits.first_names[0], first_names=(traits.birth_name,), usage_name="", phone="", email=""
    )  # fmt: skip


def _little_known(traits: PersonTraits) -> PersonTraits:
    """By phone, at night: no place of birth."""
    return replace(
        traits, first_names=traits.first_names[:1], birth_commune_code="", birth_country_code="", birth_place="", email=""
    )  # fmt: skip


SPOILED = (_mistyped, _day_for_month, _usage_name_only, _name_for_first_name, _little_known)
