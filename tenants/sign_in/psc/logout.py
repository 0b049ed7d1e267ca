"""Signing out of Pro Santé Connect too, when the person asks to leave; a session that times out ends here only.

Behaviour asked for by the ANS (keycloak-prosanteconnect, issue 39). On a shared workstation the next person must not
find the last one's session.
"""

from typing import Any

import requests
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

ID_TOKEN = "psc_id_token"  # noqa: S105  the name of a key of the session, which is sealed
SECONDS = 3


def keep_id_token(request: HttpRequest, id_token: str) -> None:
    """On the server, for the time of the session: it is what Pro Santé Connect recognises its own session by."""
    request.session[ID_TOKEN] = id_token


@receiver(user_logged_out)
def left_on_purpose(request: HttpRequest, **kwargs: Any) -> None:
    if not getattr(request, "session_ended_by", ""):
        leave_pro_sante_connect(request)


def leave_pro_sante_connect(request: HttpRequest) -> None:
    """Best effort, three seconds: the person is told when Pro Santé Connect may still know them."""
    id_token = request.session.pop(ID_TOKEN, None)
    if not id_token:
        return
    form = {"id_token_hint": id_token, "client_id": settings.OIDC_RP_CLIENT_ID}
    try:
        answer = requests.post(
            settings.PSC_END_SESSION_ENDPOINT, data=form, timeout=SECONDS, allow_redirects=False
        )
        done = answer.status_code < 400
    except requests.RequestException:
        done = False
    if not done:
        messages.warning(
            request,
            "Votre session Pro Santé Connect est peut-être encore ouverte sur ce poste : fermez le navigateur.",
        )
