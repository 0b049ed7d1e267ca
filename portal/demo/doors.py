"""The demo's other doors: its accounts linked to the stand-in's people, at the address the stand-in has today."""

from django.conf import settings

from portal.demo.accounts import DemoOnlyError
from tenants.memberships.models import User
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
    return len(users)
