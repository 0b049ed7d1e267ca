"""The door of software: a key, its scope, and the wall of its group. A house test walks the URL tree."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request

from portal.foundation.problems import Refusal, problem
from portal.foundation.tenancy import tenant
from tenants.api_keys.access import KeyAccess, access_by_key
from tenants.api_keys.models import Scope

View = Callable[..., HttpResponse]


class KeyRequest(Request):
    """A request of Django REST framework that came through `by_key`."""

    access: KeyAccess


def by_key(scope: Scope, *, kind: str = "call") -> Callable[[View], View]:
    """A route of the API. Its key says which group: sessions and cookies open nothing here, so no token of forms is asked.

    Refuses as `access_by_key` does, as problem+json. `kind` is the rate that it counts in (API_RATES). Inside, the view
    runs behind the wall of the group, and `request.access` is a KeyAccess.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            presented, address = (
                request.headers.get("Authorization", ""),
                get_adapter().get_client_ip(request),
            )
            try:
                access = access_by_key(presented, address, scope, kind)
            except Refusal as error:
                return _refused(error)
            with tenant(access.group_id):
                request.access = access
                return _rendered(view(request, *args, **kwargs))

        wrapper.door = f"key: {scope}"  # type: ignore[attr-defined]
        return csrf_exempt(never_cache(transaction.non_atomic_requests(wrapper)))

    return decorate


def _refused(error: Refusal) -> HttpResponse:
    response = problem(error.status, error.code, error.french, **error.members)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Trousseau"'
    if error.status == 429:
        response["Retry-After"] = str(error.members["retry_after"])
    return response


def _rendered(response: HttpResponse) -> HttpResponse:
    """What is answered is written inside the door, never after it is shut."""
    return response.render() if isinstance(response, SimpleTemplateResponse) else response
