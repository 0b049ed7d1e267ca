"""What the digest and the home page say of keys that expire."""

from collections.abc import Iterator

from django.urls import reverse

from tenants.api_keys.models import ApiKey
from tenants.api_keys.queries import keys_expiring
from tenants.api_keys.rules import has_expired
from tenants.memberships.access import Access
from tenants.notices.registry import Item, digest_section


@digest_section("api_keys_expiring")
def api_keys_expiring(access: Access) -> Iterator[Item]:
    for key in keys_expiring():
        yield Item(expiry_sentence(key), reverse("api_keys:key", args=[access.group_slug, key.pk]))


def expiry_sentence(key: ApiKey) -> str:
    """« La clé du logiciel « Paie Siège » expire le 12/12/2026 : renouvelez-la. »"""
    verb = "a expiré" if has_expired(key) else "expire"
    return f"La clé du logiciel « {key.name} » {verb} le {key.expires_on:%d/%m/%Y} : renouvelez-la, ou révoquez-la."
