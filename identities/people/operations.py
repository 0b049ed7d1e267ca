"""Writes on people. Each leaves a line in the journal, inside the door of whoever acts."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.people.models import HomonymDecision, IdentityCheck, Person, PersonIdentifier
from identities.people.queries import holder_of
from identities.people.rules import check_identifier, check_identity_check, check_level, check_traits
from identities.people.sentences import changes_sentence
from identities.people.traits import CIVIL_TRAITS, PersonTraits
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import group_wide
from portal.journal.operations import Act, Actor, record

REGISTERED = Act("person_registered", "{actor} a enregistré {object}.")
UPDATED = Act("person_updated", "{actor} a modifié {object} : {changes}.")
CHECKED = Act(
    "identity_checked", "{actor} a contrôlé l'identité de {object} : {method}{document}, niveau {level}."
)
KEPT_APART = Act(
    "homonyms_kept_apart", "{actor} a distingué {object} et {other} comme deux personnes : {reason}"
)
IDENTIFIED = Act("identifier_added", "{actor} a ajouté à {object} : {identifier}.")


def register_person(*, actor: Actor, traits: PersonTraits, establishment_id: UUID | None = None) -> Person:
    """A new record in the group, seen by a site only once an affectation exists there.

    Doubles are shown before, by `probable_doubles`; this does not look for them. Refuses (DomainError, with the field)
    what `rules.trait_problems` lists.
    """
    kept = check_traits(traits)
    with group_wide("une nouvelle personne n'est encore vue d'aucun site"):
        person = Person.objects.create(**kept.as_values(), created_by=actor.actor_id)
    _say(actor, REGISTERED, person, establishment_id=establishment_id, after=kept.as_values())
    return person


def update_traits(*, actor: Actor, person: Person, traits: PersonTraits) -> Person:
    """Replaces the traits and journals each change, before → after; nothing is written when nothing changed.

    A civil trait that changes after an identity check leaves the check to be done again (`Person.identity_changed_at`);
    a contact that changes is no longer verified. Refuses (DomainError, with the field) what `rules.trait_problems` lists.
    """
    kept = check_traits(traits)
    known = PersonTraits.of(person)
    changed = {name: value for name, value in vars(kept).items() if value != getattr(known, name)}
    if not changed:
        return person
    before = {name: getattr(known, name) for name in changed}
    values: dict[str, Any] = {name: kept.as_values()[name] for name in changed}
    for contact in ("phone", "email"):
        if contact in changed:
            values[f"{contact}_verified_at"] = None
    if any(name in CIVIL_TRAITS for name in changed):
        values["identity_changed_at"] = now()
    name_before = person.display_name
    for name, value in values.items():
        setattr(person, name, value)
    person.save(update_fields=list(values))
    _say(
        actor,
        UPDATED,
        person,
        object=name_before,
        before=before,
        after=changed,
        changes=changes_sentence(before, changed),
    )
    return person


def record_identity_check(
    *, actor: Actor, person: Person, method: str, document_kind: str, establishment_id: UUID | None = None
) -> IdentityCheck:
    """Who saw which kind of document, now; the level is computed (`rules.check_level`). No number and no copy is kept.

    Refuses (DomainError) what is outside the closed lists, a sighting without a document, and a program's act.
    """
    check_identity_check(method, document_kind)
    check = IdentityCheck.objects.create(
        person=person,
        method=method,
        document_kind=document_kind,
        level=check_level(method, document_kind),
        checked_at=now(),
        checked_by=_who(actor),
        checked_by_name=actor.actor_name,
        establishment_id=establishment_id,
    )
    document = f", {check.get_document_kind_display()}" if document_kind != "none" else ""
    _say(
        actor,
        CHECKED,
        person,
        establishment_id=establishment_id,
        method=check.get_method_display(),
        document=document,
        level=check.get_level_display(),
    )
    return check


def keep_apart(*, actor: Actor, person: Person, other: Person | UUID, reason: str) -> HomonymDecision:
    """Two records are two people, on purpose: never proposed as doubles again. `other` may be one that a site does not see.

    Refuses (DomainError) one record twice, an empty reason, and a program's act.
    """
    other_id = other if isinstance(other, UUID) else other.pk
    written = reason.strip()
    if person.pk == other_id:
        raise DomainError("A person cannot be their own homonym", "Choisissez deux personnes différentes.")
    if not written:
        raise DomainError("No reason", "Écrivez ce qui distingue ces deux personnes.", "reason")
    first, second = sorted((person.pk, other_id))
    with group_wide("une décision d'homonymie porte sur deux personnes du groupe"):
        decision, _ = HomonymDecision.objects.get_or_create(
            person_id=first,
            other_id=second,
            defaults={
                "reason": written[:300],
                "decided_by": _who(actor),
                "decided_by_name": actor.actor_name,
            },
        )
        other_name = Person.objects.get(pk=other_id).display_name
    _say(actor, KEPT_APART, person, other=other_name, reason=decision.reason)
    return decision


def add_identifier(
    *, actor: Actor, person: Person, kind: str, value: str, issuer: str = ""
) -> PersonIdentifier:
    """A typed identifier, held from now on. The same one twice on the same person changes nothing.

    Refuses (DomainError) a wrong shape, and an identifier that another person of the group holds.
    """
    kept, from_whom = check_identifier(kind, value), issuer.strip()
    held = _held_by(person, kind, kept, from_whom)
    if held is not None:
        return held
    identifier = PersonIdentifier(person=person, kind=kind, value=kept, issuer=from_whom)
    try:
        with transaction.atomic():
            identifier.save(force_insert=True)
    except IntegrityError:  # somebody was quicker
        held = _held_by(person, kind, kept, from_whom)
        if held is None:
            raise
        return held
    _say(actor, IDENTIFIED, person, identifier=str(identifier))
    return identifier


def _held_by(person: Person, kind: str, value: str, issuer: str) -> PersonIdentifier | None:
    """That identifier when the person holds it. Refuses (DomainError) one that another person holds."""
    holder = holder_of(kind, value, issuer)
    if holder is not None and holder.person_id != person.pk:
        raise DomainError(
            "Identifier held by another person",
            f"{holder.get_kind_display()} {value} est déjà porté par une autre personne du groupe."
            " Vérifiez le numéro ; s'il est juste, cherchez cette personne avant d'en créer une seconde.",
            "value",
        )
    return holder


def _who(actor: Actor) -> UUID:
    if actor.actor_id is None:
        raise DomainError("A program attests nothing", "Seule une personne peut attester cela, à son nom.")
    return actor.actor_id


def _say(actor: Actor, act: Act, person: Person, **said: Any) -> None:
    establishment_id = said.pop("establishment_id", None) or getattr(actor, "establishment_id", None)
    record(
        actor,
        act,
        object_kind="person",
        object_id=person.pk,
        establishment_id=establishment_id,
        **{"object": person.display_name, **said},
    )
