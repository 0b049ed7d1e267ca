"""The way out to a group's provider and back, and an administrator's two tries: the network is asked outside of any
database transaction."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.foundation.tenancy import tenant
from tenants.identity_providers.arrivals import concluded, proved_identity, settle
from tenants.identity_providers.connections import Connection, connection_at
from tenants.identity_providers.oidc.causes import CLOSED
from tenants.identity_providers.oidc.examination import examine, is_sound
from tenants.identity_providers.oidc.trips import LINK, LOGIN, TRIAL, GroupCallback, Trip, leave
from tenants.identity_providers.operations import record_check, record_trial
from tenants.identity_providers.queries import provider_of_group
from tenants.identity_providers.states import ProviderState
from tenants.identity_providers.trial import keep_trial
from tenants.memberships.access import Access
from tenants.memberships.doors import public, signed_in
from tenants.memberships.links import invitation_of, invitation_path
from tenants.memberships.models import Invitation
from tenants.memberships.permissions import Permission
from tenants.memberships.queries import access_to, is_open
from tenants.sign_in.choices import past_limit, too_many, wanted_page
from tenants.sign_in.identity import ProvedIdentity, keep_pending
from tenants.sign_in.landing import land, shut_page
from tenants.sign_in.queries import account_opened_by
from tenants.sign_in.refusals import STATE, DoorShutError

View = Callable[..., HttpResponse]


def _check_open(connection: Connection) -> None:
    if connection.provider.state != ProviderState.OPEN:
        raise DoorShutError(CLOSED, connection.door, f"porte {connection.provider.get_state_display()}")


@public("leads to the group's own provider, who asks for the proofs")
@never_cache
@require_GET
@transaction.non_atomic_requests
def start(request: HttpRequest, group_address: str) -> HttpResponse:
    """A link, not a form: the content policy lets no form lead to another host."""
    if past_limit(request):
        return too_many()
    connection = connection_at(group_address)
    if connection is None:
        messages.info(request, "Aucun fournisseur d'identité n'ouvre cette adresse : prenez une autre porte.")
        return redirect("account_login")
    links = request.GET.get("pour") == "relier" and request.user.is_authenticated
    try:
        _check_open(connection)
        return leave(
            request,
            connection,
            LINK if links else LOGIN,
            wanted_page(request),
            request.GET.get("invitation", ""),
        )
    except DoorShutError as error:
        return shut_page(request, error)


@public("the group's own provider brings the person back, with a state that serves once")
@never_cache
@require_GET
@transaction.non_atomic_requests
def callback(request: HttpRequest, group_address: str) -> HttpResponse:
    """Every failure is a page and a journal line; an administrator's try opens no session."""
    if past_limit(request):
        return too_many()
    connection = connection_at(group_address)
    if connection is None:
        return redirect("account_login")
    try:
        way_back = GroupCallback(request, connection)
        trip = way_back.taken_trip()
        if trip.purpose == TRIAL:
            return _tried(request, connection, way_back, trip)
        _check_open(connection)
        claims = way_back.proved_claims(trip)
        return _landed(request, connection, trip, claims)
    except DoorShutError as error:
        return shut_page(request, error)


def _landed(request: HttpRequest, connection: Connection, trip: Trip, claims: dict[str, Any]) -> HttpResponse:
    identity = proved_identity(connection, claims)
    if trip.purpose == LINK:
        if str(request.user.pk or "") != trip.holder_id:
            raise DoorShutError(STATE, connection.door, "une autre personne est connectée")
        keep_pending(request, identity)
        return redirect("sign_in:link")
    path, invitation = trip.next, invitation_of(trip.invitation)
    if invitation is not None:
        if _opens_an_account(invitation, identity):
            keep_pending(request, identity)
            return redirect("sign_in:accept", token=trip.invitation)
        path = invitation_path(invitation.pk)
    settle(connection, identity, claims)
    return land(request, identity, path, connection.door_key)


def _opens_an_account(invitation: Invitation, identity: ProvedIdentity) -> bool:
    """Whether that invitation still waits for its account, and this identity for one."""
    waits = is_open(invitation) and invitation.membership.user.opened_at is None
    return waits and account_opened_by(identity) is None


def _administrator(request: Any, group_address: str) -> Access:
    """As `requires` would say it, without a door that stays open on the network. 404 for a stranger, else 403."""
    access = access_to(request.user, group_address)
    if access is None:
        raise Http404
    if not access.holds(Permission.IDENTITY_PROVIDER_MANAGE):
        raise PermissionDenied
    return access


def _own_connection(request: HttpRequest, group_address: str) -> tuple[Access, Connection]:
    access, connection = _administrator(request, group_address), connection_at(group_address)
    if connection is None:
        raise Http404
    return access, connection


@signed_in(
    "examines what the provider of one's own group publishes; checks the right by itself, outside of a door"
)
@never_cache
@require_POST
@transaction.non_atomic_requests
def check(request: HttpRequest, group_address: str) -> HttpResponse:
    """« Essayer la configuration »."""
    access, connection = _own_connection(request, group_address)
    findings = examine(connection.provider.issuer, connection.door)
    with tenant(access.group_id):
        provider = provider_of_group()
        if provider is not None and provider.issuer == connection.provider.issuer:
            record_check(actor=access, provider=provider, findings=findings)
    if is_sound(findings):
        messages.success(request, "Tout est correct dans ce que publie votre fournisseur.")
    else:
        messages.warning(request, "Il reste à corriger : lisez chaque point ci-dessous.")
    return redirect("identity_providers_group:provider", group_slug=group_address)


@signed_in("an administrator tries their own group's provider; checks the right by itself, outside of a door")
@never_cache
@require_GET
@transaction.non_atomic_requests
def try_to_sign_in(request: HttpRequest, group_address: str) -> HttpResponse:
    """« Essayer de me connecter » : the way out that ends on the page of the trial."""
    _, connection = _own_connection(request, group_address)
    try:
        return leave(request, connection, TRIAL)
    except DoorShutError as error:
        keep_trial(request, connection, error=error)
        return redirect("identity_providers_group:trial", group_slug=group_address)


def _tried(request: HttpRequest, connection: Connection, way_back: GroupCallback, trip: Trip) -> HttpResponse:
    """Shows what came and what the rules conclude, to the administrator who left and to nobody else."""
    if not request.user.is_authenticated or str(request.user.pk) != trip.holder_id:
        raise DoorShutError(STATE, connection.door, "essai d'une autre session")
    access = _administrator(request, connection.group_slug)
    verdict, cause = None, ""
    try:
        claims = way_back.proved_claims(trip)
        verdict = concluded(connection, claims)
        keep_trial(request, connection, claims=claims, verdict=verdict)
    except DoorShutError as error:
        cause = error.cause
        keep_trial(request, connection, error=error)
    with tenant(connection.group_id):
        provider = provider_of_group()
        if provider is not None and provider.client_id == connection.provider.client_id:
            record_trial(actor=access, provider=provider, verdict=verdict, cause=cause)
    return redirect("identity_providers_group:trial", group_slug=connection.group_slug)
