"""What the professional does behind the link: opens it, confirms traits, proves contacts, leaves, says that it is done."""

from typing import Any

from django.db import transaction
from django.db.models import F

from identities.people.check_rules import holding_check
from identities.people.models import Person
from identities.people.operations import prove_contact, update_traits
from identities.people.rules import check_traits
from identities.people.sentences import trait_label
from identities.people.traits import CIVIL_TRAITS, PersonTraits
from identities.registrations.operations import check_again
from identities.self_registrations.codes import given_now
from identities.self_registrations.links import Secret, new_secret
from identities.self_registrations.models import Contact, ContactCode, PersonalLink, SelfRegistration
from identities.self_registrations.queries import code_of
from identities.self_registrations.records import about
from identities.self_registrations.remarks import sealed
from identities.self_registrations.rules import (
    CODE_MAIL,
    check_code,
    check_may_give_code,
    is_right,
    link_refusal,
    proves_by_itself,
)
from identities.self_registrations.states import PATH_TRANSITIONS, PathState
from portal.dispatch.mail import post_mail
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

OPENED = Act("self_registration_opened", "{actor} a ouvert le lien d'auto-enregistrement de {object}.")
CONFIRMED_TRAITS = Act("self_registration_traits", "{actor} a confirmé l'état civil de {object}.")
REMARKED = Act(
    "self_registration_remarked",
    "{actor} écrit autrement l'identité vérifiée de {object} : {traits}. Rien n'est changé sans une seconde personne.",
)
CODE_ASKED = Act("self_registration_code_asked", "{actor} a demandé un code pour vérifier son courriel.")
FILLED = Act("self_registration_filled", "{actor} a rempli la fiche d'auto-enregistrement de {object}.")
LEFT = Act("self_registration_left", "{actor} est parti s'enregistrer au service national.")


def open_link(*, actor: Actor, link: PersonalLink) -> Secret:
    """Uses the link up: from now on only this device goes on, by the secret returned for its cookie.

    Refuses (DomainError) a link opened before (of two devices at once, one wins), replaced or older than 7 days.
    """
    moment = now()
    refusal = link_refusal(link, moment)
    secret = new_secret(link.group_id)
    with transaction.atomic():
        rows = PersonalLink.objects.filter(pk=link.pk, opened_at=None, revoked_at=None, expires_at__gt=moment)
        if refusal or not rows.update(opened_at=moment, device_hash=secret.hash):
            link.opened_at = link.opened_at or moment
            raise DomainError("Opened already", refusal or link_refusal(link, moment))
        path = link.registration
        PATH_TRANSITIONS.move(SelfRegistration.objects.filter(pk=path.pk), PathState.OPENED)
        record(actor, OPENED, **about(path))
        if proves_by_itself(link, path.person):
            prove_contact(
                actor=actor,
                person=path.person,
                contact=Contact.PHONE,
                value=link.sent_to,
                how="le lien envoyé par SMS",
            )
    return secret


def confirm_traits(*, actor: Actor, path: SelfRegistration, traits: PersonTraits) -> dict[str, Any]:
    """Writes what the person corrected, contacts aside; of a verified identity, civil traits stay and are remarked.

    Says what was only remarked. Refuses (DomainError, with the field) what `rules.trait_problems` of people lists.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=path.person_id)
        known = PersonTraits.of(person)
        typed = check_traits(traits)
        contacts = {one: getattr(known, one) for one in ("phone", "has_no_phone", "email")}
        kept = PersonTraits(**vars(typed) | contacts)
        remarks = _remarks(person, known, kept)
        kept = PersonTraits(**vars(kept) | {one: getattr(known, one) for one in remarks})
        update_traits(actor=actor, person=person, traits=kept)
        path.sealed_remarks = sealed(remarks)
        path.traits_at = now()
        path.save(update_fields=["sealed_remarks", "traits_at"])
        path.person = person
        check_again(actor=actor, request_id=path.request_id)
        record(actor, CONFIRMED_TRAITS, **about(path))
        if remarks:
            record(actor, REMARKED, **about(path), traits=", ".join(trait_label(one) for one in remarks))
    return remarks


def _remarks(person: Person, known: PersonTraits, typed: PersonTraits) -> dict[str, Any]:
    if holding_check(person) is None:
        return {}
    return {one: getattr(typed, one) for one in CIVIL_TRAITS if getattr(typed, one) != getattr(known, one)}


def give_contacts(*, actor: Actor, path: SelfRegistration, email: str, phone: str) -> None:
    """Writes both on the record; one that changes is to be proved again. Refuses (DomainError) wrong shapes."""
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=path.person_id)
        known = PersonTraits.of(person)
        given = {"email": email, "phone": phone, "has_no_phone": known.has_no_phone and not phone}
        update_traits(actor=actor, person=person, traits=PersonTraits(**vars(known) | given))
        path.person = person
        check_again(actor=actor, request_id=path.request_id)


def ask_email_code(*, actor: Actor, path: SelfRegistration) -> None:
    """Posts a code to the e-mail of the record; its digits are drawn when the mail leaves.

    Refuses (DomainError) a record without e-mail, a second code within a minute, and an eleventh.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=path.person_id)
        if not person.email:
            raise DomainError("No e-mail", "Donnez d'abord votre courriel.", "email")
        found = code_of(path, Contact.EMAIL)
        check_may_give_code(found, person.email, now())
        code = given_now(path, Contact.EMAIL, person.email, found)
        post_mail(template=CODE_MAIL, context={"code_id": str(code.pk)})
        record(actor, CODE_ASKED, **about(path))


def prove_by_code(*, actor: Actor, path: SelfRegistration, contact: Contact, digits: str) -> bool:
    """Whether those are the six digits given: the contact is then proved. Each wrong try counts, and is kept.

    Refuses (DomainError) when no code may be tried: none, too old, another contact since, five tries.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=path.person_id)
        code = check_code(code_of(path, contact), getattr(person, contact), now())
        if not is_right(code, digits):
            ContactCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
            return False
        ContactCode.objects.filter(pk=code.pk).update(code_hash="", proved_at=now())
        path.person = person
        return prove_contact(
            actor=actor, person=person, contact=contact, value=code.value, how="un code à six chiffres"
        )


def finish_form(*, actor: Actor, path: SelfRegistration) -> None:
    """Traits confirmed and e-mail proved: the next page is the national service's. Refuses (DomainError) before that."""
    if path.traits_at is None:
        raise DomainError("Traits first", "Confirmez d'abord votre état civil.")
    if path.person.email_verified_at is None:
        french = "Vérifiez d'abord votre courriel : demandez un code, puis saisissez-le."
        raise DomainError("E-mail not proved", french, "email_code")
    with transaction.atomic():
        rows = SelfRegistration.objects.filter(pk=path.pk)
        if PATH_TRANSITIONS.move(rows, PathState.FILLED, filled_at=now()):
            record(actor, FILLED, **about(path))


def leave_for_national(*, actor: Actor, path: SelfRegistration) -> None:
    """The person leaves for the national service; the second click changes nothing."""
    with transaction.atomic():
        rows = SelfRegistration.objects.filter(pk=path.pk)
        if PATH_TRANSITIONS.move(rows, PathState.SENT, sent_at=now()):
            record(actor, LEFT, **about(path))
