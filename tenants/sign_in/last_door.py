"""The last door that this browser came in by, so that the sign-in page shows it first. It says nothing of the person."""

from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "last_door"
COOKIE_SECONDS = 180 * 24 * 3600
PSC = "psc"
LOCAL = "local"
_SALT = "tenants.sign_in.last_door"


def remember_door(request: HttpRequest, key: str) -> None:
    """`key`: PSC, LOCAL, or what the finder of that door gave it. Written with the answer."""
    request.door_opened = key  # type: ignore[attr-defined]


def last_door(request: HttpRequest) -> str:
    """Empty when this browser has none, or when the cookie was altered."""
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_SECONDS))
    except signing.BadSignature:
        return ""


class LastDoorMiddleware:
    """Puts the cookie on the answer that opened a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = getattr(request, "door_opened", "")
        if key and key != last_door(request):
            response.set_cookie(
                COOKIE,
                signing.dumps(key, salt=_SALT),
                max_age=COOKIE_SECONDS,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response
