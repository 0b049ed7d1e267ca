"""Proposals and decisions on many links at once, in a few statements; the rules and the lines of operations.py."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.national_directory.decisions import (
    decided_by,
    forget_other_proposals,
    note_differences,
    what_is_seen,
)
from identities.national_directory.entries import directory_entries
from identities.national_directory.matching import FoundPair, agreeing_pairs, pairs_to_propose
from identities.national_directory.models import DirectoryLink, LinkSource
from identities.national_directory.operations import LINKED, REFUSED
from identities.national_directory.queries import main_file_date
from identities.national_directory.states import LINK_TRANSITIONS, LinkState
from identities.people.models import IdentifierKind, Person, PersonIdentifier
from identities.people.queries import holders_by_value
from identities.people.set_operations import NewIdentifier, identify_people
from portal.foundation.errors import DomainError
from portal.foundation.set_writes import update_by_id
from portal.foundation.tenancy import current_tenant
from portal.journal.operations import Act, Actor, Entry, Machine, record, record_set

MATCHED = Act(
    "directory_matched",
    "{actor} a rapproché le groupe de l'Annuaire Santé : {linked} liens automatiques, {proposed} propositions nouvelles,"
    " {withdrawn} propositions retirées.",
)
MATCHING = Machine("Le rapprochement automatique")
_WITHDRAWN = (LinkSource.NUMBER, LinkSource.NAME_JOB_SITE, LinkSource.SIGN_IN)
_QUICKER = "Un de ces liens vient d'être décidé ailleurs. Rechargez la page, puis recommencez."


@dataclass(frozen=True)
class Matched:
    """What one matching of a group wrote."""

    linked: int
    proposed: int
    withdrawn: int


@dataclass(frozen=True)
class Decided:
    """How many were decided, and why the others were left, in French."""

    done: int
    left: tuple[str, ...] = ()


def propose_links(*, actor: Actor) -> Matched:
    """Compares the whole group with the loaded tables: certain pairs are linked, the others wait for a person.

    Proposals that no longer hold are withdrawn; what was refused never comes back; a second run writes nothing. Refuses
    (DomainError) a door limited to some establishments: a number may be that of somebody it does not see.
    """
    if current_tenant().establishment_ids is not None:
        french = "Le rapprochement avec l'Annuaire Santé se fait pour le groupe entier."
        raise DomainError("A site's door sees too little", french)
    found = pairs_to_propose()
    withdrawn = _withdraw(found)
    written = _write(found)
    linked = [one for one in written if one.state == LinkState.LINKED]
    note_differences(linked)
    people = Person.objects.in_bulk([one.person_id for one in linked])
    source = f"{LinkSource.AUTOMATIC.label}, numéro et nom de la fiche"
    record_set(MATCHING, LINKED, [_line(one, people[one.person_id], source=source) for one in linked])
    done = Matched(len(linked), len(written) - len(linked), withdrawn)
    if any(vars(done).values()) or actor.actor_id is not None:
        record(actor, MATCHED, object_kind="directory_list", object_id=None, **vars(done))
    return done


def _withdraw(found: Iterable[FoundPair]) -> int:
    """Proposals that the tables no longer say, or say otherwise."""
    held = {(one.person_id, one.number): one for one in found if not one.is_certain}
    gone = []
    for one in DirectoryLink.objects.filter(state=LinkState.PROPOSED, source__in=_WITHDRAWN):
        pair = held.get((one.person_id, one.rpps))
        if pair is None or (pair.source, list(pair.reasons)) != (one.source, one.reasons):
            gone.append(one.pk)
    deleted, _ = DirectoryLink.objects.filter(pk__in=gone, state=LinkState.PROPOSED).delete()
    return deleted


def _write(found: Sequence[FoundPair]) -> list[DirectoryLink]:
    """What is new among these; a pair that somebody decided of meanwhile is left to them."""
    certain = {one.number for one in found if one.is_certain}
    entries, file_date, decision = directory_entries(certain), main_file_date(), decided_by(MATCHING)
    rows = []
    for one in found:
        row = DirectoryLink(person_id=one.person_id, rpps=one.number, reasons=list(one.reasons))
        row.state, row.source = LinkState.PROPOSED, one.source
        if one.is_certain:
            row.state, row.source = LinkState.LINKED, LinkSource.AUTOMATIC
            row.seen = what_is_seen(entries[one.number], file_date)
            for name, value in decision.items():
                setattr(row, name, value)
        rows.append(row)
    DirectoryLink.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    written = DirectoryLink.objects.in_bulk([one.pk for one in rows])
    return [one for one in rows if one.pk in written]


def confirm_links(*, actor: Actor, link_ids: Iterable[UUID]) -> Decided:
    """Links each of these proposals that still holds, with its number on the record. Those decided already are skipped.

    Left aside, each with its reason: two numbers for one person, a name that no longer agrees, a number that somebody else
    holds, another number on the record. Refuses (DomainError) when somebody was quicker: nothing is written then.
    """
    rows = _waiting(link_ids)
    people = Person.objects.in_bulk([one.person_id for one in rows])
    holders = holders_by_value(IdentifierKind.RPPS, [one.rpps for one in rows])
    reasons = _why_not(rows, holders)
    chosen = [one for one in rows if one.pk not in reasons]
    missing = [one for one in chosen if one.rpps not in holders]
    numbers = [NewIdentifier(one.person_id, IdentifierKind.RPPS, one.rpps) for one in missing]
    _keep_what_is_seen(chosen)
    try:
        with transaction.atomic():
            done = _move(chosen, LinkState.LINKED, **decided_by(actor))
            identify_people(actor=actor, identifiers=numbers, people=people)
    except IntegrityError as error:
        raise DomainError("Another was quicker", _QUICKER) from error
    note_differences(chosen)
    forget_other_proposals(chosen)
    lines = [_line(one, people[one.person_id], source=LinkSource(one.source).label) for one in chosen]
    record_set(actor, LINKED, lines)
    left = [one for one in rows if one.pk in reasons]
    return Decided(done, tuple(f"{people[one.person_id]} ({one.rpps}) : {reasons[one.pk]}" for one in left))


def _keep_what_is_seen(rows: Sequence[DirectoryLink]) -> None:
    entries, file_date = directory_entries([one.rpps for one in rows]), main_file_date()
    for one in rows:
        one.seen = what_is_seen(entries[one.rpps], file_date)
    update_by_id(rows, ["seen"])


def refuse_links(*, actor: Actor, link_ids: Iterable[UUID], reason: str) -> Decided:
    """None of these proposals is right: never proposed again. Refuses (DomainError) a decision without a reason."""
    said = reason.strip()[:300]
    if not said:
        french = "Dites pourquoi ces numéros ne sont pas ceux de ces personnes."
        raise DomainError("No reason", french, "reason")
    rows = _waiting(link_ids)
    people = Person.objects.in_bulk([one.person_id for one in rows])
    done = _move(rows, LinkState.REFUSED, **decided_by(actor), reason=said)
    record_set(actor, REFUSED, [_line(one, people[one.person_id], reason=said) for one in rows])
    return Decided(done)


def _waiting(link_ids: Iterable[UUID]) -> list[DirectoryLink]:
    """Locked in one order, so that two people who decide of the same page do not wait for each other."""
    rows = DirectoryLink.objects.filter(pk__in=list(link_ids), state=LinkState.PROPOSED)
    return list(rows.select_for_update().order_by("pk"))


def _why_not(rows: Sequence[DirectoryLink], holders: dict[str, UUID]) -> dict[UUID, str]:
    pairs = {(one.person_id, one.rpps) for one in rows}
    agreeing, others = agreeing_pairs(pairs), _with_another_number(pairs)
    people, numbers = Counter(one.person_id for one in rows), Counter(one.rpps for one in rows)
    found = {}
    for one in rows:
        if people[one.person_id] > 1:
            found[one.pk] = "plusieurs numéros sont proposés pour cette personne, choisissez-en un."
        elif numbers[one.rpps] > 1:
            found[one.pk] = "ce numéro est proposé pour plusieurs personnes, choisissez-en une."
        elif (one.person_id, one.rpps) not in agreeing:
            found[one.pk] = "le nom ne concorde plus avec celui de l'Annuaire Santé."
        elif holders.get(one.rpps, one.person_id) != one.person_id:
            found[one.pk] = "ce numéro est déjà porté par une autre personne du groupe."
        elif one.person_id in others:
            found[one.pk] = "la fiche porte un autre numéro RPPS, décidez depuis la fiche."
    return found


def _with_another_number(pairs: set[tuple[UUID, str]]) -> set[UUID]:
    """Of these people, those whose record holds an RPPS number that is not the one proposed."""
    people = [person for person, _ in pairs]
    held = PersonIdentifier.objects.filter(kind=IdentifierKind.RPPS, valid_to=None, person__in=people)
    return {
        person for person, value in held.values_list("person_id", "value") if (person, value) not in pairs
    }


def _move(rows: Sequence[DirectoryLink], state: LinkState, **values: object) -> int:
    return LINK_TRANSITIONS.move(
        DirectoryLink.objects.filter(pk__in=[one.pk for one in rows]), state, **values
    )


def _line(link: DirectoryLink, person: Person, **said: str) -> Entry:
    return Entry("person", person.pk, {"object": person.display_name, "rpps": link.rpps, **said})
