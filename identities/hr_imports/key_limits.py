"""A key that pushes HR files may be limited to some sources: an agency pushes its own only."""

from uuid import UUID

from identities.hr_imports.queries import sources_of_group
from tenants.api_keys.limits import limits_of
from tenants.api_keys.models import Scope


@limits_of(Scope.HR_PUSH, "Sources RH")
def hr_sources() -> dict[UUID, str]:
    return {source.pk: source.name for source, _ in sources_of_group()}
