"""Writes on people. Each leaves a line in the journal, inside the door of whoever acts."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.people.check_rules import (
    check_is_equal_strength,
    check_trait_change,
)
from identities.people.models import (
    DocumentKind,
    HomonymDecision,
    IdentityCheck,
    Person,
    PersonIdentifier,
)
from identities.people.queries import holder_of
from identities.people.rules import check_identifier, check_traits
from identities.people.sentences import changes_sentence
from identities.people.sightings import new_check, who_attests
from identities.people.traits import CIVIL_TRAITS, PersonTraits, Sighting
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import group_wide
from portal.journal.operations import Act, Actor, record

REGISTERED = Act("person_registered", "{actor} a enregistré {object}.")
UPDATED = Act("person_updated", "{actor} a modifié {object} : {changes}.")
CHECKED = Act("identity_checked", "{actor} a contrôlé l'identité de {object} : {how}, niveau {level}.")
BORNE_OUT = Act(
    "identity_borne_out",
    "{actor} a confirmé le contrôle de l'identité de {object} fait par {witness} : {how}, niveau {level}.",
)
KEPT_APART = Act(
    "homonyms_kept_apart", "{actor} a distingué {object} et {other} comme deux personnes : {reason}"
)
PROVED = Act("contact_proved", "{actor} : {contact} de {object} vérifié par {how}.")
IDENTIFIED = Act("identifier_added", "{actor} a ajouté à {object} : {identifier}.")
SENT_AGAIN = timedelta(minutes=1)  # the same check by the same person within it is a second click


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

    A contact that changes is no longer verified; a civil trait dates `Person.identity_changed_at`. Refuses (DomainError,
    with the field) what `rules.trait_problems` lists, and (VerifiedIdentityError) a civil trait of a verified identity.
    """
    kept = check_traits(traits)
    check_trait_change(person, kept)
    return _write_traits(actor, person, kept, now())


def change_verified_traits(
    *, actor: Actor, person: Person, traits: PersonTraits, check: IdentityCheck
) -> Person:
    """Replaces the traits together with the check that bears them out, not saved yet: the identity is verified after it.

    The second person of `identities.identity_checks` is `actor`. Refuses (DomainError) what `rules.trait_problems` lists,
    and a check of low level.
    """
    kept = check_traits(traits)
    check_is_equal_strength(check)
    check.person = person
    check.save(force_insert=True)
    changed = _write_traits(actor, person, kept, check.checked_at)
    _say_checked(actor, BORNE_OUT, person, check)
    return changed


def prove_contact(*, actor: Actor, person: Person, contact: str, value: str, how: str) -> bool:
    """Dates the proof that somebody is reached at that `contact` (email, phone), `how` being its French words.

    RIE v2 EXI RIE-PS 07 (draft): verified by a code or a link. False, and nothing is written, when the record has had
    another value since.
    """
    moment = now()
    rows = Person.objects.filter(pk=person.pk, **{contact: value})
    if not rows.update(**{f"{contact}_verified_at": moment}):
        return False
    setattr(person, f"{contact}_verified_at", moment)
    _say(actor, PROVED, person, contact={"email": "courriel", "phone": "mobile"}[contact], how=how)
    return True


def _write_traits(actor: Actor, person: Person, kept: PersonTraits, changed_at: datetime) -> Person:
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
        values["identity_changed_at"] = changed_at
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
    *,
    actor: Actor,
    person: Person,
    method: str,
    document_kind: str = DocumentKind.NONE,
    remote_means: str = "",
    carried_from: str = "",
    checked_on: date | None = None,
    establishment_id: UUID | None = None,
) -> IdentityCheck:
    """Who saw which kind of document, now; the level is computed (`rules.check_level`). No number and no copy is kept.

    An earlier check that is carried over keeps its own date. Sent twice in a minute, it is one. Refuses (DomainError, with
    the field) what `rules.check_sighting` lists, and a program's act.
    """
    sighting = Sighting(method, document_kind, remote_means, carried_from, checked_on)
    check = new_check(actor, sighting, establishment_id)
    with transaction.atomic():
        check.person = Person.objects.select_for_update().get(pk=person.pk)
        if first := _sent_before(check):
            return first
        check.save(force_insert=True)
        _say_checked(actor, CHECKED, person, check)
    return check


def _sent_before(check: IdentityCheck) -> IdentityCheck | None:
    """The same check just recorded, when it still verifies the identity as it is."""
    told = (
        "person",
        "checked_by",
        "method",
        "document_kind",
        "remote_means",
        "carried_from",
        "establishment_id",
    )
    same = IdentityCheck.objects.filter(**{name: getattr(check, name) for name in told})
    same = same.filter(checked_at__gt=check.checked_at - SENT_AGAIN, checked_at__lte=check.checked_at)
    changed_at = check.person.identity_changed_at
    return same.filter(checked_at__gte=changed_at).first() if changed_at else same.first()


def _say_checked(actor: Actor, act: Act, person: Person, check: IdentityCheck) -> None:
    _say(
        actor,
        act,
        person,
        establishment_id=check.establishment_id,
        how=check.how,
        level=check.get_level_display(),
        witness=check.checked_by_name,
    )


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
                "decided_by": who_attests(actor),
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
