"""What touches the means of signing in asks for a proof of the last quarter of an hour: a session left open is not one.

allauth asks again for what the account has of its own (password, key, application). An account that only another door
opens has none of these, and allauth lets it pass: here it signs out and comes back, which is a proof.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.foundation.clock import now
from tenants.memberships.sessions import DOOR, SIGNED_IN_AT

# Views of allauth that add or take away a means of signing in; the list of those means may be read.
TOUCHES = ("mfa_activate", "mfa_add", "mfa_deactivate", "mfa_remove", "mfa_generate", "mfa_view_recovery")


def stale_proof(
    request: HttpRequest, purpose: str = "toucher à vos moyens de connexion"
) -> HttpResponse | None:
    """None for a fresh proof. Refuses (ReauthenticationRequired) what allauth can ask again; else the account page.

    `purpose`: what it is asked for, in French.
    """
    age = now().timestamp() - request.session.get(SIGNED_IN_AT, 0)
    if age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        return None
    if get_reauthentication_flows(request.user):  # type: ignore[arg-type]
        if did_recently_reauthenticate(request):
            return None
        raise ReauthenticationRequired
    messages.info(
        request,
        f"Votre connexion date de plus de 15 minutes. Pour {purpose}, déconnectez-vous puis reconnectez-vous.",
    )
    return redirect("account_rights:account")


class FreshProofMiddleware:
    """Asks it before allauth's own pages, in sessions that another door opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if not name.startswith(TOUCHES) or not request.session.get(DOOR):
            return None
        # allauth asks by itself, in its own way, of whoever has something to show
        return None if get_reauthentication_flows(request.user) else stale_proof(request)  # type: ignore[arg-type]
