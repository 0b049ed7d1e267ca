"""Who may work the RPPS+ portal for an establishment, and when what was asked there is late."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from identities.registrations.models import RegistrationRequest
from identities.registrations.states import RequestState
from identities.rpps_plus.models import ENTITLED, RppsManager
from portal.foundation.errors import DomainError
from tenants.groups.models import Establishment

# ANS, sheet and FAQ of the RPPS+ portal: the number within 24 hours; the e-CPS can be activated 48 hours after it.
NUMBER_WITHIN = timedelta(hours=24)
ECPS_WITHIN = timedelta(hours=48)
CARD_SOON = timedelta(days=60)  # ours: the time to have a card renewed
WHERE = "À compléter dans « Gestionnaires RPPS+ »."


def missing_conditions(manager: RppsManager, today: date) -> list[str]:
    """What this person still lacks to work the portal, in French; nothing when they may.

    Designation and training are asked of who is neither the legal representative nor a mandataire; a card of the CPx family
    of everybody (guide « je mets à jour… »).
    """
    found = []
    if manager.kind not in ENTITLED:
        if manager.designated_on is None or manager.designated_on > today:
            found.append("la désignation par le représentant légal")
        if manager.trained_on is None or manager.trained_on > today:
            found.append("la formation de gestionnaire RPPS+")
    if manager.card_expires_on is None:
        found.append("une carte de la famille CPx")
    elif manager.card_expires_on < today:
        found.append(f"une carte valable : la sienne a expiré le {manager.card_expires_on:%d/%m/%Y}")
    return found


def covers(manager: RppsManager, establishment: Establishment) -> bool:
    """Of that establishment, or of its whole entité juridique."""
    if manager.establishment_id is not None:
        return bool(manager.establishment_id == establishment.pk)
    return bool(manager.legal_entity_id == establishment.legal_entity_id)


def check_may_work_portal(
    managers: Iterable[RppsManager], user_id: UUID | None, establishment: Establishment, today: date
) -> None:
    """Refuses (DomainError) somebody who is no gestionnaire there, or whose conditions are not met, saying which.

    `managers`: those in force. One valid entry is enough, by the establishment or by its entité juridique.
    """
    own = [one for one in managers if one.user_id == user_id and covers(one, establishment)]
    if not own:
        raise DomainError(
            "Not a gestionnaire there",
            f"Vous n'êtes pas gestionnaire RPPS+ pour {establishment.name}. {WHERE}",
        )
    lacks = [missing_conditions(one, today) for one in own]
    if all(lacks):
        raise DomainError("Conditions not met", f"Il vous manque {', '.join(lacks[0])}. {WHERE}")


def number_due_at(request: RegistrationRequest) -> datetime | None:
    """Until when the number is awaited; None when it is not, or has come."""
    if request.state != RequestState.SENT or request.sent_at is None:
        return None
    return request.sent_at + NUMBER_WITHIN


def ecps_possible_on(request: RegistrationRequest) -> date | None:
    """From which day the person may activate their e-CPS; None without a number."""
    return request.numbered_on + ECPS_WITHIN if request.numbered_on else None
