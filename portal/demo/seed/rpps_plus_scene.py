"""The RPPS+ portal of the demo: three gestionnaires, one whose card expired, and a worklist with late clocks."""

from datetime import timedelta
from uuid import UUID

from stdnum import luhn

from identities.registrations.hand_operations import note_ecps, settle_numbered
from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.queries import lines_to_register, people_to_register
from identities.registrations.set_operations import prepare_requests
from identities.registrations.states import RequestState
from identities.rpps_plus.models import ManagerKind, RppsManager
from identities.rpps_plus.operations import Conditions, declare_degree, enter_in_portal, name_manager
from identities.rpps_plus.queries import portal_workers
from portal.foundation.clock import now, today
from portal.foundation.tenancy import tenant
from tenants.groups.models import Establishment

PEOPLE = 24  # looked at for the worklist
_ENTERED_HOURS_AGO = (2, 5, 20, 30, 53, 80)
_NUMBERED_DAYS_AGO = (1, 4)


class _Named:
    """A gestionnaire who acts."""

    def __init__(self, user_id: UUID, name: str) -> None:
        self.actor_id, self.actor_name = user_id, name


def seed_rpps_plus(group_id: UUID) -> None:
    """Names the gestionnaires, prepares requests for the portal and enters some of them, once."""
    with tenant(group_id):
        if RppsManager.objects.exists():
            return
        actor = _name(group_id)
        if actor is None:
            return
        people = [one.person.pk for one in lines_to_register(people_to_register()[: PEOPLE * 4])
                  if one.routes.proposed == Route.PORTAL and not one.missing][:PEOPLE]  # fmt: skip
        prepared = prepare_requests(actor=actor, person_ids=people, route=Route.PORTAL)
        ready = [one for one in prepared.created if one.state == RequestState.READY]
        for one, hours in zip(
            ready, (*_ENTERED_HOURS_AGO, *(days * 24 + 6 for days in _NUMBERED_DAYS_AGO)), strict=False
        ):
            _enter(actor, one, hours)
        for rank, (one, days) in enumerate(
            zip(ready[len(_ENTERED_HOURS_AGO) :], _NUMBERED_DAYS_AGO, strict=False)
        ):
            _number(actor, one, rank, days)


def _name(group_id: UUID) -> _Named | None:
    """The account « gestionnaire RPPS+ » for every site; two more, one of a single site, one whose card expired."""
    site = Establishment.objects.select_related("legal_entity").order_by("finess").first()
    workers = list(portal_workers(group_id).items())
    if site is None or not workers:
        return None
    first = next((one for one in workers if one[1].startswith("Inès")), workers[0])
    actor = _Named(*first)
    day = today()
    entity = site.legal_entity_id
    for (user_id, name), card, where in (
        (first, day + timedelta(days=40), None),
        (workers[-1], day - timedelta(days=12), None),
        (workers[0], day + timedelta(days=700), site.pk),
    ):
        conditions = Conditions(
            ManagerKind.DESIGNATED,
            entity,
            where,
            designated_on=day - timedelta(days=300),
            designated_by="Hélène Morin",
            trained_on=day - timedelta(days=280),
            card_expires_on=card,
        )
        name_manager(actor=actor, user_id=user_id, full_name=name, conditions=conditions)
    return actor


def _enter(actor: _Named, request: RegistrationRequest, hours: int) -> None:
    declare_degree(actor=actor, request_id=request.pk)
    enter_in_portal(actor=actor, request_id=request.pk)
    entered = now() - timedelta(hours=hours)
    RegistrationRequest.objects.filter(pk=request.pk).update(
        created_at=entered - timedelta(hours=3), sent_at=entered
    )


def _number(actor: _Named, request: RegistrationRequest, rank: int, days: int) -> None:
    digits = f"9990009{rank:03}"
    rpps = f"{digits}{luhn.calc_check_digit(digits)}"
    settle_numbered(actor=actor, request_id=request.pk, rpps=rpps, on=today() - timedelta(days=days))
    if days > 2 and rank % 2 == 0:
        note_ecps(actor=actor, request_id=request.pk, on=today() - timedelta(days=days - 2))
