"""What is answered to somebody who must sign in, or enrol, first: a page, an htmx fragment and an API each in its way."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode


def wants_json(request: HttpRequest) -> bool:
    """A machine, or a script: it sends or accepts JSON, and no page."""
    accepted = request.headers.get("Accept", "")
    return request.content_type == "application/json" or (
        "application/json" in accepted and "text/html" not in accepted
    )


def _where_they_were(request: HttpRequest) -> str:
    htmx = getattr(request, "htmx", None)
    if htmx:
        return htmx.current_url_abs_path or "/"
    return request.get_full_path() if request.method in {"GET", "HEAD"} else request.path


def turned_away(request: HttpRequest, route: str, *, status: int, code: str, sentence: str) -> HttpResponse:
    """To the page of that route, and back afterwards. JSON gets `status`; htmx a 204 that moves the whole page."""
    if wants_json(request):
        return JsonResponse({"code": code, "detail": sentence}, status=status)
    address = f"{resolve_url(route)}?{urlencode({REDIRECT_FIELD_NAME: _where_they_were(request)})}"
    if getattr(request, "htmx", None):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    return turned_away(
        request,
        "account_login",
        status=401,
        code="sign_in_required",
        sentence="Connectez-vous pour continuer.",
    )


def enrol_first(request: HttpRequest) -> HttpResponse:
    return turned_away(
        request,
        "mfa_index",
        status=403,
        code="second_factor_required",
        sentence="Ajoutez un second facteur à votre compte pour continuer.",
    )
