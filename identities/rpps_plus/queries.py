"""Reads of the portal's work: who may, what waits, what is late."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from identities.registrations.models import RegistrationRequest, Route
from identities.registrations.states import RequestState
from identities.rpps_plus.models import PortalEntry, RppsManager
from identities.rpps_plus.rules import ECPS_WITHIN, NUMBER_WITHIN, covers, missing_conditions
from portal.foundation.clock import now, today
from tenants.groups.models import Establishment
from tenants.memberships.models import Membership
from tenants.memberships.permissions import ROLE_PERMISSIONS, Permission
from tenants.memberships.queries import in_force


def managers_in_force() -> list[RppsManager]:
    """By name, with their entité juridique and establishment."""
    rows = RppsManager.objects.filter(Q(ended_on=None) | Q(ended_on__gt=today()))
    return list(rows.select_related("legal_entity", "establishment").order_by("full_name", "pk"))


def portal_workers(group_id: UUID) -> dict[UUID, str]:
    """Accounts of the group whose role works registrations: who may be named gestionnaire RPPS+, by name."""
    roles = [one for one, held in ROLE_PERMISSIONS.items() if Permission.REGISTRATION_WORK in held]
    rows = Membership.objects.filter(in_force(), group_id=group_id, role__in=roles).select_related("user")
    return {one.user_id: one.user.full_name for one in rows.order_by("user__full_name", "user_id")}


def sites_without_manager(managers: Iterable[RppsManager]) -> list[Establishment]:
    """Open establishments that nobody may register for today: no gestionnaire, or none whose conditions are met."""
    day = today()
    valid = [one for one in managers if not missing_conditions(one, day)]
    sites = Establishment.objects.filter(Q(closed_on=None) | Q(closed_on__gt=day)).order_by(
        "search_key", "pk"
    )
    return [site for site in sites if not any(covers(one, site) for one in valid)]


def portal_work(*, establishment_id: UUID | None = None, clock: str = "") -> QuerySet[RegistrationRequest]:
    """Requests to enter, or entered and without a number, the oldest first.

    `clock`: `a-saisir`, `numero` (awaited), `en-retard` (the number is late), `ecps` (possible, and nobody said so),
    `autre-nom` (the Annuaire Santé shows the number under another name).
    """
    rows = RegistrationRequest.objects.filter(route=Route.PORTAL)
    if establishment_id:
        rows = rows.filter(establishment_id=establishment_id)
    to_enter, awaited = Q(state=RequestState.READY), Q(state=RequestState.SENT)
    late = awaited & Q(sent_at__lt=now() - NUMBER_WITHIN)
    ecps = Q(state=RequestState.DONE, ecps_on=None, numbered_on__lte=today() - ECPS_WITHIN)
    asked = {
        "a-saisir": to_enter, "numero": awaited, "en-retard": late, "ecps": ecps & _recent(),
        "autre-nom": Q(Exists(_contradicted()), state=RequestState.DONE),
    }  # fmt: skip
    rows = rows.filter(asked.get(clock, to_enter | awaited))
    shown = rows.select_related("person", "establishment", "function")
    return shown.order_by(F("sent_at").asc(nulls_last=True), "created_at", "pk")


def _contradicted() -> QuerySet[PortalEntry]:
    return PortalEntry.objects.filter(request=OuterRef("pk")).exclude(contradiction="")


def _recent() -> Q:
    """Beyond three months, nobody expects the e-CPS to be declared any more: ours."""
    return Q(numbered_on__gte=today() - timedelta(days=90))


def entries_of(requests: Iterable[RegistrationRequest]) -> dict[UUID, PortalEntry]:
    """What is followed of these requests, by request."""
    return {one.request_id: one for one in PortalEntry.objects.filter(request__in=list(requests))}
