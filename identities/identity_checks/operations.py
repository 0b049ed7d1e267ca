"""Writes: people seen together, the change of a verified identity in two steps, how long a check holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.identity_checks.models import TraitChange, Validity
from identities.identity_checks.queries import months_of_validity, people_to_see
from identities.identity_checks.rules import (
    NO_ATTESTING,
    SETTLED,
    check_asker,
    check_months,
    check_reason,
    check_second_person,
    check_still_as_asked,
)
from identities.identity_checks.states import CHANGE_TRANSITIONS, ChangeState
from identities.people.check_rules import check_is_equal_strength, check_level, holding_check
from identities.people.models import CheckMethod, IdentityCheck, Person
from identities.people.operations import CHECKED, change_verified_traits, update_traits
from identities.people.rules import check_traits
from identities.people.sentences import changes_sentence
from identities.people.sightings import new_check, who_attests
from identities.people.traits import CIVIL_TRAITS, PersonTraits, Sighting
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import insert_all
from portal.journal.operations import Act, Actor, Entry, record, record_set

ASKED = Act(
    "identity_change_asked",
    "{actor} a demandé le changement de l'identité vérifiée de {object} : {changes} ({how}).",
)
REFUSED = Act(
    "identity_change_refused",
    "{actor} a refusé le changement de l'identité de {object} demandé par {asker} : {reason}",
)
WITHDRAWN = Act(
    "identity_change_withdrawn", "{actor} a retiré sa demande de changement de l'identité de {object}."
)
VALIDITY_SET = Act(
    "identity_validity_set", "{actor} a fixé à {months} mois la durée d'un contrôle d'identité."
)
EXPORTED = Act("identities_exported", "{actor} a exporté {count} lignes des identités à contrôler ({what}).")


@dataclass(frozen=True)
class SeenTogether:
    """Who was recorded as seen, and how many were not: seen by somebody else meanwhile, or gone."""

    people: list[Person]
    left_aside: int


def see_together(*, actor: Actor, establishment_id: UUID, seen: Mapping[UUID, str]) -> SeenTogether:
    """Face to face, now, at that site: person → kind of document. One line of the journal each.

    Somebody whose check is no longer due is left aside, so that the same page sent twice, or by two people at once, checks
    nobody twice: the records are locked, then read again. Refuses (DomainError, whose field is the person's id) a kind of
    document outside the list, and a program's act; nothing is written then.
    """
    for person_id, document_kind in seen.items():
        try:
            new_check(actor, Sighting(CheckMethod.FACE_TO_FACE, document_kind), establishment_id)
        except DomainError as error:
            raise DomainError(str(error), error.french, str(person_id)) from error
    with transaction.atomic():
        list(Person.objects.select_for_update().filter(pk__in=list(seen)).order_by("pk").values_list("pk"))
        people = list(people_to_see(establishment_id).filter(pk__in=list(seen)))
        checks = [_seen_now(actor, one, seen[one.pk], establishment_id) for one in people]
        insert_all(checks)
        record_set(actor, CHECKED, [_entry(one, establishment_id) for one in checks])
    return SeenTogether(people, len(seen) - len(people))


def _seen_now(actor: Actor, person: Person, document_kind: str, establishment_id: UUID) -> IdentityCheck:
    check = new_check(actor, Sighting(CheckMethod.FACE_TO_FACE, document_kind), establishment_id)
    check.person = person
    return check


def _entry(check: IdentityCheck, establishment_id: UUID) -> Entry:
    said = {"object": check.person.display_name, "how": check.how, "level": check.get_level_display()}
    return Entry("person", check.person_id, said, establishment_id)


def ask_change(
    *,
    actor: Actor,
    person: Person,
    traits: PersonTraits,
    sighting: Sighting | None,
    establishment_id: UUID | None = None,
) -> TraitChange | None:
    """Keeps the change of civil traits until a second person confirms it; the other traits are written at once.

    None when no civil trait changes, or when the identity is not verified: all is written then. `sighting`: None of who may
    not attest a check. Refuses (DomainError, with the field) wrong traits, a change that nobody attests, a check that is not
    told whole or is of low level, and a second change while one waits.
    """
    kept = check_traits(traits)
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        if holding_check(locked) is None:
            update_traits(actor=actor, person=locked, traits=kept)
            return None
        known = PersonTraits.of(locked)
        civil = {one: getattr(kept, one) for one in CIVIL_TRAITS if getattr(kept, one) != getattr(known, one)}
        update_traits(
            actor=actor, person=locked, traits=replace(kept, **{one: getattr(known, one) for one in civil})
        )
        if not civil:
            return None
        if sighting is None:
            raise DomainError("Attests nothing", NO_ATTESTING)
        return _kept_for_later(actor, locked, civil, sighting, establishment_id)


def _kept_for_later(
    actor: Actor, person: Person, civil: dict[str, Any], sighting: Sighting, establishment_id: UUID | None
) -> TraitChange:
    check = new_check(actor, sighting, establishment_id)
    check_is_equal_strength(check)
    known = PersonTraits.of(person)
    before = {name: getattr(known, name) for name in civil}
    change = TraitChange(
        person=person,
        establishment_id=establishment_id,
        before=_as_kept(before),
        after=_as_kept(civil),
        method=check.method,
        document_kind=check.document_kind,
        remote_means=check.remote_means,
        asked_at=check.checked_at,
        asked_by=check.checked_by,
        asked_by_name=check.checked_by_name,
    )
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        french = "Un changement d'identité attend déjà pour cette personne : il est à régler d'abord, sur sa fiche."
        raise DomainError("One waits already", french) from error
    record(
        actor,
        ASKED,
        object_kind="person",
        object_id=person.pk,
        establishment_id=establishment_id,
        before=before,
        after=civil,
        object=person.display_name,
        changes=changes_sentence(before, civil),
        how=check.how,
    )
    return change


def _as_kept(traits: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in traits.items()}


def confirm_change(*, actor: Actor, change: TraitChange) -> Person:
    """Writes the traits with the check of who asked, which becomes the person's.

    Refuses (DomainError) the one who asked, a change that is settled (of two people at once, one wins), a record merged or
    changed since the request, and what `rules.trait_problems` lists.
    """
    check_second_person(change, actor)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=change.person_id)
        _settle(actor, change, ChangeState.CONFIRMED)
        check_still_as_asked(change, person)
        known = PersonTraits.of(person).as_values() | change.after
        traits = PersonTraits(**known | {"first_names": tuple(known["first_names"])})
        return change_verified_traits(actor=actor, person=person, traits=traits, check=_check_of(change))


def _check_of(change: TraitChange) -> IdentityCheck:
    return IdentityCheck(
        method=change.method,
        document_kind=change.document_kind,
        remote_means=change.remote_means,
        level=check_level(change.method, change.document_kind, change.remote_means),
        checked_at=change.asked_at,
        checked_by=change.asked_by,
        checked_by_name=change.asked_by_name,
        establishment_id=change.establishment_id,
    )


def refuse_change(*, actor: Actor, change: TraitChange, reason: str) -> None:
    """Leaves the identity as it is. Refuses (DomainError) the one who asked, a settled change, and an empty reason."""
    written = check_reason(reason)
    check_second_person(change, actor)
    with transaction.atomic():
        _settle(actor, change, ChangeState.REFUSED, reason=written)
        _say(actor, REFUSED, change, asker=change.asked_by_name, reason=written)


def withdraw_change(*, actor: Actor, change: TraitChange) -> None:
    """By who asked. Refuses (DomainError) anybody else, and a settled change."""
    check_asker(change, actor)
    with transaction.atomic():
        _settle(actor, change, ChangeState.WITHDRAWN)
        _say(actor, WITHDRAWN, change)


def _settle(actor: Actor, change: TraitChange, state: ChangeState, **values: str) -> None:
    who = {"decided_by": who_attests(actor), "decided_by_name": actor.actor_name, "decided_at": now()}
    CHANGE_TRANSITIONS.move_one(change, state, SETTLED, **who, **values)


def _say(actor: Actor, act: Act, change: TraitChange, **said: str) -> None:
    record(
        actor,
        act,
        object_kind="person",
        object_id=change.person_id,
        establishment_id=change.establishment_id,
        object=change.person.display_name,
        **said,
    )


def set_validity(*, actor: Actor, months: int) -> None:
    """How long a check holds in the group, from now on and for the past ones too. Refuses (DomainError) 5 or 121 months."""
    asked, before = check_months(months), months_of_validity()
    if asked == before:
        return
    Validity.objects.update_or_create(defaults={"months": asked})
    record(
        actor,
        VALIDITY_SET,
        object_kind="group",
        object_id=None,
        before={"months": before},
        after={"months": asked},
        months=asked,
    )


def record_export(*, actor: Actor, establishment_id: UUID | None, count: int, what: str) -> None:
    """Leaves the line of an exported list: how many rows, and which list with which filters, in French."""
    record(
        actor,
        EXPORTED,
        object_kind="identities_list",
        object_id=establishment_id,
        establishment_id=establishment_id,
        count=count,
        what=what,
    )
