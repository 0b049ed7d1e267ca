"""The door of every route: a view says who may enter, and runs inside its tenant. A house test walks the URL tree."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from portal.foundation.tenancy import operator, tenant
from tenants.memberships.access import Access
from tenants.memberships.permissions import Permission
from tenants.memberships.queries import access_to
from tenants.memberships.turned_away import sign_in_first

View = Callable[..., HttpResponse]


class TenantRequest(HttpRequest):
    """A request that came through `requires`."""

    access: Access


def _rendered(response: HttpResponse) -> HttpResponse:
    """Templates run their queries inside the door, never after it is shut."""
    return (
        response.render() if isinstance(response, TemplateResponse) and not response.is_rendered else response
    )


def _signed_in_only(view: View) -> View:
    """Sends an anonymous request to the sign-in page, in the way that page, htmx or JSON understands."""

    @wraps(view)
    def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.user.is_authenticated else sign_in_first(request)

    return wrapper


def _stamped(wrapper: View, door: str) -> View:
    wrapper.door = door  # type: ignore[attr-defined]
    return transaction.non_atomic_requests(wrapper)


def _establishment_ids(access: Access, permission: Permission, limited: bool) -> tuple[UUID, ...] | None:
    """The wall to stand behind. 404 for a site the user has no right at, 403 for a right they lack there."""
    if access.establishment_id is not None:
        if not access.establishment_name:  # of another group: a right on the whole group does not cover it
            raise Http404
        if not any(one.covers(access.establishment_id) for one in access.memberships):
            raise Http404
        if not access.holds(permission):
            raise PermissionDenied
        return (access.establishment_id,)
    allowed = access.establishments_for(permission)
    if allowed is not None and not (limited and allowed):
        raise PermissionDenied
    return allowed


def requires(permission: Permission, *, limited: bool = False) -> Callable[[View], View]:
    """A route of a group (`group_slug`) or of one site (`establishment_id` too, and then only that site is seen).

    Refuses: no session (sign-in page), not a member or another group's site (404), a member without the permission
    (403). `limited` opens a group route to people whose rights reach only some sites: they see those.
    """

    def decorate(view: View) -> View:
        @_signed_in_only
        @wraps(view)
        def wrapper(request: Any, *args: Any, group_slug: str, **kwargs: Any) -> HttpResponse:
            access = access_to(request.user, group_slug, kwargs.get("establishment_id"))
            if access is None:
                raise Http404
            wall = _establishment_ids(access, permission, limited)
            with tenant(access.group_id, wall):
                request.access = access
                return _rendered(view(request, *args, **kwargs))

        return _stamped(wrapper, f"requires {permission}")

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """A route without a session: the reason is read by the house test."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        wrapper.door = f"public: {reason}"  # type: ignore[attr-defined]
        return wrapper

    return decorate


def signed_in(reason: str) -> Callable[[View], View]:
    """A route of the account itself, outside of any group."""

    def decorate(view: View) -> View:
        @_signed_in_only
        @wraps(view)
        def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        wrapper.door = f"signed in: {reason}"  # type: ignore[attr-defined]
        return wrapper

    return decorate


def operator_only(view: View) -> View:
    """A route of the platform's operator; anybody else gets 404."""

    @_signed_in_only
    @wraps(view)
    def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_operator:
            raise Http404
        with operator():
            return _rendered(view(request, *args, **kwargs))

    return _stamped(wrapper, "operator")
