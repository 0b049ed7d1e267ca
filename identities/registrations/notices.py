"""What the digest says of requests that only a person can move on: counts by site, and where they are listed. No name."""

from collections.abc import Iterator

from django.urls import reverse

from identities.registrations.site_lists import stuck_by_site
from tenants.memberships.access import Access
from tenants.notices.by_site import items_by_site
from tenants.notices.registry import Item, digest_section

WORDS = (
    "enregistrement national est",
    "enregistrements nationaux sont",
    "à corriger, à compléter ou à relancer",
)


@digest_section("registrations_stuck")
def registrations_stuck(access: Access) -> Iterator[Item]:
    """To correct, to complete, partly done or without a known outcome."""
    slug = access.group_slug
    yield from items_by_site(
        stuck_by_site(),
        WORDS,
        lambda site: reverse("registrations:of_site", args=[slug, site]),
        reverse("registrations:desk", args=[slug]),
    )
