"""Decisions on who is who in the national directory. Each leaves a line in the journal, inside the door of whoever acts."""

from typing import Any

from django.db import IntegrityError, transaction

from identities.national_directory.certification import CIVIL_STATUSES, certification_of
from identities.national_directory.decisions import (
    decided_by,
    forget_other_proposals,
    note_differences,
    what_is_seen,
)
from identities.national_directory.entries import Entry as DirectoryEntry
from identities.national_directory.entries import directory_entry
from identities.national_directory.matching import names_agree
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.states import LINK_TRANSITIONS, LinkState
from identities.people.models import IdentifierKind, Person
from identities.people.operations import add_identifier
from identities.people.rules import check_identifier
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, record

LINKED = Act(
    "directory_linked", "{actor} a relié {object} au numéro RPPS {rpps} de l'Annuaire Santé ({source})."
)
REFUSED = Act(
    "directory_link_refused",
    "{actor} a écarté le numéro RPPS {rpps} de l'Annuaire Santé pour {object} : {reason}",
)
STATUS_TOLD = Act(
    "directory_civil_status_told", "{actor} a noté l'état civil de {object} au RPPS {rpps} : {status}."
)
EXPORTED = Act("directory_links_exported", "{actor} a exporté {count} lignes de l'Annuaire Santé ({what}).")
_QUICKER = "Quelqu'un vient de décider de ce lien. Rechargez la page."


def link_person(*, actor: Actor, person: Person, rpps: str, source: str = LinkSource.TYPED) -> DirectoryLink:
    """The person is that number of the loaded directory, from now on; the record then holds the number too.

    The same link again changes nothing. Refuses (DomainError, field `rpps`) a wrong shape, a number that the loaded files
    do not know, one whose name does not agree, one that another record holds, and a person or a number linked otherwise.
    """
    number = check_identifier(IdentifierKind.RPPS, rpps)
    known = DirectoryLink.objects.filter(person=person, rpps=number).first()
    if known is not None and known.state == LinkState.LINKED:
        return known
    entry = _checked_entry(person, number)
    with transaction.atomic():  # a number that somebody else holds leaves no link
        link = _decided(
            actor, person, number, LinkState.LINKED, source=source, reason="", seen=what_is_seen(entry)
        )
        note_differences([link])
        forget_other_proposals([link])
        add_identifier(actor=actor, person=person, kind=IdentifierKind.RPPS, value=number)
    _say(actor, LINKED, person, number, source=LinkSource(source).label)
    return link


def refuse_link(*, actor: Actor, person: Person, rpps: str, reason: str) -> DirectoryLink:
    """That number is not the person's: it is never proposed again, and a link with it ends. The record's identifiers stay.

    Refuses (DomainError) a wrong shape, and a decision without a reason.
    """
    number = check_identifier(IdentifierKind.RPPS, rpps)
    if not reason.strip():
        raise DomainError("No reason", "Dites pourquoi ce numéro n'est pas celui de la personne.", "reason")
    said = reason.strip()[:300]
    link = _decided(actor, person, number, LinkState.REFUSED, source=LinkSource.TYPED, reason=said)
    _say(actor, REFUSED, person, number, reason=said)
    return link


def note_civil_status(*, actor: Actor, person: Person, code: str) -> DirectoryLink:
    """What restricted data or API PSI say of the civil identity behind the person's number: a code of TRE_R31.

    Refuses (DomainError) a code out of that list, and a person without a link.
    """
    if code not in CIVIL_STATUSES:
        raise DomainError(
            f"{code} is not of TRE_R31", "Ce statut d'état civil n'est pas dans la liste TRE_R31."
        )
    link = DirectoryLink.objects.filter(person=person, state=LinkState.LINKED).first()
    if link is None:
        raise DomainError("No link", "Reliez d'abord cette personne à son numéro RPPS.")
    if link.civil_status != code:
        link.civil_status = code
        link.save(update_fields=["civil_status"])
        _say(actor, STATUS_TOLD, person, link.rpps, status=certification_of(code).label)
    return link


def record_links_export(*, actor: Actor, count: int, what: str) -> None:
    """Leaves the line of an exported list: how many rows, and which list with which filters, in French."""
    record(actor, EXPORTED, object_kind="directory_list", object_id=None, count=count, what=what)


def _checked_entry(person: Person, number: str) -> DirectoryEntry:
    entry = directory_entry(number)
    if entry is None:
        raise DomainError(
            f"{number} is unknown",
            f"Le numéro RPPS {number} n'est pas dans l'Annuaire Santé tel qu'il est chargé. Vérifiez chaque chiffre ;"
            " s'il vient d'être attribué, réessayez au prochain chargement.",
            "rpps",
        )
    if not names_agree(person, number):
        raise DomainError(
            f"{number} has another name",
            f"Le numéro RPPS {number} est celui de {entry.display_name} : ce nom ne concorde pas avec la fiche."
            " Vérifiez le numéro, ou corrigez d'abord l'identité.",
            "rpps",
        )
    return entry


def _decided(
    actor: Actor, person: Person, number: str, state: LinkState, *, source: str, **kept: Any
) -> DirectoryLink:
    """The row of that pair, in that state. Refuses (DomainError) a second link of the person or of the number."""
    values = decided_by(actor) | {"source": source, "differences": [], **kept}
    known = DirectoryLink.objects.filter(person=person, rpps=number).first()
    if known is not None and known.state == state:
        return known
    try:
        with transaction.atomic():
            if known is None:
                return DirectoryLink.objects.create(person=person, rpps=number, state=state, **values)
            LINK_TRANSITIONS.move_one(known, state, _QUICKER, **values)
            return known
    except IntegrityError as error:
        raise DomainError(
            f"{number} or its person is linked already",
            f"La personne est déjà reliée à un autre numéro, ou le numéro {number} à une autre personne du groupe."
            " Écartez d'abord ce lien.",
            "rpps",
        ) from error


def _say(actor: Actor, act: Act, person: Person, number: str, **said: Any) -> None:
    record(
        actor, act, object_kind="person", object_id=person.pk, object=person.display_name, rpps=number, **said
    )  # fmt: skip
