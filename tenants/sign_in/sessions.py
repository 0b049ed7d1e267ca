"""One's own sessions: where they are open, by which door, since when; closing one of them. The rows are allauth's."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from portal.foundation.clock import now
from tenants.memberships.models import User
from tenants.memberships.sessions import DOOR, LAST_SEEN_AT

BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
LOCAL_DOOR = "Mot de passe et second facteur"


@dataclass(frozen=True)
class OwnSession:
    """One open session in words. `id` is that of allauth's row."""

    id: int
    device: str
    address: str
    door: str
    opened_at: datetime
    last_seen_at: datetime
    is_current: bool


def own_sessions(request: HttpRequest, user: User) -> list[OwnSession]:
    """Those that still open something, this one first; what is over is forgotten on the way."""
    found = [_in_words(request, row) for row in UserSession.objects.purge_and_list(user)]
    kept = [one for one in found if one is not None]
    return sorted(kept, key=lambda one: (not one.is_current, -one.last_seen_at.timestamp()))


def _in_words(request: HttpRequest, row: UserSession) -> OwnSession | None:
    """None for one that the idle limit has ended, though nobody has come back to be told."""
    kept = import_module(settings.SESSION_ENGINE).SessionStore(row.session_key)
    seen = kept.get(LAST_SEEN_AT, 0)
    if now().timestamp() - seen >= settings.SESSION_IDLE_SECONDS:
        return None
    return OwnSession(
        id=row.pk,
        device=device_of(row.user_agent),
        address=row.ip,
        door=kept.get(DOOR) or LOCAL_DOOR,
        opened_at=row.created_at,
        last_seen_at=datetime.fromtimestamp(seen, UTC),
        is_current=row.session_key == request.session.session_key,
    )


def device_of(user_agent: str) -> str:
    """« Firefox sur Windows », as far as the browser says it."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Navigateur")
    system = next((name for mark, name in SYSTEMS if re.search(mark, user_agent)), "")
    return f"{browser} sur {system}" if system else browser
