"""Writes of the portal's work: who may, the diploma, what is entered and typed back. The request's own rules apply."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.registrations.hand_operations import mark_sent, note_ecps, settle_numbered, settle_refused
from identities.registrations.models import RegistrationRequest
from identities.registrations.queries import find_request
from identities.rpps_plus.models import ENTITLED, ManagerKind, PortalEntry, RppsManager
from identities.rpps_plus.queries import managers_in_force
from identities.rpps_plus.rules import check_may_work_portal
from portal.foundation.clock import PARIS, now, today
from portal.foundation.errors import DomainError
from portal.journal.operations import Act, Actor, Entry, record, record_set

NAMED = Act("rpps_manager_named", "{actor} a inscrit {object} comme gestionnaire RPPS+ ({scope}).")
CHANGED = Act(
    "rpps_manager_changed", "{actor} a mis à jour les conditions {object} comme gestionnaire RPPS+."
)
ENDED = Act("rpps_manager_ended", "{actor} a mis fin au rôle de gestionnaire RPPS+ de {object}.")
DEGREE = Act("rpps_degree_checked", "{actor} a déclaré avoir vérifié le diplôme de {object}.")
EXPORTED = Act("rpps_work_exported", "{actor} a exporté {count} lignes du travail au portail RPPS+ ({what}).")
PRINTED = Act("rpps_sheet_printed", "{actor} a imprimé la fiche de saisie RPPS+ de {object}.")


@dataclass(frozen=True)
class Conditions:
    """What is recorded of a gestionnaire. No establishment: the whole entité juridique."""

    kind: str
    legal_entity_id: UUID
    establishment_id: UUID | None = None
    designated_on: date | None = None
    designated_by: str = ""
    trained_on: date | None = None
    card_expires_on: date | None = None


def name_manager(*, actor: Actor, user_id: UUID, full_name: str, conditions: Conditions) -> RppsManager:
    """A gestionnaire RPPS+ from now on. Refuses (DomainError) the same account twice for one place, and impossible dates."""
    _check(conditions)
    manager = RppsManager(user_id=user_id, full_name=full_name, **vars(conditions))
    try:
        with transaction.atomic():
            manager.save(force_insert=True)
    except IntegrityError as error:
        french = "Cette personne est déjà gestionnaire RPPS+ à cet endroit : modifiez sa ligne."
        raise DomainError("Named already", french, "user") from error
    _say(actor, NAMED, manager, scope=_scope(manager))
    return manager


def change_manager(*, actor: Actor, manager: RppsManager, conditions: Conditions) -> RppsManager:
    """New dates, another card, another place. Refuses (DomainError) one that ended, and what `name_manager` refuses."""
    _check(conditions)
    if manager.ended_on is not None:
        raise DomainError("Ended", "Ce rôle a pris fin : inscrivez de nouveau la personne.")
    for name, value in vars(conditions).items():
        setattr(manager, name, value)
    try:
        with transaction.atomic():
            manager.save(update_fields=list(vars(conditions)))
    except IntegrityError as error:
        french = "Cette personne est déjà gestionnaire RPPS+ à cet endroit."
        raise DomainError("Named already", french, "establishment") from error
    _say(actor, CHANGED, manager)
    return manager


def end_manager(*, actor: Actor, manager: RppsManager) -> None:
    """From today on. Ended twice is ended once."""
    if RppsManager.objects.filter(pk=manager.pk, ended_on=None).update(ended_on=today()):
        _say(actor, ENDED, manager)


def _check(conditions: Conditions) -> None:
    if conditions.kind not in ManagerKind.values:
        raise DomainError("Unknown kind", "Choisissez la qualité dans la liste.", "kind")
    for name in ("designated_on", "trained_on"):
        day = getattr(conditions, name)
        if day is not None and day > today():
            raise DomainError("To come", "Cette date est à venir : vérifiez-la.", name)
    if conditions.kind not in ENTITLED and conditions.designated_on and not conditions.designated_by.strip():
        raise DomainError("Who designated", "Indiquez qui a désigné cette personne.", "designated_by")


def _scope(manager: RppsManager) -> str:
    return manager.establishment.name if manager.establishment else manager.legal_entity.name


def declare_degree(*, actor: Actor, request_id: UUID) -> None:
    """The diploma was seen; nothing of it is kept (FAQ of the portal: declared, never uploaded). Twice is once.

    Refuses (DomainError) a request out of reach.
    """
    request = _found(request_id)
    entry = _entry(request)
    rows = PortalEntry.objects.filter(pk=entry.pk, degree_checked_at=None)
    if rows.update(degree_checked_at=now(), degree_checked_by_name=actor.actor_name):
        _say_of(actor, DEGREE, request)


def enter_in_portal(*, actor: Actor, request_id: UUID) -> RegistrationRequest:
    """« Saisi au portail »: what was shown is frozen, the 24 hours begin.

    Refuses (DomainError) who is no gestionnaire there or lacks a condition, an unchecked diploma, and a request not ready.
    """
    with transaction.atomic():
        request = _found(request_id)
        _check_worker(actor, request)
        if _entry(request).degree_checked_at is None:
            raise DomainError("Diploma", "Déclarez d'abord que le diplôme a été vérifié.", "degree")
        return mark_sent(actor=actor, request_id=request_id)


def note_number(*, actor: Actor, request_id: UUID, rpps: str, on: date) -> RegistrationRequest:
    """The number that the portal gave. Refuses (DomainError) as `enter_in_portal` and `settle_numbered`."""
    request = _found(request_id)
    _check_worker(actor, request)
    if request.sent_at and on < request.sent_at.astimezone(PARIS).date():
        raise DomainError("Before", "Le numéro ne peut pas être antérieur à la saisie au portail.", "on")
    return settle_numbered(actor=actor, request_id=request_id, rpps=rpps, on=on)


def note_refusal(*, actor: Actor, request_id: UUID, reason: str) -> RegistrationRequest:
    """What the portal answered instead. Refuses (DomainError) as `enter_in_portal` and `settle_refused`."""
    _check_worker(actor, _found(request_id))
    return settle_refused(actor=actor, request_id=request_id, reason=reason)


def note_ecps_active(*, actor: Actor, request_id: UUID, on: date) -> None:
    """The person says that their e-CPS works. Refuses (DomainError) as `note_ecps`."""
    note_ecps(actor=actor, request_id=request_id, on=on)


def record_export(*, actor: Actor, count: int, what: str) -> None:
    """Leaves the line of an exported worklist."""
    record(actor, EXPORTED, object_kind="rpps_plus_work", object_id=None, count=count, what=what)


def record_print(*, actor: Actor, requests: list[RegistrationRequest]) -> None:
    """Leaves the line of each person whose sheet was printed: a sheet holds civil traits."""
    record_set(
        actor,
        PRINTED,
        [
            Entry("person", one.person_id, {"object": one.person.display_name}, one.establishment_id)
            for one in requests
        ],
    )


def _check_worker(actor: Actor, request: RegistrationRequest) -> None:
    check_may_work_portal(managers_in_force(), actor.actor_id, request.establishment, today())


def _found(request_id: UUID) -> RegistrationRequest:
    found = find_request(request_id)
    if found is None:
        raise DomainError("Not seen", "Cette demande n'est pas à votre portée.")
    return found


def _entry(request: RegistrationRequest) -> PortalEntry:
    entry, _ = PortalEntry.objects.get_or_create(
        request=request, defaults={"establishment_id": request.establishment_id}
    )
    return entry


def _say(actor: Actor, act: Act, manager: RppsManager, **said: str) -> None:
    record(actor, act, object_kind="rpps_manager", object_id=manager.pk, object=manager.full_name, **said)  # type: ignore[arg-type]


def _say_of(actor: Actor, act: Act, request: RegistrationRequest) -> None:
    record(
        actor,
        act,
        object_kind="person",
        object_id=request.person_id,
        establishment_id=request.establishment_id,
        object=request.person.display_name,
    )
