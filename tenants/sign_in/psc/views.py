"""The way out to Pro Santé Connect, and back: one address for all groups, one use of each state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from portal.foundation.clock import now
from tenants.memberships.doors import public
from tenants.memberships.links import invitation_of
from tenants.memberships.models import Invitation
from tenants.memberships.queries import is_open
from tenants.sign_in.choices import past_limit, too_many, wanted_page
from tenants.sign_in.identity import ProvedIdentity, keep_pending
from tenants.sign_in.landing import land, shut_page
from tenants.sign_in.last_door import PSC
from tenants.sign_in.psc.client import ProSanteConnectClient, shut
from tenants.sign_in.psc.logout import keep_id_token, leave_pro_sante_connect
from tenants.sign_in.queries import account_opened_by
from tenants.sign_in.refusals import CANCELLED, PROVIDER_ERROR, STATE, UNVERIFIED, DoorShutError

STATES = "oidc_states"  # where mozilla-django-oidc keeps state → nonce and verifier
LINK = "link"


def redirect_uri() -> str:
    """As declared to the ANS: the same for every group."""
    return settings.PSC_REDIRECT_URI or settings.PUBLIC_URL + reverse("sign_in:psc_callback")


class _WayOut(OIDCAuthenticationRequestView):
    """mozilla's request (state, nonce, PKCE S256), with what PSC asks for and what the person came to do."""

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        return {"acr_values": "eidas1", "redirect_uri": redirect_uri()}

    def get(self, request: HttpRequest) -> HttpResponse:
        if not settings.PSC_ENABLED:
            raise Http404
        if past_limit(request):
            return too_many()
        answer = super().get(request)
        state = parse_qs(urlsplit(answer["Location"]).query)["state"][0]
        request.session[STATES][state] |= {
            "next": wanted_page(request),
            "link": request.GET.get("pour") == "relier" and request.user.is_authenticated,
            "invitation": request.GET.get("invitation", "")[:200],
        }
        request.session.modified = True
        return answer


start = public("leads to Pro Santé Connect, who asks for the proofs")(never_cache(_WayOut.as_view()))


@dataclass(frozen=True)
class Trip:
    """What was kept on the server when the person left."""

    nonce: str
    code_verifier: str
    next: str
    link: bool
    invitation: str


@public("Pro Santé Connect brings the person back, with a state that serves once")
@never_cache
@require_GET
@transaction.non_atomic_requests
def callback(request: HttpRequest) -> HttpResponse:
    """No database transaction stays open while Pro Santé Connect is asked. Every failure is a page and a journal line."""
    if past_limit(request):
        return too_many()
    try:
        trip = _taken_trip(request)
        _check_answer(request.GET)
        identity, id_token = ProSanteConnectClient().prove(
            request.GET["code"], trip.nonce, trip.code_verifier, redirect_uri()
        )
        return _landed(request, trip, identity, id_token)
    except DoorShutError as error:
        if not request.user.is_authenticated:
            leave_pro_sante_connect(request)  # else its button would bring the same refusal back
        return shut_page(request, error)


def _taken_trip(request: HttpRequest) -> Trip:
    """Takes the state out of the session before anything else: it serves once, failures included."""
    kept: dict[str, Any] | None = request.session.get(STATES, {}).pop(request.GET.get("state", ""), None)
    if kept is None:
        raise shut(STATE, "state inconnu ou déjà servi")
    try:
        request.session.save()
    except UpdateError as error:
        raise shut(STATE, "session fermée entre-temps") from error
    request.session = request.session.__class__(request.session.session_key)  # other tabs write it meanwhile
    if now().timestamp() - kept["added_on"] > settings.PSC_STATE_SECONDS or "link" not in kept:
        raise shut(STATE, "state trop ancien")
    return Trip(kept["nonce"], kept["code_verifier"], kept["next"], kept["link"], kept["invitation"])


def _check_answer(answer: Mapping[str, str]) -> None:
    """What came with the browser: no error, the right issuer when it is said (RFC 9207), a code."""
    if answer.get("error") == "access_denied":
        raise shut(CANCELLED, "access_denied")
    if "error" in answer:
        word = answer["error"][:40]
        raise shut(PROVIDER_ERROR, word if word.replace("_", "").isalnum() else "erreur")
    if answer.get("iss", settings.PSC_ISSUER) != settings.PSC_ISSUER:
        raise shut(UNVERIFIED, "retour d'un autre émetteur")
    if not answer.get("code"):
        raise shut(STATE, "retour sans code")


def _landed(request: HttpRequest, trip: Trip, identity: ProvedIdentity, id_token: str) -> HttpResponse:
    """Whatever comes of it, the session at Pro Santé Connect is ended with what the person leaves here.

    Its token is kept last: until then the session may be that of somebody else, whose own is ended as they are replaced.
    """
    try:
        return _placed(request, trip, identity)
    finally:
        keep_id_token(request, id_token)


def _placed(request: HttpRequest, trip: Trip, identity: ProvedIdentity) -> HttpResponse:
    if trip.link and request.user.is_authenticated:
        keep_pending(request, identity)
        return redirect("sign_in:link")
    path, invitation = trip.next, invitation_of(trip.invitation)
    if invitation is not None:
        if _opens_an_account(invitation, identity):
            keep_pending(request, identity)
            return redirect("sign_in:accept", token=trip.invitation)
        path = reverse("account_rights:invitation", args=[trip.invitation])
    return land(request, identity, path, PSC)


def _opens_an_account(invitation: Invitation, identity: ProvedIdentity) -> bool:
    """Whether that invitation still waits for its account, and this identity for one."""
    waits = is_open(invitation) and invitation.membership.user.opened_at is None
    return waits and account_opened_by(identity) is None
