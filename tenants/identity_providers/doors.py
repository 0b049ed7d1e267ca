"""The button of a group's own provider on the sign-in page: found by the group's address or the domain of an e-mail."""

from django.urls import reverse

from tenants.identity_providers.connections import door_key
from tenants.identity_providers.queries import doors_for_domain, named_door
from tenants.sign_in.choices import Door, door_finder


@door_finder
def doors_of_the_group(group_slug: str, email: str) -> list[Door]:
    """Open doors only. An address tells a domain, and nothing of whether it has an account."""
    found = named_door(group_slug) if group_slug else []
    domain = email.strip().lower().rpartition("@")[2] if "@" in email else ""
    found += doors_for_domain(domain) if domain else []
    return [_door(slug, label) for slug, label in dict(found).items()]


def _door(slug: str, label: str) -> Door:
    return Door(door_key(slug), label, reverse("identity_providers:start", args=[slug]))
