"""What the digest says of the RPPS+ portal: late numbers, e-CPS to declare, numbers under another name, sites
nobody may register for. No name."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from identities.rpps_plus.queries import managers_in_force, portal_work, sites_without_manager
from tenants.memberships.access import Access
from tenants.notices.by_site import items_by_site
from tenants.notices.registry import Item, digest_section

LATE = ("numéro RPPS est en retard", "numéros RPPS sont en retard", "de plus de 24 heures")
ECPS = ("e-CPS est possible et pas encore déclarée", "e-CPS sont possibles et pas encore déclarées", "")

OTHER_NAME = (
    "numéro reporté est dans l'Annuaire Santé sous un autre nom",
    "numéros reportés sont dans l'Annuaire Santé sous un autre nom",
    "",
)


@digest_section("rpps_portal")
def rpps_portal(access: Access) -> Iterator[Item]:
    """By site, then the sites without a gestionnaire in order, for those who see the whole group."""
    work = reverse("rpps_plus:worklist", args=[access.group_slug])
    for clock, words in (("en-retard", LATE), ("autre-nom", OTHER_NAME), ("ecps", ECPS)):
        rows = portal_work(clock=clock).order_by().values_list("establishment_id").annotate(Count("pk"))
        url = f"{work}?suivi={clock}"
        yield from items_by_site(dict(rows), words, partial(_at_site, url), url)
    without = len(sites_without_manager(managers_in_force())) if portal_work().exists() else 0
    if without:
        where = "Un établissement n'a" if without == 1 else f"{without} établissements n'ont"
        managers = reverse("rpps_plus:managers", args=[access.group_slug])
        yield Item(f"{where} aucun gestionnaire RPPS+ en règle.", managers)


def _at_site(url: str, site: UUID) -> str:
    return f"{url}&etablissement={site}"
