"""What the digest says of missions and arrivals: counts by site, and where each is dealt with. No name."""

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
from tenants.memberships.access import Access
from tenants.memberships.permissions import Permission
from tenants.notices.by_site import items_by_site
from tenants.notices.registry import Item, digest_section


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


def _by_site(
    access: Access, found: dict[UUID, int], words: tuple[str, str, str], site_query: str, group_query: str
) -> Iterator[Item]:
    slug = access.group_slug
    yield from items_by_site(
        found,
        words,
        lambda site: f"{reverse('assignments:people_of_site', args=[slug, site])}?{site_query}",
        _elsewhere(access, group_query),
    )


def _elsewhere(access: Access, query: str) -> str:
    """The group's table for those who may open it, else the choice of their sites."""
    if access.establishments_for(Permission.GROUP_HOME) == ():
        return reverse("shell:choose_group")
    return f"{reverse('shell:group_home', args=[access.group_slug])}?{query}"
