"""What the digest says of rights and of mailboxes; other rooms say theirs in their own `notices.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from portal.foundation.clock import today
from tenants.memberships.access import Access
from tenants.memberships.queries import memberships_in_force, rights_to_confirm
from tenants.notices.queries import failing_count
from tenants.notices.registry import Item, digest_section

RIGHTS_END_WITHIN = timedelta(days=14)


@digest_section("rights_waiting")
def rights_waiting(access: Access) -> Iterator[Item]:
    count = rights_to_confirm(access)
    if count:
        text = "Un droit attend" if count == 1 else f"{count} droits attendent"
        url = reverse("memberships:rights", args=[access.group_slug])
        yield Item(f"{text} votre confirmation.", f"{url}?state=to_confirm")


@digest_section("rights_ending")
def rights_ending(access: Access) -> Iterator[Item]:
    """One's own, by their end."""
    soon = memberships_in_force(access.user).filter(
        group_id=access.group_id, ends_on__lte=today() + RIGHTS_END_WITHIN
    )
    for one in soon.order_by("ends_on"):
        text = f"Votre droit « {one.get_role_display()} » prend fin le {one.ends_on:%d/%m/%Y}."
        yield Item(text, reverse("account_rights:account"))


@digest_section("addresses_failing")
def addresses_failing(access: Access) -> Iterator[Item]:
    count = failing_count(access.group_id)
    if count:
        yield Item(failing_sentence(count), reverse("notices:failing", args=[access.group_slug]))


def failing_sentence(count: int) -> str:
    return (
        "Un compte du groupe ne reçoit plus nos courriels."
        if count == 1
        else f"{count} comptes du groupe ne reçoivent plus nos courriels."
    )
