"""Batch."""

from uuid import UUID

from django.http import HttpResponse

from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


@requires(Permission.ARRIVAL)
def batch(request: TenantRequest, establishment_id: UUID) -> HttpResponse:
    return HttpResponse("")
