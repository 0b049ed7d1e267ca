"""Writes on many people at once: the rules and the lines of operations.py, in a few statements for the whole set.

For imports of a group; whoever calls stands at the door of the whole group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from identities.people.check_rules import HOLDS
from identities.people.models import IdentityCheck, Person, PersonIdentifier
from identities.people.operations import IDENTIFIED, REGISTERED, UPDATED
from identities.people.rules import check_traits
from identities.people.sentences import changes_sentence
from identities.people.traits import CIVIL_TRAITS, PersonTraits
from portal.foundation.clock import now, today
from portal.foundation.set_writes import insert_all, update_by_id
from portal.journal.operations import Act, Actor, Entry, record_set

RELEASED = Act("identifier_released", "{actor} a retiré à {object} : {identifier}.")


@dataclass(frozen=True)
class NewIdentifier:
    """An identifier that nobody holds yet: who will, of which kind, from whom."""

    person_id: UUID
    kind: str
    value: str
    issuer: str = ""


def register_people(
    *, actor: Actor, newcomers: Mapping[UUID, PersonTraits], identifiers: Sequence[NewIdentifier] = ()
) -> dict[UUID, Person]:
    """New records with the ids given, by id, and the identifiers they come with; one line of the journal each.

    Refuses (DomainError) the first problem of any (`rules.check_traits`), and (IntegrityError) an identifier that
    somebody holds: nothing is written then.
    """
    kept = {one: check_traits(traits).as_values() for one, traits in newcomers.items()}
    people = [Person(id=one, **values, created_by=actor.actor_id) for one, values in kept.items()]
    held = [_held(one) for one in identifiers]
    insert_all(people)
    insert_all(held)
    numbers: dict[UUID, list[str]] = {}
    for one in held:
        numbers.setdefault(one.person_id, []).append(str(one))
    entries = [
        Entry(
            "person",
            one.pk,
            {"object": one.display_name},
            after=kept[one.pk] | {"identifiers": numbers.get(one.pk, [])},
        )
        for one in people
    ]
    record_set(actor, REGISTERED, entries)
    return {one.pk: one for one in people}


def _held(one: NewIdentifier) -> PersonIdentifier:
    return PersonIdentifier(person_id=one.person_id, kind=one.kind, value=one.value, issuer=one.issuer)


def change_people(*, actor: Actor, changes: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, tuple[str, ...]]:
    """Writes the named traits of each person, as `update_traits` does one by one; gives back what was held back.

    Held back, by person: the civil traits that differ from those of a verified identity (`rules.check_trait_change`); the
    rest is written. Refuses (DomainError) the first problem of any. Someone who is no more, or already so, is left as is.
    """
    entries, changed, held = [], [], {}
    verified = _verified(changes)
    for person in Person.objects.select_for_update().filter(pk__in=list(changes)).order_by("pk"):
        after = _changes_of(person, changes[person.pk])
        if person.pk in verified and (kept_back := tuple(one for one in after if one in CIVIL_TRAITS)):
            held[person.pk] = kept_back
            after = {name: value for name, value in after.items() if name not in CIVIL_TRAITS}
        if not after:
            continue
        known = PersonTraits.of(person)
        before = {name: getattr(known, name) for name in after}
        said = {"object": person.display_name, "changes": changes_sentence(before, after)}
        entries.append(Entry("person", person.pk, said, before=before, after=after))
        _write(person, after)
        changed.append(person)
    columns = [*vars(PersonTraits("", ())), "phone_verified_at", "email_verified_at", "identity_changed_at"]
    update_by_id(changed, columns)
    record_set(actor, UPDATED, entries)
    return held


def _verified(people: Iterable[UUID]) -> set[UUID]:
    checks = IdentityCheck.objects.filter(HOLDS, person_id__in=list(people))
    return set(checks.values_list("person_id", flat=True))


def _changes_of(person: Person, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The traits asked that differ, as they will be kept."""
    known = PersonTraits.of(person)
    kept = check_traits(PersonTraits(**vars(known) | dict(asked)))
    return {name: getattr(kept, name) for name in asked if getattr(kept, name) != getattr(known, name)}


def _write(person: Person, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(person, name, list(value) if name == "first_names" else value)
        if name in ("phone", "email"):
            setattr(person, f"{name}_verified_at", None)
        if name in CIVIL_TRAITS:
            person.identity_changed_at = now()


def identify_people(
    *, actor: Actor, identifiers: Sequence[NewIdentifier], people: Mapping[UUID, Person]
) -> list[PersonIdentifier]:
    """Identifiers held from now on. Refuses (IntegrityError) one that somebody else holds: nothing is written then."""
    rows = [_held(one) for one in identifiers]
    insert_all(rows)
    record_set(actor, IDENTIFIED, [_entry(one, people[one.person_id]) for one in rows])
    return rows


def release_identifiers(*, actor: Actor, identifier_ids: Iterable[UUID]) -> int:
    """Ends what is still held of those identifiers, today; says how many."""
    rows = list(
        PersonIdentifier.objects.filter(pk__in=list(identifier_ids), valid_to=None)
        .select_related("person")
        .order_by("pk")
    )
    PersonIdentifier.objects.filter(pk__in=[one.pk for one in rows]).update(valid_to=today())
    return record_set(actor, RELEASED, [_entry(one, one.person) for one in rows])


def _entry(identifier: PersonIdentifier, person: Person) -> Entry:
    said = {"object": person.display_name, "identifier": str(identifier)}
    return Entry("person", person.pk, said)
