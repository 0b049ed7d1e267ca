"""What the digest says of missions, arrivals and identity checks: counts by site, and where each is dealt with. No name."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from identities.assignments.figures import SOON
from identities.assignments.models import Assignment
from identities.assignments.rules import tonight
from identities.assignments.states import AssignmentState
from portal.foundation.clock import end_of_day, now, today
from tenants.groups.queries import establishment_names
from tenants.memberships.access import Access
from tenants.memberships.permissions import Permission
from tenants.notices.registry import Item, digest_section

LINES = 5  # sites told one by one; the others in one line


@digest_section("missions_ending")
def missions_ending(access: Access) -> Iterator[Item]:
    """As « Fins sous 72 h » of the home pages counts them."""
    rows = Assignment.objects.filter(state=AssignmentState.RUNNING, ends_at__lte=now() + SOON)
    found = dict(rows.values_list("establishment_id").annotate(Count("pk")).order_by())
    yield from _by_site(
        access,
        found,
        ("mission se termine", "missions se terminent", "sous 72 heures"),
        "fin=72h",
        "tri=-ending_72h#sites",
    )


@digest_section("arrivals_tomorrow")
def arrivals_tomorrow(access: Access) -> Iterator[Item]:
    """Planned on the calendar day of tomorrow in Paris."""
    tomorrow = today() + timedelta(days=1)
    rows = Assignment.objects.filter(
        state=AssignmentState.PLANNED, starts_at__gte=tonight(), starts_at__lt=end_of_day(tomorrow)
    )
    found = dict(rows.values_list("establishment_id").annotate(Count("person_id", distinct=True)).order_by())
    words = ("personne arrive", "personnes arrivent", f"demain {tomorrow:%d/%m}")
    yield from _by_site(access, found, words, "presence=a-venir", "tri=-arriving_7d#sites")


@digest_section("identities_to_check")
def identities_to_check(access: Access) -> Iterator[Item]:
    """People present whose identity nobody has checked."""
    rows = Assignment.objects.filter(state=AssignmentState.RUNNING, person__identity_checks__isnull=True)
    found = dict(rows.values_list("establishment_id").annotate(Count("person_id", distinct=True)).order_by())
    words = ("personne est présente", "personnes sont présentes", "sans contrôle d'identité")
    yield from _by_site(access, found, words, "identite=a-controler", "tri=-present#sites")


def _by_site(
    access: Access, found: dict[UUID, int], words: tuple[str, str, str], site_query: str, group_query: str
) -> Iterator[Item]:
    """The busiest sites one by one; the others together, where the group's table shows them."""
    names = establishment_names(found)
    busiest = sorted((one for one in names), key=lambda one: (-found[one], names[one]))
    for site in busiest[:LINES]:
        url = reverse("assignments:people_of_site", args=[access.group_slug, site])
        yield Item(f"{_counted(found[site], words)} à {names[site]}.", f"{url}?{site_query}")
    rest = busiest[LINES:]
    if rest:
        where = "un autre site" if len(rest) == 1 else f"{len(rest)} autres sites"
        count = sum(found[one] for one in rest)
        yield Item(f"{_counted(count, words)} dans {where}.", _elsewhere(access, group_query))


def _counted(count: int, words: tuple[str, str, str]) -> str:
    one, several, when = words
    return f"{count} {one if count == 1 else several} {when}"


def _elsewhere(access: Access, query: str) -> str:
    """The group's table for those who may open it, else the choice of their sites."""
    if access.establishments_for(Permission.GROUP_HOME) == ():
        return reverse("shell:choose_group")
    return f"{reverse('shell:group_home', args=[access.group_slug])}?{query}"
