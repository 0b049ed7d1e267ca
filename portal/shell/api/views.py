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

# What single routes add to the shared refusals, in one sentence for all of them.
_OF_SOME_ROUTES = {
    409: "Un import de la source est ouvert, un garde-fou arrête celui-ci, ou votre clé n'en décide pas : voyez « page ».",
    411: "La longueur du corps n'est pas dite.",
    413: "L'envoi pèse plus de 50 Mo.",
    415: "Ce type de contenu ne se lit pas.",
    422: "Le fichier ne se lit pas, une colonne nécessaire manque, ou le mot d'idempotence a servi à un autre envoi.",
}
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
        "refusals": sorted((SHARED | _OF_SOME_ROUTES).items()),
        "rates": {name: most for name, (most, _) in settings.API_RATES.items()},
    }
    return render(request, "api/documentation.html", context)
