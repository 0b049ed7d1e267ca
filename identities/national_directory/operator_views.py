"""The platform operator's page: how fresh the national tables are, and every load with its figures."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from identities.national_directory.queries import freshness, loads_of
from tenants.memberships.doors import operator_only

PAGE = 25


@operator_only
def loads(request: HttpRequest) -> HttpResponse:
    """Each of the five files and its last load; then all of them, the last one first."""
    page = Paginator(loads_of(), PAGE).get_page(request.GET.get("page"))
    return render(request, "national_directory/operator_loads.html", {"files": freshness(), "page": page})
