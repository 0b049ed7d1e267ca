"""How software talks to the portal: a page for people, and the same as OpenAPI 3.1 for programs."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularJSONAPIView

from identities.hr_imports.columns import COLUMNS
from portal.foundation.api_schema import SHARED
from tenants.memberships.doors import public

_description = SpectacularJSONAPIView.as_view()


@transaction.non_atomic_requests
@public("what the API takes and answers: nothing of any group, and nothing that opens it")
@require_GET
def description(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1, as JSON."""
    response = _description(request)
    return response.render()


@public("how to use the API, for those who write the software: nothing of any group")
@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """From a key to an applied import, with what each refusal means."""
    context = {
        "root": f"{settings.PUBLIC_URL}{reverse('api:documentation')}",
        "description_url": reverse("api:description"),
        "columns": COLUMNS.values(),
        "refusals": sorted(SHARED.items()),
        "rates": {name: most for name, (most, _) in settings.API_RATES.items()},
    }
    return render(request, "api/documentation.html", context)
