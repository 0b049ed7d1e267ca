"""A record made from the national directory, when the RPPS number is found before the person is known here."""

from dataclasses import dataclass

from django.db import transaction

from identities.national_directory.entries import Entry, directory_entry
from identities.national_directory.models import LinkSource
from identities.national_directory.operations import link_person
from identities.people.models import IdentifierKind, Person
from identities.people.operations import register_person
from identities.people.queries import Candidate, find_person, holder_of, probable_doubles
from identities.people.rules import check_identifier
from identities.people.traits import PersonTraits
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key
from portal.journal.operations import Actor


@dataclass(frozen=True)
class Found:
    """An entry of the directory before a record is made of it: who holds its number already, and who looks like it."""

    entry: Entry
    holder: Person | None
    doubles: tuple[Candidate, ...]


def found_by_number(rpps: str) -> Found:
    """The entry of that number. Refuses (DomainError, field `rpps`) a wrong shape, and a number that is not loaded."""
    entry = _entry(rpps)
    held = holder_of(IdentifierKind.RPPS, entry.number)
    if held is not None:
        return Found(entry, find_person(held.person_id), ())
    return Found(entry, None, tuple(probable_doubles(traits_of(entry))))


def traits_of(entry: Entry, birth_name: str = "") -> PersonTraits:
    """What the directory tells of somebody: a name and one first name of exercise, kept as they are.

    Without a birth name the exercise name stands for it, until the identity is checked; the rest of the civil identity is
    not in the open files.
    """
    given = birth_name.strip() or entry.name
    usage = entry.name if search_key(given) != search_key(entry.name) else ""
    return PersonTraits(given, (entry.first_name,) if entry.first_name else (), usage_name=usage)


def derive_person(*, actor: Actor, rpps: str, birth_name: str = "") -> Person:
    """A new record with the exercise names, the number and the link; what is still to be checked is told on its page.

    Whoever calls has shown the probable doubles. Refuses (DomainError) a number that is not loaded or that somebody of the
    group holds, and a name that no civil register holds: nothing is written then.
    """
    entry = _entry(rpps)
    if holder_of(IdentifierKind.RPPS, entry.number) is not None:
        french = f"Le numéro RPPS {entry.number} est déjà porté par une personne du groupe : ouvrez sa fiche."
        raise DomainError("Held already", french, "rpps")
    with transaction.atomic():
        person = register_person(actor=actor, traits=traits_of(entry, birth_name))
        link_person(actor=actor, person=person, rpps=entry.number, source=LinkSource.DERIVED)
    return person


def _entry(rpps: str) -> Entry:
    try:
        number = check_identifier(IdentifierKind.RPPS, rpps)
    except DomainError as error:
        raise DomainError(str(error), error.french, "rpps") from error
    entry = directory_entry(number)
    if entry is None:
        french = (
            f"Le numéro RPPS {number} n'est pas dans l'Annuaire Santé tel qu'il est chargé. Vérifiez chaque chiffre ;"
            " s'il vient d'être attribué, réessayez au prochain chargement, ou créez la fiche par une arrivée."
        )
        raise DomainError(f"{number} is not loaded", french, "rpps")
    return entry
