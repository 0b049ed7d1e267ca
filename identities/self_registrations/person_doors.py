"""The door of the professional's own pages: no account, but the device that opened their link, kept in a signed cookie.

The group is opened by the secret's own first bytes, and only to find the link by its hash; the rest is read behind the wall
of the one establishment that sent it, and only the person's own rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from identities.self_registrations.links import Secret, read_secret
from identities.self_registrations.models import PersonalLink, SelfRegistration
from identities.self_registrations.queries import link_by_device, link_by_token
from identities.self_registrations.records import ThePerson, the_person
from identities.self_registrations.rules import LINK_LIFE, device_refusal
from portal.foundation.clock import now
from portal.foundation.tenancy import tenant
from tenants.groups.queries import groups_named
from tenants.memberships.doors import View, public

REASON = "the professional's own pages: a link of 256 random bits, then the one device that opened it, for seven days"
COOKIE = "pre_enregistrement"
PATH = "/pre-enregistrement/"
_SALT = "identities.self_registrations.device"
UNKNOWN = (
    "Ce lien est incomplet, ou un plus récent l'a remplacé. Ouvrez-le depuis le message reçu, sans le recopier."
    " S'il ne s'ouvre toujours pas, demandez-en un nouveau à l'établissement qui vous a invité."
)
NO_WAY = (
    "Ouvrez d'abord, sur cet appareil, le lien que votre établissement vous a envoyé. S'il a déjà servi ailleurs ou a plus"
    " de 7 jours, demandez-en un nouveau à cet établissement."
)


@dataclass(frozen=True)
class Visit:
    """Whose pages these are."""

    link: PersonalLink
    path: SelfRegistration
    group_name: str
    actor: ThePerson

    @property
    def site_name(self) -> str:
        return self.path.establishment.name


@contextmanager
def visit_of(secret: Secret | None, find: Callable[[str], PersonalLink | None]) -> Iterator[Visit | None]:
    """Behind the wall of the establishment that sent the link; None when nothing, or a closed group, answers to it."""
    group = next(iter(groups_named([secret.group_id])), None) if secret else None
    if secret is None or group is None:
        yield None
        return
    with tenant(secret.group_id):
        link = find(secret.hash)
        if link is None:
            yield None
            return
        with tenant(secret.group_id, [link.establishment_id]):
            path = link.registration
            yield Visit(link, path, group.name, the_person(path))


def refused(request: HttpRequest, reason: str, *, status: int = 410) -> HttpResponse:
    """A page that says what to do next."""
    return render(request, "self_registrations/person/refused.html", {"reason": reason}, status=status)


def by_token(view: Callable[..., HttpResponse]) -> View:
    """The page of the link itself: `view(request, visit, token)`."""

    def entered(request: HttpRequest, token: str) -> HttpResponse:
        with visit_of(read_secret(token), link_by_token) as visit:
            if visit is None:
                return refused(request, UNKNOWN, status=404)
            return view(request, visit, token)

    return _private(wraps(view)(entered))


def by_device(view: Callable[..., HttpResponse]) -> View:
    """The pages after it: `view(request, visit)`, on the device that opened the link, until its seven days are over."""

    def entered(request: HttpRequest) -> HttpResponse:
        with visit_of(_device(request), link_by_device) as visit:
            refusal = NO_WAY if visit is None else device_refusal(visit.link, now())
            return refused(request, refusal) if visit is None or refusal else view(request, visit)

    return _private(wraps(view)(entered))


def _private(view: View) -> View:
    """Counted by address of the caller; kept by no cache; its own address told to no other site."""

    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not ratelimit.consume(request, app="allauth.account", action="personal_link", limit_get=True):
            return refused(request, "Trop d'essais depuis cet endroit : patientez une minute.", status=429)
        response = view(request, *args, **kwargs)
        # Not « no-referrer »: a browser then posts « Origin: null », which the protection of forms refuses (Fetch, §3.1).
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return public(REASON)(never_cache(wraps(view)(guarded)))


def _device(request: HttpRequest) -> Secret | None:
    try:
        text = request.get_signed_cookie(COOKIE, salt=_SALT, max_age=LINK_LIFE)
    except (KeyError, signing.BadSignature):
        return None
    return read_secret(text or "")


def is_device_of(request: HttpRequest, visit: Visit) -> bool:
    """Whether this browser is the one that opened that link."""
    device = _device(request)
    return device is not None and device.hash == visit.link.device_hash


def keep_device(response: HttpResponse, secret: Secret) -> HttpResponse:
    """For seven days, for these pages only, out of the reach of scripts."""
    response.set_signed_cookie(
        COOKIE,
        secret.text,
        salt=_SALT,
        max_age=LINK_LIFE,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
