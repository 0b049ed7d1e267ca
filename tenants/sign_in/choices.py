"""The doors that the sign-in page shows, and in which order. A room that has doors of its own registers its finder:

@door_finder
def doors_of_the_group(group_slug: str, email: str) -> list[Door]: …
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from tenants.sign_in.last_door import PSC, last_door


@dataclass(frozen=True)
class Door:
    """One button. `key` is remembered as the last door; `path` is where it leads, without the page to come back to."""

    key: str
    label: str
    path: str


Finder = Callable[[str, str], list[Door]]
_finders: list[Finder] = []


def door_finder(finder: Finder) -> Finder:
    """Registers what finds doors from a group's address and an e-mail, either of them empty."""
    _finders.append(finder)
    return finder


@dataclass(frozen=True)
class Choice:
    """A door as the page shows it. `is_last`: the one this browser came in by last time."""

    label: str
    url: str
    is_last: bool
    is_psc: bool


def choices(request: HttpRequest, email: str = "") -> list[Choice]:
    """Pro Santé Connect when it is configured, and the doors of the group: found from the page they wanted, the e-mail
    typed, or the last time. The last door first.
    """
    wanted, last = wanted_page(request), last_door(request)
    slug = group_slug_of(wanted) or _group_of(last)
    known = email if email.isprintable() else ""
    shown = _shown(_doors([slug], known), {REDIRECT_FIELD_NAME: wanted} if wanted else {}, last)
    return sorted(shown, key=lambda one: not one.is_last)


def doors_of_groups(slugs: Iterable[str], **question: str) -> list[Choice]:
    """Pro Santé Connect when it is configured, and the doors of those groups, with what the person comes to do there."""
    return _shown(_doors(slugs, ""), question, "")


def _doors(slugs: Iterable[str], email: str) -> list[Door]:
    doors = [Door(PSC, "Pro Santé Connect", reverse("sign_in:psc_start"))] if settings.PSC_ENABLED else []
    for slug in slugs:
        for finder in _finders:
            doors += [one for one in finder(slug, email) if one not in doors]
    return doors


def _shown(doors: Iterable[Door], question: dict[str, str], last: str) -> list[Choice]:
    asked = f"?{urlencode(question)}" if question else ""
    return [Choice(one.label, one.path + asked, one.key == last, one.key == PSC) for one in doors]


def _group_of(key: str) -> str:
    """The keys of a group's doors start with its address: « group:rives »."""
    kind, _, slug = key.partition(":")
    return slug if kind == "group" else ""


def past_limit(request: HttpRequest) -> bool:
    """Counts one way out or back by a door, and says whether this address makes too many."""
    return not ratelimit.consume(request, app="allauth.account", action="door_trips", limit_get=True)


def too_many() -> HttpResponse:
    """What is answered past a limit, without a journal line: nobody fills the journal by asking."""
    return HttpResponse(
        "Trop d'essais : patientez une minute.", status=429, content_type="text/plain; charset=utf-8"
    )


def wanted_page(request: HttpRequest) -> str:
    """The page of ours that they wanted before signing in; empty when there is none, or when it is somebody else's."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else ""


def group_slug_of(path: str) -> str:
    """The group that an address of ours belongs to; empty for any other."""
    try:
        return str(resolve(path.partition("?")[0]).kwargs.get("group_slug", "")) if path else ""
    except Resolver404:
        return ""
