"""Keys of software, inside a tenant door."""

from datetime import timedelta
from types import SimpleNamespace

from portal.foundation.clock import today
from portal.journal.operations import Machine
from tenants.api_keys.models import ApiKey, Scope
from tenants.api_keys.operations import create_key

GIVER = Machine("Camille Administratrice")
_count = iter(range(10**6))


def make_key(name: str = "", **values) -> SimpleNamespace:
    """A key that pushes HR files for a year: `.row`, `.secret`, and `.headers` for a test client."""
    terms = {"scopes": [Scope.HR_PUSH], "expires_on": today() + timedelta(days=365)} | values
    row, token = create_key(actor=GIVER, name=name or f"Logiciel {next(_count)}", **terms)
    return SimpleNamespace(row=row, secret=token.text, headers={"Authorization": f"Bearer {token.text}"})


def change_key(key: SimpleNamespace, **values) -> None:
    """As time or a mistake would: past every rule."""
    ApiKey.objects.filter(pk=key.row.pk).update(**values)
