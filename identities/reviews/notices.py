"""What the digest says of reviews that wait: counts by site, and where each is done. No name."""

from collections.abc import Iterator

from django.urls import reverse

from identities.reviews.queries import sites_waiting, waiting_sentence
from tenants.groups.queries import establishment_names
from tenants.memberships.access import Access
from tenants.notices.registry import Item, digest_section

LINES = 5  # sites told one by one; the others in one line


@digest_section("reviews_waiting")
def reviews_waiting(access: Access) -> Iterator[Item]:
    found = sites_waiting()
    names = establishment_names(site for site, _, _ in found[:LINES])
    for site, count, due_on in found[:LINES]:
        text = waiting_sentence(count, due_on)
        yield Item(f"{names[site]}. {text}", reverse("reviews:of_site", args=[access.group_slug, site]))
    rest = len(found) - LINES
    if rest > 0:
        where = "Un autre site n'a" if rest == 1 else f"{rest} autres sites n'ont"
        url = reverse("reviews:campaigns", args=[access.group_slug])
        yield Item(f"{where} pas terminé la revue annuelle des présents.", url)
