"""Refusals that software reads: application/problem+json (RFC 9457), with the sentence for people in French."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework.exceptions import APIException
from rest_framework.views import set_rollback

from portal.foundation.errors import DomainError
from portal.foundation.request_id import current_request_id

PROBLEM = "application/problem+json"
_WORDS = {
    400: "Cette demande n'est pas lisible : comparez-la avec la documentation.",
    403: "Cette clé ne permet pas cet appel.",
    404: "Rien ne se trouve à cette adresse, ou votre clé ne l'atteint pas.",
    405: "Cette adresse ne prend pas cette méthode : la documentation dit laquelle.",
    406: "La réponse est en JSON : demandez application/json dans l'en-tête Accept, ou retirez-le.",
    500: "Le portail a rencontré une panne : recommencez plus tard avec la même demande.",
}


class Refusal(DomainError):
    """A rule refused what software asked: its HTTP status, a code for programs, and members of its own."""

    def __init__(self, status: int, code: str, french: str, **members: Any) -> None:
        super().__init__(f"{status} {code}", french)
        self.status, self.code, self.members = status, code, members


def problem(status: int, code: str = "", french: str = "", **members: Any) -> JsonResponse:
    """`detail` is the French sentence; `code` a stable word of ours; the request id is what support asks for."""
    title = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code or title.lower().replace(" ", "_"),
        "detail": french or _WORDS.get(status) or _WORDS[400],
        "request_id": current_request_id(),
        **members,
    }
    return JsonResponse(body, status=status, content_type=PROBLEM)


def answer(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler: what was begun is undone, and the refusal told. None: a fault of ours."""
    response = _told(error)
    if response is not None:
        set_rollback()
    return response


def _told(error: Exception) -> HttpResponse | None:
    if isinstance(error, Refusal):
        return problem(error.status, error.code, error.french, **error.members)
    if isinstance(error, DomainError):
        return problem(HTTPStatus.CONFLICT, "refused", error.french)
    if isinstance(error, Http404):
        return problem(HTTPStatus.NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return problem(HTTPStatus.FORBIDDEN)
    if isinstance(error, APIException):
        return problem(error.status_code)
    return None
