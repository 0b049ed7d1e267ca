"""What the digest says of the outbox, whose pages live here."""

from collections.abc import Iterator

from django.urls import reverse

from portal.dispatch.queries import messages_to_handle
from tenants.memberships.access import Access
from tenants.notices.registry import Item, digest_section


@digest_section("messages_to_handle")
def messages_of_the_group(access: Access) -> Iterator[Item]:
    count = messages_to_handle().count()
    if count:
        text = "Un envoi attend une personne." if count == 1 else f"{count} envois attendent une personne."
        yield Item(text, reverse("dispatch:to_handle", args=[access.group_slug]))
