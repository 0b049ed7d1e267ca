"""Limits of a portal session: 30 min idle, 4 h absolute, two factors always (portal/decisions/0003-sign-in.md)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from portal.foundation.clock import now
from tenants.memberships.accounts import cut_all_sessions
from tenants.memberships.models import User
from tenants.memberships.turned_away import enrol_first

SIGNED_IN_AT = "signed_in_at"
LAST_SEEN_AT = "last_seen_at"
SECOND_FACTOR = "second_factor"
DOOR = "door"  # the door that proved two factors by itself: Pro Santé Connect, the group's provider
LAST_SEEN_STEP = 60  # seconds between two writes of LAST_SEEN_AT

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What an account without a second factor may open, besides the public pages: enrolment, its checks, leaving.
OPEN_WITHOUT = {"account_logout", "account_reauthenticate", "account_login", "account_inactive"}


def open_session(request: HttpRequest) -> None:
    """Starts both clocks; called at each sign-in."""
    moment = int(now().timestamp())
    request.session[SIGNED_IN_AT] = request.session[LAST_SEEN_AT] = moment
    request.session.pop(SECOND_FACTOR, None)
    request.session.pop(DOOR, None)


def open_by_door(request: HttpRequest, door: str) -> None:
    """Says that this session was opened by a door where two factors were proved: none of ours is asked for."""
    request.session[DOOR] = door


def _ended_by(request: HttpRequest) -> str:
    """Why this session is over, in French; empty while it is not. A session without clocks is over."""
    moment = int(now().timestamp())
    if moment - request.session.get(SIGNED_IN_AT, 0) >= settings.SESSION_COOKIE_AGE:
        return f"au bout de {settings.SESSION_COOKIE_AGE // 3600} heures"
    if moment - request.session.get(LAST_SEEN_AT, 0) >= settings.SESSION_IDLE_SECONDS:
        return f"après {settings.SESSION_IDLE_SECONDS // 60} minutes sans activité"
    return ""


class SessionLimitsMiddleware:
    """Signs out whoever is over a limit; the view's own door then asks them to sign in again.

    No page of a session is kept by the browser: workstations are shared, « back » after signing out shows nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            reason = _ended_by(request)
            if reason:
                request.session_ended_by = reason  # type: ignore[attr-defined]
                logout(request)
                messages.info(request, f"Votre session a pris fin {reason}. Connectez-vous pour reprendre.")
            else:
                _see(request)
        is_personal = request.user.is_authenticated
        response = self.get_response(request)
        if is_personal:
            patch_cache_control(response, private=True, no_store=True)
        return response


def _polls(request: HttpRequest) -> bool:
    """A fragment that the page asks for by itself: nobody need be there. What is posted was typed by somebody."""
    by_itself = "HX-Request" in request.headers and "X-Background" in request.headers
    return by_itself and request.method in {"GET", "HEAD"}


def _see(request: HttpRequest) -> None:
    if _polls(request):
        return
    moment = int(now().timestamp())
    if moment - request.session[LAST_SEEN_AT] >= LAST_SEEN_STEP:
        request.session[LAST_SEEN_AT] = moment


def has_second_factor(request: HttpRequest) -> bool:
    """Asked of the database until it is true, then remembered in the session; every change cuts the other sessions.

    A session opened by a door that proves two factors needs none of ours, unless the account has a password: alone, it
    would open the account to whoever knows it.
    """
    if request.session.get(DOOR) and not request.user.has_usable_password():  # type: ignore[union-attr]
        return True
    if not request.session.get(SECOND_FACTOR):
        if not has_enrolled(request.user.pk):
            return False
        request.session[SECOND_FACTOR] = True
    return True


def has_enrolled(user_id: UUID | None) -> bool:
    """Whether the account has a second factor of ours, whatever the door of the session."""
    return Authenticator.objects.filter(user_id=user_id, type__in=SECOND_FACTORS).exists()


class SecondFactorMiddleware:
    """allauth asks for a second factor of those who have one; this makes everybody have one, for pages and API alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or _opens_without(request, view) or has_second_factor(request):
            return None
        return enrol_first(request)


def _opens_without(request: HttpRequest, view: Callable[..., HttpResponse]) -> bool:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    return name.startswith("mfa_") or name in OPEN_WITHOUT or getattr(view, "door", "").startswith("public")


def cut_other_sessions(request: HttpRequest, user: User) -> None:
    """Every session of that person but the one of this request."""
    cut_all_sessions(user.pk)
    user.refresh_from_db(fields=["session_epoch"])
    request.session.pop(SECOND_FACTOR, None)
    if request.user.is_authenticated and request.user.pk == user.pk:
        update_session_auth_hash(request, user)
        UserSession.objects.create_from_request(request)  # the list of sessions follows the new key
