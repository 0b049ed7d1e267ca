"""The demo's other doors: its accounts linked to the stand-in's people, a group's own provider, at today's address."""

import os

from django.conf import settings

from portal.demo.accounts import DemoOnlyError
from portal.foundation.tenancy import tenant
from tenants.groups.queries import group_by_slug
from tenants.identity_providers.demonstration import NAME, open_demo_provider
from tenants.memberships.models import User
from tenants.memberships.queries import access_to
from tenants.sign_in.identifiers import typed
from tenants.sign_in.models import ExternalIdentity

# E-mail → main identifier at the stand-in (portal/sandbox/psc_people.py).
PEOPLE = {
    "claire@demo.invalid": "899700000054",
    "helene@demo.invalid": "899700000039",
    "karim@demo.invalid": "899700000070",
    "sophie@demo.invalid": "899700000021",
    "nadia@demo.invalid": "019fa371-3b5e-7c21-9a4d-5f1c0e7b2a01",
    "paul@demo.invalid": "ANS20231122132733",
}


def open_demo_doors() -> int:
    """Links the demo's accounts to their personas; says how many. Refuses (DemoOnlyError) outside of the demo."""
    if not settings.DEMO:
        raise DemoOnlyError("Demo identities exist in the demo only")
    users = User.objects.filter(email__in=PEOPLE)
    for user in users:
        identifier = typed(PEOPLE[user.email])
        if identifier is not None:
            ExternalIdentity.objects.update_or_create(
                user=user,
                kind=identifier.kind,
                value=identifier.value,
                defaults={"issuer": settings.PSC_ISSUER},
            )
    _open_group_door()
    return len(users)


def _open_group_door() -> None:
    """The second group of the demo signs in by a provider of its own; those who came by it follow its address."""
    group = group_by_slug(NAME)
    if group is None:
        return
    actor = access_to(User.objects.get(email="karim@demo.invalid"), group.slug)
    if actor is None:
        return
    with tenant(group.id):
        provider = open_demo_provider(actor=actor, sandbox_url=os.environ.get("SANDBOX_URL", ""))
    ExternalIdentity.objects.filter(group_id=group.id).update(issuer=provider.issuer)
