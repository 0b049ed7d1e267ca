"""What the sign-in and account pages show of the doors."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context

from tenants.groups.queries import groups_named
from tenants.memberships.models import Invitation, User
from tenants.sign_in.choices import Choice, choices, doors_of_groups
from tenants.sign_in.health import DoorHealth, health_of
from tenants.sign_in.models import ExternalIdentity
from tenants.sign_in.psc.client import DOOR as PSC_NAME
from tenants.sign_in.queries import links_of

register = template.Library()


@register.simple_tag(takes_context=True)
def sign_in_doors(context: Context) -> list[Choice]:
    """The doors beside the local password; those of the address already typed too."""
    request = context["request"]
    return choices(request, request.POST.get("login", "")[:254])


@register.simple_tag
def linked_identities(user: User) -> list[dict[str, Any]]:
    """Issuer by issuer: the door's name, its identifiers, when it was linked and last used."""
    by_issuer: dict[str, list[ExternalIdentity]] = {}
    for one in links_of(user):
        by_issuer.setdefault(one.issuer, []).append(one)
    return [
        {
            "issuer": issuer,
            "name": links[0].door_name,
            "identifiers": links,
            "last_used_at": max((one.last_used_at for one in links if one.last_used_at), default=None),
        }
        for issuer, links in by_issuer.items()
    ]


@register.simple_tag
def doors_of_invitation(invitation: Invitation, token: str) -> list[Choice]:
    """The doors that may open the invited account instead of a password."""
    groups = groups_named([invitation.membership.group_id])
    return doors_of_groups([one.slug for one in groups], invitation=token)


@register.simple_tag
def doors_to_link(slugs: str, identities: list[dict[str, Any]]) -> list[Choice]:
    """The doors that somebody of these groups (addresses separated by spaces) may still link to their account."""
    names = {one["name"] for one in identities}
    return [one for one in doors_of_groups(slugs.split(), pour="relier") if one.label not in names]


@register.simple_tag
def psc_health() -> DoorHealth:
    return health_of(PSC_NAME)


@register.simple_tag
def psc_is_offered() -> bool:
    return settings.PSC_ENABLED
