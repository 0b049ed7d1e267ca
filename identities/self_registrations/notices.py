"""What the digest says of enrolments to confirm: counts by site and delay, and where they are confirmed. No name."""

from collections.abc import Iterator

from django.urls import reverse

from identities.self_registrations.queries import reminders
from portal.foundation.clock import today
from tenants.groups.queries import establishment_names
from tenants.memberships.access import Access
from tenants.notices.registry import Item, digest_section

LINES = 5  # told one by one; the others in one line


@digest_section("self_registrations_to_confirm")
def self_registrations_to_confirm(access: Access) -> Iterator[Item]:
    """Those whose reminder falls today: at 15, 7 and 3 days from the deadline."""
    found = reminders(today())
    names = establishment_names({site for site, _, _ in found[:LINES]})
    for site, days, count in found[:LINES]:
        url = reverse("self_registrations:list", args=[access.group_slug, site])
        yield Item(f"{names[site]}. {_words(count, days)}", f"{url}?etat=declared")
    rest = sum(count for _, _, count in found[LINES:])
    if rest:
        url = reverse("self_registrations:list", args=[access.group_slug])
        yield Item(
            f"Auto-enregistrements à confirmer dans d'autres délais ou sites : {rest}.",
            f"{url}?etat=declared",
        )


def _words(count: int, days: int) -> str:
    what = "Un auto-enregistrement est" if count == 1 else f"{count} auto-enregistrements sont"
    when = {0: "aujourd'hui, dernier jour", 1: "d'ici demain"}.get(days, f"sous {days} jours")
    return f"{what} à confirmer {when} ; ensuite, l'ANS supprime le compte."
