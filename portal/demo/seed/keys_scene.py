"""Keys of software in the demo's first group: one about to expire, one in service, one revoked; secrets unknown to all."""

from datetime import timedelta
from uuid import UUID

from identities.hr_imports.queries import sources_of_group
from portal.foundation.clock import today
from portal.foundation.tenancy import tenant
from portal.journal.operations import Machine
from tenants.api_keys.models import Scope
from tenants.api_keys.operations import create_key, revoke_key
from tenants.api_keys.queries import keys_of_group

GIVER = Machine("Claire Delorme")


def seed_keys(group_id: UUID) -> None:
    """Once: a group that has a key already is left as it is."""
    with tenant(group_id):
        if keys_of_group().exists():
            return
        sources = [source.pk for source, _ in sources_of_group()]
        for name, days, limits in (
            ("Paie du siège", 20, sources[:1] or None),
            ("Planning des soins", 365, None),
            ("Ancienne agence", 200, None),
        ):
            key, _ = create_key(
                actor=GIVER, name=name, scopes=[Scope.HR_PUSH], expires_on=today() + timedelta(days=days),
                limited_to=limits,
            )  # fmt: skip
        revoke_key(actor=GIVER, key=key)
