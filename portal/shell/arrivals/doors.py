"""The door of the arrival pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from tenants.groups.queries import establishment_name
from tenants.memberships.doors import TenantRequest, requires
from tenants.memberships.permissions import Permission


def arrival_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever may make people arrive at that site; 404 for a site that is not of the group."""

    @requires(Permission.ARRIVAL)
    @wraps(view)
    def wrapper(request: TenantRequest, establishment_id: UUID, **kwargs: Any) -> HttpResponse:
        if not establishment_name(establishment_id):
            raise Http404
        return view(request, establishment_id, **kwargs)

    return wrapper
