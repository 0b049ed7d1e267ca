"""How the portal's work is said: one line of the worklist with its clock, one gestionnaire with what they lack."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from identities.assignments.models import short_label
from identities.registrations.models import RegistrationRequest
from identities.registrations.states import RequestState
from identities.rpps_plus.models import PortalEntry, RppsManager
from identities.rpps_plus.rules import CARD_SOON, ecps_possible_on, missing_conditions, number_due_at
from portal.foundation.addresses import address
from portal.foundation.clock import PARIS, now, today
from portal.foundation.tabular import Row

HEADER = (
    "Nom", "Établissement", "FINESS", "Fonction", "État", "Préparée le", "Saisie au portail le", "Numéro RPPS",
    "Numéro obtenu le", "e-CPS active le", "Vu dans l'Annuaire Santé le", "À faire",
)  # fmt: skip


@dataclass(frozen=True)
class WorkRow:
    """One request. `level` and `clock`: what is awaited, late in red and in words."""

    request: RegistrationRequest
    url: str
    function: str
    level: str
    clock: str
    trouble: str


@dataclass(frozen=True)
class ManagerRow:
    """One gestionnaire. `missing` empty: they may work the portal. `warning`: a card that expires soon."""

    manager: RppsManager
    url: str
    end_url: str
    scope: str
    missing: str
    warning: str


def work_rows(
    requests: Iterable[RegistrationRequest], entries: Mapping[UUID, PortalEntry], place: dict[str, Any]
) -> Iterator[WorkRow]:
    """`place`: the arguments of the group's routes."""
    for one in requests:
        level, clock = clock_of(one)
        entry = entries.get(one.pk)
        yield WorkRow(
            one,
            address("rpps_plus:one", **place, portal_request_id=one.pk),
            short_label(one.function.label),
            level,
            clock,
            entry.contradiction if entry else "",
        )


def clock_of(request: RegistrationRequest) -> tuple[str, str]:
    """« à saisir », « numéro attendu avant le … », « numéro en retard de 2 jours », « e-CPS possible depuis le … »."""
    due = number_due_at(request)
    if due is not None:
        late = now() - due
        if late <= timedelta(0):
            return "info", f"Numéro attendu avant le {due.astimezone(PARIS):%d/%m à %H:%M}"
        days = late.days
        return "danger", f"Numéro en retard de {days} jour{'s' * (days > 1)}" if days else "Numéro en retard"
    possible = ecps_possible_on(request)
    if request.state == RequestState.DONE and possible is not None:
        if request.ecps_on:
            return "ok", f"e-CPS active depuis le {request.ecps_on:%d/%m/%Y}"
        if possible > today():
            return "info", f"e-CPS possible le {possible:%d/%m/%Y}"
        return "warn", f"e-CPS possible depuis le {possible:%d/%m/%Y}, pas encore déclarée"
    if request.state == RequestState.READY:
        return "warn", "À saisir au portail"
    return "neutral", str(request.get_state_display()).capitalize()


def manager_rows(managers: Iterable[RppsManager], place: dict[str, Any]) -> list[ManagerRow]:
    """Each with what is missing, in words."""
    day = today()
    return [
        ManagerRow(
            one,
            address("rpps_plus:manager", **place, rpps_manager_id=one.pk),
            address("rpps_plus:end_manager", **place, rpps_manager_id=one.pk),
            one.establishment.name if one.establishment else f"Tous les sites de {one.legal_entity.name}",
            ", ".join(missing_conditions(one, day)),
            _card_warning(one),
        )
        for one in managers
    ]


def _card_warning(manager: RppsManager) -> str:
    expires = manager.card_expires_on
    if expires is None or not today() <= expires <= today() + CARD_SOON:
        return ""
    return f"Carte à renouveler avant le {expires:%d/%m/%Y}"


def export_rows(
    requests: Iterable[RegistrationRequest], entries: Mapping[UUID, PortalEntry]
) -> Iterator[Row]:
    """As on screen, and the dates apart."""
    for one in requests:
        entry = entries.get(one.pk)
        yield [
            one.person.display_name, one.establishment.name, one.establishment.finess, one.function.label,
            one.get_state_display(), one.created_at, one.sent_at, ", ".join(one.rpps_numbers), one.numbered_on,
            one.ecps_on, entry.verified_on if entry else None, clock_of(one)[1],
        ]  # fmt: skip
