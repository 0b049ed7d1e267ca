"""What the digest says of situations to close that wait too long: counts by site, and where they are listed. No name."""

from collections.abc import Iterator

from django.urls import reverse

from identities.situations.queries import late_by_site
from identities.situations.rules import LATE_DAYS
from tenants.memberships.access import Access
from tenants.notices.by_site import items_by_site
from tenants.notices.registry import Item, digest_section

WORDS = (
    "situation RPPS est à clore",
    "situations RPPS sont à clore",
    f"depuis plus de {LATE_DAYS} jours",
)
LATE = "?etat=open&retard=oui"


@digest_section("situations_to_close")
def situations_to_close(access: Access) -> Iterator[Item]:
    """Those that still wait for a person."""
    slug = access.group_slug
    yield from items_by_site(
        late_by_site(),
        WORDS,
        lambda site: f"{reverse('situations:list', args=[slug, site])}{LATE}",
        f"{reverse('situations:list', args=[slug])}{LATE}",
    )
