"""A session opened by a group's own provider opens that group and no other.

Whoever runs the provider can be anybody there: what they prove is worth the group that chose them, not the other groups
where the same person has rights. An invitation to another group is not taken up in such a session. Once the account has
rights elsewhere, whatever is of the account and not of the group (means of signing in, what is told of all its groups)
stays shut too.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from tenants.groups.queries import groups_named
from tenants.memberships.links import invitation_of
from tenants.memberships.models import User
from tenants.memberships.queries import own_rights
from tenants.memberships.turned_away import wants_json
from tenants.sign_in.landing import DOOR_GROUP

SLUG = "door_group_slug"  # the same group by its address, asked once
# What belongs to no group and stays open whatever the account's rights elsewhere, besides the public pages.
OPEN = {
    "shell:home",
    "shell:choose_group",
    "account_rights:account",
    "account_rights:sign_out_everywhere",
    "account_logout",
    "account_login",
    "sign_in:sessions",
    "sign_in:close_session",
    "notices:preferences",
}
DETAIL = "Cette session n'ouvre que le groupe dont le fournisseur vous a connecté."


@receiver(user_logged_in)
def came_by_any_door(request: HttpRequest, **kwargs: Any) -> None:
    """Each sign-in starts without limit; a group's door sets its own just after."""
    request.session.pop(DOOR_GROUP, None)
    request.session.pop(SLUG, None)


class OwnGroupMiddleware:
    """Shuts in such a session whatever is not its own group's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not request.session.get(DOOR_GROUP):
            return None
        if not _is_elsewhere(request, view, kwargs):
            return None
        if wants_json(request):
            return JsonResponse({"code": "other_door_required", "detail": DETAIL}, status=403)
        return render(request, "identity_providers/other_door.html", status=403)


def _is_elsewhere(request: HttpRequest, view: Callable[..., HttpResponse], kwargs: dict[str, Any]) -> bool:
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name == "account_rights:invitation":
        found = invitation_of(kwargs["token"])
        return found is not None and str(found.membership.group_id) != request.session[DOOR_GROUP]
    if name in OPEN or getattr(view, "door", "").startswith("public"):
        return False
    named = kwargs.get("group_slug") or kwargs.get("group_address")
    return named != _own_slug(request) if named else _has_rights_elsewhere(request)


def _has_rights_elsewhere(request: HttpRequest) -> bool:
    """Then the account is not this group's alone."""
    user: User = request.user  # type: ignore[assignment]
    own = request.session[DOOR_GROUP]
    return user.is_operator or any(str(one.group_id) != own for one in own_rights(user))


def _own_slug(request: HttpRequest) -> str:
    if SLUG not in request.session:
        found = groups_named([UUID(request.session[DOOR_GROUP])])
        request.session[SLUG] = found[0].slug if found else ""
    slug: str = request.session[SLUG]
    return slug
