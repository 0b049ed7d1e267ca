"""How a route of the API describes itself: drf-spectacular, with the refusals that every route shares."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema

from portal.foundation.problems import PROBLEM

_REFERENCE = {"$ref": "#/components/schemas/Problem"}  # portal/settings/api.py
SHARED = {
    400: "La demande n'est pas lisible.",
    401: "Pas de clé, ou une clé qui n'ouvre rien.",
    403: "La clé ne permet pas cet appel.",
    404: "Rien à cette adresse, ou hors de portée de la clé.",
    405: "L'adresse ne prend pas cette méthode.",
    406: "La réponse n'existe pas sous la forme demandée.",
    429: "Trop d'appels : l'en-tête Retry-After dit combien de secondes attendre.",
}


def refusals(more: Mapping[int, str]) -> dict[str, Any]:
    """Responses of an operation, by status: a problem each, with its sentence."""
    content = {PROBLEM: {"schema": _REFERENCE}}
    return {str(status): {"description": words, "content": content} for status, words in more.items()}


class Schema(AutoSchema):
    """Adds the shared refusals, and those that a view lists by method in `refused` ({"post": {409: "…"}})."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            own = getattr(self.view, "refused", {}).get(self.method.lower(), {})
            operation["responses"] |= refusals({**SHARED, **own})
        return operation
