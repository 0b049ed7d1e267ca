"""Refusals of the whole portal: French pages that say what to do next, JSON for machines. No traceback ever."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.foundation.problems import problem
from portal.foundation.request_id import current_request_id

WORDS = {
    400: ("Cette demande n'est pas lisible", "bad_request"),
    403: ("Cette page ne vous est pas ouverte", "forbidden"),
    404: ("Cette page n'existe pas", "not_found"),
    500: ("Le portail a rencontré une panne", "server_error"),
}


def _wants_json(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/sante/") or (
        "application/json" in accepted and "text/html" not in accepted
    )


def _refuse(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    title, code = WORDS[status]
    if request.path.startswith("/api/"):
        return problem(status, code)
    if _wants_json(request):
        error = {"code": code, "message": title, "request_id": current_request_id()}
        return JsonResponse({"error": error}, status=status)
    return render(request, template or f"errors/{status}.html", {"title": title}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refuse(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refuse(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refuse(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: they may be what failed."""
    if _wants_json(request) or request.path.startswith("/api/"):
        return _refuse(request, 500)
    values = {"title": WORDS[500][0], "request_id": current_request_id()}
    return HttpResponse(render_to_string("errors/500.html", values), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or posted from elsewhere."""
    return _refuse(request, 403, "errors/csrf_failure.html")
