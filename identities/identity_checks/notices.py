"""What the digest says of identities to check: counts by site, and where they are listed. No name."""

from collections.abc import Iterator

from django.urls import reverse

from identities.identity_checks.queries import due_by_site
from tenants.memberships.access import Access
from tenants.notices.by_site import items_by_site
from tenants.notices.registry import Item, digest_section

WORDS = (
    "personne est présente",
    "personnes sont présentes",
    "dont l'identité est à contrôler",
)


@digest_section("identities_to_check")
def identities_to_check(access: Access) -> Iterator[Item]:
    """People present whose check is due: never made, to do again, of low level or over."""
    slug = access.group_slug
    yield from items_by_site(
        due_by_site(),
        WORDS,
        lambda site: reverse("identity_checks:to_check", args=[slug, site]),
        reverse("identity_checks:to_check", args=[slug]),
    )
